;(() => {
  const TABS = [
    {name: 'live', icon: 'bolt', text: 'payfeed.tab.live'},
    {name: 'plots', icon: 'bar_chart', text: 'payfeed.tab.plots'},
    {name: 'connect', icon: 'cable', text: 'payfeed.tab.connect'},
    {name: 'keys', icon: 'vpn_key', text: 'payfeed.tab.keys'},
    {name: 'webhooks', icon: 'dns', text: 'payfeed.tab.webhooks'},
    {name: 'subscribers', icon: 'people', text: 'payfeed.tab.subscribers'},
    {name: 'send', icon: 'send', text: 'payfeed.tab.send'},
    {name: 'displays', icon: 'tv', text: 'payfeed.tab.display'}
  ]
  const SERVER_TAB = {
    name: 'server',
    icon: 'speed',
    text: 'payfeed.tab.server'
  }
  const STATES = {
    connected: {
      icon: 'check_circle',
      color: 'positive',
      text: 'payfeed.state.connected'
    },
    connecting: {icon: 'sync', color: 'warning', text: 'payfeed.state.connecting'},
    reconnecting: {
      icon: 'sync_problem',
      color: 'warning',
      text: 'payfeed.state.reconnecting'
    },
    disconnected: {
      icon: 'cancel',
      color: 'negative',
      text: 'payfeed.state.disconnected'
    }
  }
  const CLOCK_SECONDS = 10
  const MAX_NOTICE_AGE_SECONDS = 60
  const REMEMBERED_HASHES = 100
  // of a group, only the newest is shown, with their number
  const NOTICE = {type: 'positive', badgeColor: 'dark'}

  const seconds = () => Date.now() / 1000

  /** The wallet whose page of LNbits was open before; LNbits 1.3 does not remember it. */
  const lastShownByLNbits = () => {
    const {referrer} = document
    const before = referrer ? new URL(referrer).searchParams.get('wal') : null
    return window.g.lastActiveWallet ?? before
  }

  /**
   * The page of one wallet's feed. Navigation within LNbits unmounts this component, but
   * not LNbits' root component, so `beforeUnmount` ends everything here.
   */
  window.app.component('payfeed-page', {
    template: '#payfeed-page-template',
    props: ['wallets', 'rules', 'documents', 'isAdministrator'],
    data: () => ({
      place: {walletId: '', tab: 'live', filter: {}, event: ''},
      feed: null,
      now: seconds()
    }),
    computed: {
      tabs() {
        return this.isAdministrator ? [...TABS, SERVER_TAB] : TABS
      },
      walletId() {
        return this.place.walletId
      },
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
        return ['reconnecting', 'disconnected'].includes(this.link.state)
      },
      state() {
        return STATES[this.link.state]
      }
    },
    watch: {
      walletId: 'open',
      'place.filter'(filter) {
        if (this.feed) Payfeed.attempt(() => this.feed.setFilter({...filter}))
      },
      '$route.fullPath': 'follow'
    },
    created() {
      this.notified = new Set()
      this.openedAt = Math.floor(seconds())
      this.path = location.pathname
      this.follow()
      if (this.wallet) this.go({}, 'replace')
      const others = () => this.wallets.filter(({id}) => id !== this.walletId)
      this.stopOthers = Payfeed.watchWallets(others, this.notifyOther)
      this.clock = setInterval(() => (this.now = seconds()), CLOCK_SECONDS * 1000)
    },
    beforeUnmount() {
      clearInterval(this.clock)
      this.stopOthers()
      this.close()
    },
    methods: {
      /** Shows what the address says. Where it says nothing, `?wal=` and LNbits do. */
      follow() {
        // LNbits' router has left the page, which is about to be unmounted
        if (location.pathname !== this.path) return
        const {walletId, tab, ...rest} = Payfeed.place.read(location.hash)
        const asked = new URLSearchParams(location.search).get('wal')
        const ids = this.wallets.map(({id}) => id)
        const isOwn = id => ids.includes(id)
        const named = [walletId, asked, lastShownByLNbits(), window.g.wallet?.id]
        const known = named.find(isOwn)
        const isTab = this.tabs.some(({name}) => name === tab)
        const shown = {walletId: known ?? ids[0] ?? '', tab: isTab ? tab : 'live'}
        this.place = {...rest, ...shown}
      },
      /**
       * Goes to another wallet, tab, filter or event. `push` is a step that the browser's
       * Back undoes; `replace` is none.
       */
      go(change, how = 'push') {
        const query = new URLSearchParams(location.search)
        query.delete('wal')
        const text = query.toString()
        const search = `${text && '?'}${text}`
        const hash = Payfeed.place.write({...this.place, ...change})
        return this.$router[how](this.path + search + hash)
      },
      selectWallet(walletId) {
        this.go({walletId, filter: {}, event: ''})
      },
      selectTab(tab) {
        if (tab !== this.place.tab) this.go({tab, event: ''})
      },
      open() {
        this.close()
        const {wallet} = this
        if (!wallet) return
        // LNbits reads `g.wallet.id` at every payment, and changes the object
        window.g.wallet = {...wallet}
        this.stopPaid = Payfeed.whenPaid(wallet, this.notify)
        this.feed = new Payfeed.Feed(wallet, this.place.filter)
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
        if (this.isNews(event)) this.notify(event.payment)
      },
      isNews(event) {
        const age = seconds() - event.timestamp
        return Payfeed.client.isReceived(event) && age < MAX_NOTICE_AGE_SECONDS
      },
      notify({payment_hash, amount}) {
        if (!this.isFirstNotice(payment_hash)) return
        const message = this.$t('payfeed.received', {
          amount: Payfeed.format.sat(amount)
        })
        Quasar.Notify.create({...NOTICE, message, group: 'payfeed'})
      },
      /** Returns whether the payment was news. What came before the page is not. */
      notifyOther({id, name}, event) {
        const {payment_hash, amount} = event.payment
        const isNews = event.timestamp >= this.openedAt && this.isNews(event)
        if (!isNews || !this.isFirstNotice(payment_hash)) return false
        const message = this.$t('payfeed.received_in', {
          wallet: name,
          amount: Payfeed.format.sat(amount)
        })
        const action = {
          label: this.$t('payfeed.open'),
          color: 'white',
          noCaps: true,
          handler: () => this.go({walletId: id, tab: 'live', filter: {}, event: ''})
        }
        const group = `payfeed ${id}`
        Quasar.Notify.create({...NOTICE, message, group, actions: [action]})
        return true
      },
      /** LNbits and the feed both report a payment: it is shown once. */
      isFirstNotice(hash) {
        const {notified} = this
        if (notified.has(hash)) return false
        notified.add(hash)
        if (notified.size > REMEMBERED_HASHES) notified.delete([...notified][0])
        return true
      }
    }
  })
})()
