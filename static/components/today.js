;(() => {
  const PAGE_EVENTS = 1000
  const DAY_SECONDS = 86400
  const SHOW_SECONDS = 0.5
  const BALANCE_SECONDS = 2 // LNbits computes it from all payments
  const FIGURES = [
    ['received', 'payfeed.today.received'],
    ['sent', 'payfeed.today.sent'],
    ['fees', 'payfeed.today.fees']
  ]

  /** What the wallet received, sent and has: today, and yesterday beside it. */
  window.app.component('payfeed-today', {
    template: '#payfeed-today-template',
    props: ['wallet', 'feed', 'now'],
    data: () => ({
      payments: [],
      balance: null,
      rate: 0,
      isRead: false,
      hasFailed: false
    }),
    computed: {
      currency() {
        return this.wallet.currency ?? ''
      },
      days() {
        const {ofDay, startOf} = Payfeed.statistics
        const yesterday = startOf(this.now, 'day') / 1000 - DAY_SECONDS / 2
        return [this.now, yesterday].map(time =>
          ofDay(this.payments, time, this.currency)
        )
      },
      /** `{name, label, value, fiat, before}` for each figure, in words. */
      figures() {
        const [today, yesterday] = this.days
        const {sat, number} = Payfeed.format
        const sums = FIGURES.map(([name, label]) => ({
          name,
          label: this.today(label),
          value: sat(today.sat[name]),
          fiat: this.fiat(today.fiat[name]),
          before: this.before(sat(yesterday.sat[name]))
        }))
        const count = {
          name: 'payments',
          label: this.today('payfeed.today.payments'),
          value: number(today.payments),
          before: this.before(number(yesterday.payments))
        }
        return [...sums, count, ...this.balances]
      },
      balances() {
        if (this.balance === null) return []
        const label = this.$t('payfeed.today.balance')
        const value = Payfeed.format.sat(this.balance)
        const fiat = this.rate ? this.fiat(this.balance / this.rate) : ''
        return [{name: 'balance', label, value, fiat}]
      }
    },
    watch: {
      'feed.link.state'(state) {
        if (state === 'connected') this.load()
      }
    },
    mounted() {
      const readBalance = Payfeed.rereading(this.loadBalance)
      this.readBalance = Payfeed.throttled(readBalance, BALANCE_SECONDS)
      this.showSoon = Payfeed.throttled(this.show, SHOW_SECONDS)
      this.stop = this.feed.listen(this.receive)
      if (this.feed.link.state === 'connected') this.load()
    },
    beforeUnmount() {
      this.found = null
      this.stop()
    },
    methods: {
      today(label) {
        return `${this.$t(label)} · ${this.$t('payfeed.displays.totals.today')}`
      },
      before(value) {
        return this.$t('payfeed.today.yesterday', {value})
      },
      /** Empty where LNbits stored no value in the wallet's currency. */
      fiat(amount) {
        const {currency} = this
        return currency && amount ? Payfeed.format.fiat({amount, currency}) : ''
      },
      async load() {
        const found = (this.found = new Map())
        const today = Payfeed.statistics.startOf(Date.now() / 1000, 'day') / 1000
        // a day has up to 25 hours; what is older falls out of the sums
        let since = `@${Math.floor(today - DAY_SECONDS - 3600)}`
        this.readBalance()
        try {
          for (let hasMore = true; hasMore; ) {
            const query = `types=payment&status=confirmed&limit=${PAGE_EVENTS}`
            const path = `events?${query}&since=${since}`
            const page = await Payfeed.api(this.feed.key, 'GET', path)
            if (found !== this.found) return
            page.events.forEach(({id, payment}) => found.set(id, Vue.markRaw(payment)))
            since = page.cursor
            hasMore = page.has_more
          }
          this.show()
          this.isRead = true
          this.hasFailed = false
        } catch {
          if (found === this.found) this.hasFailed = true
        }
      },
      async loadBalance() {
        try {
          const {inkey} = this.wallet
          const {balance} = await Payfeed.request(inkey, 'GET', '/api/v1/wallet')
          this.balance = balance / 1000
        } catch {
          this.balance = null
        }
      },
      /**
       * Satoshi per unit of the wallet's currency; 0 if LNbits does not know it. LNbits asks
       * other servers for it, so it is read once, and only where payments have a value.
       */
      async loadRate() {
        const hasValue = ({fiat}) => fiat?.currency === this.currency
        if (this.isRateAsked || !this.payments.some(hasValue)) return
        this.isRateAsked = true
        try {
          const path = `/api/v1/rate/${this.currency}`
          const {rate} = await Payfeed.request(this.wallet.inkey, 'GET', path)
          this.rate = rate
        } catch {
          this.rate = 0
        }
      },
      receive({id, payment}) {
        if (payment?.status !== 'confirmed') return
        this.found?.set(id, Vue.markRaw(payment))
        if (this.isRead) this.showSoon()
        this.readBalance()
      },
      show() {
        if (!this.found) return
        // raw: Vue shall not wrap thousands of payments
        this.payments = Vue.markRaw([...this.found.values()])
        this.loadRate()
      }
    }
  })
})()
