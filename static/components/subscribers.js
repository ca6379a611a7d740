;(() => {
  const REFRESH_SECONDS = 2

  /** The list of connections, refreshed while it is shown. */
  window.app.component('payfeed-subscribers', {
    template: '#payfeed-subscribers-template',
    props: ['feed'],
    data: () => ({subscribers: [], hasFailed: false, now: Date.now() / 1000}),
    mounted() {
      this.refresh()
      this.timer = setInterval(this.refresh, REFRESH_SECONDS * 1000)
    },
    beforeUnmount() {
      clearInterval(this.timer)
    },
    methods: {
      /** Empty while the page is not connected; the page's state then says why. */
      async refresh() {
        if (this.isReading) return
        this.isReading = true
        try {
          this.subscribers = await this.read()
          this.hasFailed = false
        } catch {
          this.subscribers = []
          this.hasFailed = true
        }
        this.isReading = false
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
