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
        const {key, link} = this.feed
        const isAsked = link.state === 'connected'
        this.subscribers = isAsked
          ? await Payfeed.api(key, 'GET', 'subscribers').catch(() => [])
          : []
        this.now = Date.now() / 1000
      },
      since({since}) {
        return Payfeed.format.age(since, this.now)
      }
    }
  })
})()
