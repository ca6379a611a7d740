;(() => {
  const PAGE_EVENTS = 1000
  const REFRESH_SECONDS = 10
  const STATES = {
    connecting: 'payfeed.public_display.connecting',
    reconnecting: 'payfeed.public_display.reconnecting',
    disconnected: 'payfeed.public_display.not_connected'
  }
  const FILTER = {types: 'payment', direction: 'in', status: 'confirmed'}

  /** The public display. It keeps no more payments in memory than it shows. */
  window.app.component('payfeed-public-display', {
    template: '#payfeed-public-display-template',
    data() {
      const options = Payfeed.displayOptions.read(new URLSearchParams(location.search))
      return {
        options,
        link: {state: 'connecting'},
        recent: [],
        total_msat: 0,
        arrivals: 0,
        isIdle: options.alert > 0,
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
        return this.$t('payfeed.public_display.total', {total})
      },
      progress() {
        return this.total_msat / 1000 / this.options.goal
      },
      goal() {
        const goal = Payfeed.format.sat(this.options.goal)
        const percent = Payfeed.format.percent(this.progress)
        return this.$t('payfeed.public_display.of_goal', {goal, percent})
      },
      lastFiat() {
        return this.options.fiat && this.last?.fiat
          ? Payfeed.format.fiat(this.last.fiat)
          : ''
      },
      lastText() {
        if (!this.last) return this.$t('payfeed.public_display.none')
        return this.options.memos ? this.last.memo : ''
      },
      /** Why the display can show nothing, if waiting does not help. */
      problem() {
        return this.link.state === 'disconnected' ? this.link.reason : ''
      },
      /** Empty while the display is connected. */
      connectionText() {
        const text = STATES[this.link.state]
        return text ? this.$t(text, this.link) : ''
      },
      qr() {
        return Payfeed.displayOptions.qrText(this.options.qr)
      }
    },
    watch: {
      isIdle: 'applyBackground'
    },
    created() {
      document.title = this.options.title || this.$t('payfeed.public_display.page')
      this.since = Payfeed.displayOptions.totalSince(this.options.total)
      this.key = location.hash.slice(1)
      this.applyBackground()
      if (this.options.sound) {
        this.chime = new Payfeed.Chime(this.refresh, this.options.volume)
      }
      this.timer = setInterval(this.refresh, REFRESH_SECONDS * 1000)
      this.refresh()
      if (this.key) this.connect()
      else this.showMissingKey()
    },
    beforeUnmount() {
      clearInterval(this.timer)
      clearTimeout(this.idleTimer)
      this.connection?.stop()
    },
    methods: {
      showMissingKey() {
        const reason = this.$t('payfeed.public_display.no_key')
        this.link = {state: 'disconnected', reason}
      },
      applyBackground() {
        const {background} = this.options
        document.body.classList.toggle(`payfeed-on-${background}`, !this.isIdle)
        const isClear = this.isIdle || background === 'transparent'
        document.body.classList.toggle('payfeed-on-transparent', isClear)
        if (background !== 'lnbits') this.$q.dark.set(background !== 'light')
      },
      /** Updates the ages, and starts a new total when the day ends. */
      refresh() {
        this.now = Date.now() / 1000
        this.isSilent = Boolean(this.chime?.isSilent)
        const since = Payfeed.displayOptions.totalSince(this.options.total)
        if (since === this.since) return
        this.since = since
        this.total_msat = 0
      },
      read(query) {
        const {min_amount} = this.options
        const filter = min_amount ? {...FILTER, min_amount} : FILTER
        const path = `events?${new URLSearchParams({...filter, ...query})}`
        return Payfeed.api(this.key, 'GET', path)
      },
      /**
       * Live events continue from the end of the total: newer payments of the newest page
       * arrive again and are counted then.
       */
      async catchUp() {
        const {key} = this
        const cursor = this.since === null ? null : await this.sumUp()
        const newest = await this.read({limit: this.kept()})
        this.recent = newest.events.reverse().map(Vue.markRaw)
        return {key, since: cursor ?? newest.cursor}
      },
      async sumUp() {
        const start = this.since
        let page = {cursor: `@${start}`}
        let sum_msat = 0
        do {
          page = await this.read({since: page.cursor, limit: PAGE_EVENTS})
          for (const {payment} of page.events) sum_msat += payment.amount_msat
        } while (page.has_more)
        if (start !== this.since) return this.sumUp()
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
          onEvent: event => this.receive(event),
          onState: link => (this.link = link)
        })
        this.connection.start()
      },
      receive(event) {
        if (!Payfeed.client.isReceived(event)) return
        this.refresh()
        if (event.timestamp >= this.since) this.total_msat += event.payment.amount_msat
        if (this.recent.some(({id}) => id === event.id)) return
        this.recent = [Vue.markRaw(event), ...this.recent.slice(0, this.kept() - 1)]
        this.arrivals += 1
        this.chime?.ring()
        this.alert()
      },
      /** Shows the display for as long as the option says, then hides it again. */
      alert() {
        if (!this.options.alert) return
        this.isIdle = false
        clearTimeout(this.idleTimer)
        const hide = () => (this.isIdle = true)
        this.idleTimer = setTimeout(hide, this.options.alert * 1000)
      },
      kept() {
        return Math.max(1, this.options.recent)
      },
      async enableSound() {
        await this.chime.enable()
        this.refresh()
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
