;(() => {
  const PAGE_EVENTS = 1000
  const RETRY_SECONDS = 5
  const LOOK_SECONDS = 10
  const FILTER = {types: 'payment', direction: 'in', status: 'confirmed'}

  const pause = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000))

  const isReceived = ({type, payment}) =>
    type === 'payment' && payment.direction === 'in' && payment.status === 'confirmed'

  /** The public display: what is shown of one feed stays small however long it runs. */
  window.app.component('payfeed-screen', {
    template: '#payfeed-screen-template',
    data() {
      const options = Payfeed.displayOptions.read(new URLSearchParams(location.search))
      return {
        options,
        link: {state: 'connecting'},
        recent: [],
        total_msat: 0,
        news: 0,
        isSilent: false,
        now: Date.now() / 1000
      }
    },
    computed: {
      last() {
        return this.recent[0]?.payment
      },
      listed() {
        return this.options.recent ? this.recent.slice(0, this.options.recent) : []
      },
      hasTotal() {
        return this.since !== null
      },
      total() {
        return Payfeed.format.sat(this.total_msat / 1000)
      },
      progress() {
        return Math.min(1, this.total_msat / 1000 / this.options.goal)
      },
      qr() {
        return Payfeed.displayOptions.qrText(this.options.qr)
      }
    },
    created() {
      this.since = Payfeed.displayOptions.totalSince(this.options.total)
      this.key = location.hash.slice(1)
      this.dress()
      if (this.options.sound) this.chime = new Payfeed.Chime()
      this.timer = setInterval(this.look, LOOK_SECONDS * 1000)
      this.look()
      if (this.key) this.begin()
      else this.link = {state: 'off', reason: this.$t('payfeed.screen.no_key')}
    },
    beforeUnmount() {
      clearInterval(this.timer)
      this.isGone = true
      this.connection?.stop()
    },
    methods: {
      dress() {
        const {theme} = this.options
        document.body.classList.add(`payfeed-theme-${theme}`)
        if (theme !== 'lnbits') this.$q.dark.set(theme !== 'light')
      },
      /** Ages move on, and the total of a day ends with it. */
      look() {
        this.now = Date.now() / 1000
        this.isSilent = Boolean(this.chime?.isSilent)
        const since = Payfeed.displayOptions.totalSince(this.options.total)
        if (since === this.since) return
        this.since = since
        this.total_msat = 0
      },
      async begin() {
        while (!this.isGone) {
          try {
            return this.connect(await this.catchUp())
          } catch (error) {
            const reason = error.response?.data?.detail
            if (reason) return (this.link = {state: 'off', reason})
            this.link = {state: 'waiting', seconds: RETRY_SECONDS}
            await pause(RETRY_SECONDS)
          }
        }
      },
      read(query) {
        const {min_amount} = this.options
        const wanted = min_amount ? {...FILTER, min_amount} : FILTER
        const path = `events?${new URLSearchParams({...wanted, ...query})}`
        return Payfeed.api(this.key, 'GET', path)
      },
      /** The id to go on from. What the newest page has beyond it comes again, live. */
      async catchUp() {
        const cursor = this.since === null ? null : await this.sumUp()
        const newest = await this.read({limit: Math.max(1, this.options.recent)})
        this.recent = newest.events.reverse().map(Vue.markRaw)
        return cursor ?? newest.head
      },
      async sumUp() {
        let since = `@${this.since}`
        let sum_msat = 0
        for (;;) {
          const page = await this.read({since, limit: PAGE_EVENTS})
          for (const {payment} of page.events) sum_msat += payment.amount_msat
          since = page.cursor
          if (page.has_more) continue
          this.total_msat = sum_msat
          return since
        }
      },
      connect(since) {
        const {types, direction, status} = FILTER
        const filter = {types: [types], direction, status}
        this.connection = new Payfeed.Connection({
          ...filter,
          minAmount: this.options.min_amount || undefined,
          key: this.key,
          since,
          onEvent: event => this.take(event),
          onState: link => (this.link = link)
        })
        this.connection.start()
      },
      take(event) {
        if (!isReceived(event)) return
        this.total_msat += event.payment.amount_msat
        if (this.recent.some(({id}) => id === event.id)) return
        this.recent = [Vue.markRaw(event), ...this.recent.slice(0, this.keep() - 1)]
        this.news += 1
        this.chime?.ring()
      },
      keep() {
        return Math.max(1, this.options.recent)
      },
      async wake() {
        await this.chime.wake()
        this.look()
        this.chime.ring()
      },
      amount({amount}) {
        return Payfeed.format.sat(amount)
      },
      age({timestamp}) {
        return Payfeed.format.age(timestamp, this.now)
      }
    }
  })
})()
