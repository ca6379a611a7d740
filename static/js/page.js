;(() => {
  const TABS = [
    {name: 'live', icon: 'bolt', text: 'payfeed.tab.live'},
    {name: 'plots', icon: 'bar_chart', text: 'payfeed.tab.plots'},
    {name: 'connect', icon: 'cable', text: 'payfeed.tab.connect'},
    {name: 'keys', icon: 'vpn_key', text: 'payfeed.tab.keys'},
    {name: 'who', icon: 'people', text: 'payfeed.tab.who'},
    {name: 'send', icon: 'send', text: 'payfeed.tab.send'},
    {name: 'display', icon: 'tv', text: 'payfeed.tab.display'}
  ]
  const STATES = {
    connected: {
      icon: 'check_circle',
      color: 'positive',
      text: 'payfeed.state.connected'
    },
    connecting: {icon: 'sync', color: 'warning', text: 'payfeed.state.connecting'},
    waiting: {icon: 'sync_problem', color: 'warning', text: 'payfeed.state.waiting'},
    off: {icon: 'cancel', color: 'negative', text: 'payfeed.state.off'}
  }
  const NOW_SECONDS = 10
  const NEWS_SECONDS = 60
  const MOST_TOLD = 100

  const seconds = () => Date.now() / 1000

  /**
   * The whole page: one wallet's feed, open while the page is shown. In-app navigation
   * unmounts this part, but not LNbits' root, so everything that must end hangs here.
   */
  window.app.component('payfeed-page', {
    template: '#payfeed-page-template',
    props: ['wallets', 'rules'],
    data: () => ({
      tabs: TABS,
      tab: 'live',
      walletId: null,
      feed: null,
      now: seconds()
    }),
    computed: {
      wallet() {
        return this.wallets.find(({id}) => id === this.walletId)
      },
      walletOptions() {
        return this.wallets.map(({id, name}) => ({label: name, value: id}))
      },
      link() {
        return this.feed?.link ?? {state: 'connecting'}
      },
      canRetry() {
        return ['waiting', 'off'].includes(this.link.state)
      },
      state() {
        return STATES[this.link.state]
      }
    },
    watch: {
      walletId: 'open'
    },
    created() {
      this.told = new Set()
      const known = this.wallets.some(({id}) => id === window.g.wallet?.id)
      this.walletId = known ? window.g.wallet.id : this.wallets[0]?.id
      this.clock = setInterval(() => (this.now = seconds()), NOW_SECONDS * 1000)
    },
    beforeUnmount() {
      clearInterval(this.clock)
      this.close()
    },
    methods: {
      open() {
        this.close()
        const {wallet} = this
        if (!wallet) return
        // LNbits reads `g.wallet.id` at every payment, and writes into the object
        window.g.wallet = {...wallet}
        this.stopPaid = Payfeed.whenPaid(wallet, this.notify)
        this.feed = new Payfeed.Feed(wallet)
        this.feed.listen(this.notifyEvent)
        this.feed.open()
      },
      close() {
        this.feed?.close()
        this.feed = null
        this.stopPaid?.()
        this.stopPaid = null
      },
      notifyEvent(event) {
        const {isReceived} = Payfeed.client
        const isNews = seconds() - event.timestamp < NEWS_SECONDS
        if (isReceived(event) && isNews) this.notify(event.payment)
      },
      /** LNbits and the feed both tell of a payment. */
      notify({payment_hash, amount}) {
        if (this.told.has(payment_hash)) return
        this.told.add(payment_hash)
        if (this.told.size > MOST_TOLD) this.told.delete([...this.told][0])
        const message = this.$t('payfeed.received', {
          amount: Payfeed.format.sat(amount)
        })
        Quasar.Notify.create({type: 'positive', message})
      }
    }
  })
})()
