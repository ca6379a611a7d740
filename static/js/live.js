;(() => {
  const LOOKS = {
    in: {icon: 'south_west', color: 'positive', amountClass: 'text-positive'},
    out: {icon: 'north_east', color: 'deep-orange', amountClass: ''},
    pending: {icon: 'hourglass_empty', color: 'grey', amountClass: 'text-grey'},
    failed: {icon: 'block', color: 'grey', amountClass: 'text-grey text-strike'},
    test: {icon: 'science', color: 'info', amountClass: ''},
    message: {icon: 'chat', color: 'info', amountClass: ''}
  }
  const OUR_MEMBERS = ['type', 'id', 'timestamp', 'custom', 'signature']
  const ENDS_BEFORE_ROWS = 20
  const WANTED_MATCHES = 30
  const SEARCHED_EVENTS = 1000

  /** Money came or went only when it is confirmed. */
  const kindOf = ({type, payment}) => {
    if (type === 'test') return 'test'
    if (type !== 'payment') return 'message'
    return payment.status === 'confirmed' ? payment.direction : payment.status
  }

  /** A custom message in one line: what its sender put into it. */
  const gist = event => {
    const {type, data} = event
    if (type === 'test') return data.message
    if (type === 'message')
      return typeof data === 'string' ? data : JSON.stringify(data)
    const own = Object.entries(event).filter(([name]) => !OUR_MEMBERS.includes(name))
    return `${type} ${JSON.stringify(Object.fromEntries(own))}`
  }

  /** The events as they come, older ones while scrolling, each openable. */
  window.app.component('payfeed-live', {
    template: '#payfeed-live-template',
    props: ['wallet', 'feed', 'now'],
    data() {
      return {
        search: '',
        showFilters: false,
        wanted: {
          types: '',
          direction: '',
          minAmount: null,
          tag: '',
          ...this.feed.filter
        },
        opened: null
      }
    },
    computed: {
      isFiltered() {
        return Object.values(this.wanted).some(Boolean)
      },
      isEmpty() {
        const {events, isLoading, link} = this.feed
        const isAsked = this.isFiltered || this.search
        return !events.length && !isLoading && !isAsked && link.state === 'connected'
      },
      shown() {
        const words = this.search?.trim().toLowerCase()
        if (!words) return this.feed.events.slice()
        return this.feed.events.filter(event => this.text(event).includes(words))
      },
      typeOptions() {
        return this.options('types', ['payment', 'message', 'test'])
      },
      directionOptions() {
        return this.options('directions', ['in', 'out'])
      }
    },
    watch: {
      wanted: {
        deep: true,
        handler(filter) {
          this.tell(this.feed.want({...filter}))
        }
      },
      search: 'fill'
    },
    methods: {
      options(name, values) {
        const label = value => this.$t(`payfeed.live.${name}.${value || 'all'}`)
        return ['', ...values].map(value => ({value, label: label(value)}))
      },
      look(event) {
        const kind = kindOf(event)
        return {...LOOKS[kind], word: this.$t(`payfeed.live.${kind}`)}
      },
      headline(event) {
        if (event.type !== 'payment') return gist(event)
        return event.payment.memo || this.$t('payfeed.live.no_memo')
      },
      amount(event) {
        const {amount} = event.payment
        const sign = {in: '+', out: '−'}[kindOf(event)] ?? ''
        return sign + Payfeed.format.sat(amount)
      },
      fee({payment}) {
        if (!payment?.fee_msat) return ''
        return this.$t('payfeed.live.fee', {amount: Payfeed.format.sat(payment.fee)})
      },
      fiat({payment}) {
        return payment.fiat ? Payfeed.format.fiat(payment.fiat) : ''
      },
      age({timestamp}) {
        return Payfeed.format.age(timestamp, this.now)
      },
      time({timestamp}) {
        return Payfeed.format.time(timestamp)
      },
      frame(event) {
        return JSON.stringify(event, null, 2)
      },
      text(event) {
        return JSON.stringify([event, this.look(event).word]).toLowerCase()
      },
      copy(text) {
        Payfeed.copy(text, this.$t('payfeed.copied'))
      },
      onScroll({to}) {
        if (to > this.shown.length - ENDS_BEFORE_ROWS) this.loadOlder()
      },
      loadOlder(limit) {
        return this.tell(this.feed.loadOlder(limit))
      },
      /** Matches of a search may lie further back than what is loaded. */
      async fill() {
        const {search} = this
        const isWanted = () => search && search === this.search && this.feed.hasOlder
        while (isWanted() && this.shown.length < WANTED_MATCHES) {
          if (!(await this.loadOlder(SEARCHED_EVENTS))) return
        }
      },
      async tell(asked) {
        try {
          await asked
          return true
        } catch (error) {
          LNbits.utils.notifyApiError(error)
          return false
        }
      }
    }
  })
})()
