;(() => {
  const PAGE_EVENTS = 1000
  const LOOK_SECONDS = 10
  const STATES = {
    connecting: 'payfeed.screen.connecting',
    waiting: 'payfeed.screen.waiting',
    off: 'payfeed.screen.off'
  }
  const FILTER = {types: 'payment', direction: 'in', status: 'confirmed'}

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
      lastAmount() {
        return this.last ? this.amount(this.last) : '–'
      },
      total() {
        const total = Payfeed.format.sat(this.total_msat / 1000)
        return this.$t('payfeed.screen.total', {total})
      },
      progress() {
        return Math.min(1, this.total_msat / 1000 / this.options.goal)
      },
      /** What is wrong with the connection; empty while nothing is. */
      trouble() {
        const text = STATES[this.link.state]
        return text ? this.$t(text, this.link) : ''
      },
      qr() {
        return Payfeed.displayOptions.qrText(this.options.qr)
      }
    },
    created() {
      this.since = Payfeed.displayOptions.totalSince(this.options.total)
      this.key = location.hash.slice(1)
      this.dress()
      if (this.options.sound) this.chime = new Payfeed.Chime(this.look)
      this.timer = setInterval(this.look, LOOK_SECONDS * 1000)
      this.look()
      if (this.key) this.connect()
      else this.link = {state: 'off', reason: this.$t('payfeed.screen.no_key')}
    },
    beforeUnmount() {
      clearInterval(this.timer)
      this.connection?.stop()
    },
    methods: {
      dress() {
        const {background} = this.options
        document.body.classList.add(`payfeed-on-${background}`)
        if (background !== 'lnbits') this.$q.dark.set(background !== 'light')
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
      read(query) {
        const {min_amount} = this.options
        const wanted = min_amount ? {...FILTER, min_amount} : FILTER
        const path = `events?${new URLSearchParams({...wanted, ...query})}`
        return Payfeed.api(this.key, 'GET', path)
      },
      /** The id to go on from. What the newest page has beyond it comes again, live. */
      async catchUp() {
        const {key} = this
        const cursor = this.since === null ? null : await this.sumUp()
        const newest = await this.read({limit: Math.max(1, this.options.recent)})
        this.recent = newest.events.reverse().map(Vue.markRaw)
        return {key, since: cursor ?? newest.cursor}
      },
      async sumUp() {
        const begin = this.since
        let page = {cursor: `@${begin}`}
        let sum_msat = 0
        do {
          page = await this.read({since: page.cursor, limit: PAGE_EVENTS})
          for (const {payment} of page.events) sum_msat += payment.amount_msat
        } while (page.has_more)
        if (begin !== this.since) return this.sumUp()
        this.total_msat = sum_msat
        return page.cursor
      },
      connect() {
        const {types, direction, status} = FILTER
        const filter = {types: [types], direction, status}
        this.connection = new Payfeed.Connection({
          ...filter,
          minAmount: this.options.min_amount || undefined,
          catchUp: this.catchUp,
          onEvent: event => this.take(event),
          onState: link => (this.link = link)
        })
        this.connection.start()
      },
      take(event) {
        if (!Payfeed.client.isReceived(event)) return
        this.look()
        if (event.timestamp >= this.since) this.total_msat += event.payment.amount_msat
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
