;(() => {
  const LOOK_SECONDS = 2

  /** Who is connected, looked at again and again while this is shown. */
  window.app.component('payfeed-who', {
    template: '#payfeed-who-template',
    props: ['feed'],
    data: () => ({subscribers: [], isUnread: false, now: Date.now() / 1000}),
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
        if (this.isLooking) return
        this.isLooking = true
        try {
          this.subscribers = await this.read()
          this.isUnread = false
        } catch {
          this.subscribers = []
          this.isUnread = true
        }
        this.isLooking = false
        this.now = Date.now() / 1000
      },
      read() {
        const {key, link} = this.feed
        return link.state === 'connected' ? Payfeed.api(key, 'GET', 'subscribers') : []
      },
      since({since}) {
        return Payfeed.format.age(since, this.now)
      }
    }
  })
})()
