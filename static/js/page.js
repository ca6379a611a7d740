;(() => {
  const TABS = [
    {name: 'live', icon: 'bolt'},
    {name: 'plots', icon: 'bar_chart'},
    {name: 'connect', icon: 'cable'},
    {name: 'keys', icon: 'vpn_key'},
    {name: 'who', icon: 'people'},
    {name: 'send', icon: 'send'},
    {name: 'display', icon: 'tv'}
  ]
  const ICONS = {
    connected: ['check_circle', 'positive'],
    connecting: ['sync', 'warning'],
    waiting: ['sync_problem', 'warning'],
    off: ['cancel', 'negative']
  }
  const NOW_SECONDS = 10
  const NEWS_SECONDS = 60

  const seconds = () => Date.now() / 1000

  /**
   * The whole page: one wallet's feed, open while the page is shown. In-app navigation
   * unmounts this part, but not LNbits' root, so everything that must end hangs here.
   */
  window.app.component('payfeed-page', {
    template: '#payfeed-page-template',
    props: ['wallets'],
    data: () => ({
      tabs: TABS,
      tab: 'live',
      walletId: null,
      feed: null,
      info: null,
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
      stateIcon() {
        return ICONS[this.link.state][0]
      },
      stateColor() {
        return ICONS[this.link.state][1]
      }
    },
    watch: {
      walletId: 'open',
      'link.state'(state) {
        if (state === 'connected' && !this.info) this.describe()
      }
    },
    created() {
      this.told = new Set()
      const known = this.wallets.some(({id}) => id === window.g.wallet?.id)
      this.walletId = known ? window.g.wallet.id : this.wallets[0]?.id
      this.clock = setInterval(() => (this.now = seconds()), NOW_SECONDS * 1000)
    },
    beforeUnmount() {
      this.isGone = true
      clearInterval(this.clock)
      this.close()
    },
    methods: {
      async open() {
        this.close()
        const {wallet} = this
        if (!wallet) return
        // LNbits reads `g.wallet.id` at every payment, and writes into the object
        window.g.wallet = {...wallet}
        this.stopPaid = Payfeed.whenPaid(wallet, this.notify)
        await this.describe()
        if (wallet.id === this.walletId && !this.isGone) this.listen()
      },
      close() {
        this.feed?.close()
        this.feed = null
        this.stopPaid?.()
        this.stopPaid = null
      },
      /** What only the owner may know is missing in a share's answer. */
      async describe() {
        const {inkey, adminkey} = this.wallet
        this.info = await Payfeed.api(adminkey || inkey, 'GET', 'feed').catch(
          () => null
        )
        const isClosedToInkey = this.info && !this.info.allow_inkey
        this.readKey = isClosedToInkey ? adminkey : inkey
        if (this.feed && this.feed.key !== this.readKey) this.listen()
      },
      listen() {
        this.feed?.close()
        this.feed = new Payfeed.Feed(this.readKey)
        this.feed.listen(this.notifyEvent)
        this.feed.open()
      },
      notifyEvent({type, timestamp, payment}) {
        const isReceived =
          type === 'payment' &&
          payment.direction === 'in' &&
          payment.status === 'confirmed'
        if (isReceived && seconds() - timestamp < NEWS_SECONDS) this.notify(payment)
      },
      notify({payment_hash, amount}) {
        if (this.told.has(payment_hash)) return
        this.told.add(payment_hash)
        const message = this.$t('payfeed.received', {
          amount: Payfeed.format.sat(amount)
        })
        Quasar.Notify.create({type: 'positive', message})
      }
    }
  })
})()
