const API = '/payfeed/api/v1'

window.app = Vue.createApp({
  el: '#vue',
  mixins: [windowMixin],
  data() {
    return {
      walletId: null,
      state: 'off',
      stateText: 'off',
      events: [],
      hasOlder: false,
      message: ''
    }
  },
  computed: {
    wallet() {
      return this.g.user.wallets.find(wallet => wallet.id === this.walletId)
    },
    walletOptions() {
      return this.g.user.wallets.map(wallet => ({
        label: wallet.name,
        value: wallet.id
      }))
    },
    hiddenAddress() {
      return this.wallet ? this.address('…') : ''
    }
  },
  methods: {
    address(key) {
      const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
      return `${scheme}://${location.host}${API}/ws/${key}`
    },
    request(method, path, data) {
      return LNbits.api
        .request(method, API + path, this.wallet.inkey, data)
        .then(answer => answer.data)
    },
    changeWallet() {
      this.disconnect()
      this.events = []
      this.connect()
    },
    async connect() {
      const {wallet} = this
      // LNbits 1.6 reads `g.wallet.id` at every payment, on any page
      this.g.wallet = wallet
      try {
        const page = await this.request('GET', '/events?limit=30')
        if (wallet !== this.wallet) return
        this.events = page.events.reverse()
        this.hasOlder = page.has_more
        this.$options.feed = new PayfeedSocket(wallet.inkey, this.add, this.show)
        this.$options.feed.cursor = page.head
        this.$options.feed.start()
        const stop = LNbits.events.onInvoicePaid(wallet, this.notifyPaid)
        this.$options.stopPaid = typeof stop === 'function' ? stop : null
      } catch (error) {
        LNbits.utils.notifyApiError(error)
      }
    },
    disconnect() {
      if (this.$options.feed) this.$options.feed.stop()
      if (this.$options.stopPaid) this.$options.stopPaid()
      this.$options.feed = this.$options.stopPaid = null
    },
    show(state, retryInSeconds, reason) {
      this.state = state
      this.stateText = {
        connected: 'connected',
        connecting: 'connecting',
        waiting: `reconnecting in ${retryInSeconds} s`,
        off: reason ? `off: ${reason}` : 'off'
      }[state]
    },
    add(event) {
      if (this.events.some(known => known.id === event.id)) return
      this.events.unshift(event)
      if (this.events.length > 500) this.events.pop()
    },
    notifyPaid({payment}) {
      const isMoneyIn = payment.amount > 0 && payment.status === 'success'
      const told = (this.$options.told = this.$options.told || new Set())
      if (!isMoneyIn || told.has(payment.payment_hash)) return
      told.add(payment.payment_hash)
      Quasar.Notify.create({
        type: 'positive',
        message: `Received ${payment.amount / 1000} sat`
      })
    },
    async loadOlder() {
      try {
        const oldest = this.events[this.events.length - 1].id
        const page = await this.request('GET', `/events?limit=30&before=${oldest}`)
        this.events.push(...page.events.reverse())
        this.hasOlder = page.has_more
      } catch (error) {
        LNbits.utils.notifyApiError(error)
      }
    },
    async sendTest() {
      try {
        await this.request('POST', '/test')
      } catch (error) {
        LNbits.utils.notifyApiError(error)
      }
    },
    async sendMessage() {
      const text = this.message
      let value = null
      try {
        value = JSON.parse(text)
      } catch (_) {
        value = null
      }
      const isJson = value !== null && typeof value === 'object'
      this.message = ''
      try {
        await (isJson
          ? this.request('POST', '/notify', value)
          : this.request('POST', `/notify?data=${encodeURIComponent(text)}`))
      } catch (error) {
        this.message = text
        LNbits.utils.notifyApiError(error)
      }
    },
    async copyAddress() {
      this.copyText(this.address(this.wallet.inkey))
    },
    describe(event) {
      if (event.type === 'payment') {
        const {direction, status, memo} = event.payment
        const what = direction === 'in' ? 'Received' : 'Sent'
        return `${status === 'failed' ? 'Failed' : what}: ${memo || 'no memo'}`
      }
      if (event.type === 'test') return `Test: ${event.data.message}`
      if (event.type === 'message') return `Message: ${JSON.stringify(event.data)}`
      return `Message of type ${event.type}`
    },
    amount({amount, direction}) {
      return `${direction === 'in' ? '+' : '−'}${amount.toLocaleString()} sat`
    },
    tone({direction, status}) {
      if (status === 'failed') return 'text-grey'
      return direction === 'in' ? 'text-positive' : 'text-negative'
    },
    when(event) {
      return new Date(event.timestamp * 1000).toLocaleString()
    }
  },
  created() {
    if (!this.g.user.wallets.length) return
    this.walletId = this.g.user.wallets[0].id
    this.connect()
  }
})
