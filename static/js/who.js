;(() => {
  const LOOK_SECONDS = 2

  /** Who is connected, looked at again and again while this is shown. */
  window.app.component('payfeed-who', {
    template: '#payfeed-who-template',
    props: ['feed'],
    data: () => ({subscribers: [], now: Date.now() / 1000}),
    mounted() {
      this.look()
      this.timer = setInterval(this.look, LOOK_SECONDS * 1000)
    },
    beforeUnmount() {
      clearInterval(this.timer)
    },
    methods: {
      /** While LNbits restarts nobody is connected: the state above says so. */
      async look() {
        const isAsked = this.feed.link.state === 'connected'
        const asked = isAsked && Payfeed.api(this.feed.key, 'GET', 'subscribers')
        this.subscribers = (await Promise.resolve(asked).catch(() => [])) || []
        this.now = Date.now() / 1000
      },
      since({since}) {
        return Payfeed.format.age(since, this.now)
      }
    }
  })
})()
