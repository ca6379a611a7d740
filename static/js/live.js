;(() => {
  const LOOKS = {
    in: {
      icon: 'south_west',
      color: 'positive',
      amountClass: 'text-positive',
      text: 'payfeed.live.in'
    },
    out: {
      icon: 'north_east',
      color: 'deep-orange',
      amountClass: '',
      text: 'payfeed.live.out'
    },
    pending: {
      icon: 'hourglass_empty',
      color: 'grey',
      amountClass: 'text-grey',
      text: 'payfeed.live.pending'
    },
    failed: {
      icon: 'block',
      color: 'grey',
      amountClass: 'text-grey text-strike',
      text: 'payfeed.live.failed'
    },
    test: {
      icon: 'science',
      color: 'info',
      amountClass: '',
      text: 'payfeed.live.test'
    },
    message: {
      icon: 'chat',
      color: 'info',
      amountClass: '',
      text: 'payfeed.live.message'
    }
  }
  const TYPES = [
    ['', 'payfeed.live.types.all'],
    ['payment', 'payfeed.live.types.payment'],
    ['message', 'payfeed.live.types.message'],
    ['test', 'payfeed.live.types.test']
  ]
  const DIRECTIONS = [
    ['', 'payfeed.live.directions.both'],
    ['in', 'payfeed.live.directions.in'],
    ['out', 'payfeed.live.directions.out']
  ]
  const OUR_MEMBERS = ['type', 'id', 'timestamp', 'custom', 'signature']
  const ANY = {types: '', direction: '', minAmount: null, tag: ''}
  const ENDS_BEFORE_ROWS = 20
  const WANTED_MATCHES = 30
  const SEARCHED_EVENTS = 1000

  /** What a search looks into, by event: made once. */
  const texts = new WeakMap()

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
        wanted: {...ANY, ...this.feed.filter},
        opened: null
      }
    },
    computed: {
      isFiltered() {
        return Object.values(this.wanted).some(Boolean)
      },
      isEmpty() {
        const {events, isReading, link} = this.feed
        const isAsked = this.isFiltered || this.search
        return !events.length && !isReading && !isAsked && link.state === 'connected'
      },
      shown() {
        const words = this.search?.trim().toLowerCase()
        if (!words) return this.feed.events.slice()
        return this.feed.events.filter(event => this.isFound(event, words))
      },
      typeOptions() {
        return Payfeed.options(TYPES)
      },
      directionOptions() {
        return Payfeed.options(DIRECTIONS)
      }
    },
    watch: {
      wanted: {
        deep: true,
        async handler(filter) {
          if (await Payfeed.attempt(() => this.feed.want({...filter}))) return
          this.wanted = {...ANY, ...this.feed.filter}
        }
      },
      search: 'fill',
      'feed.isLoading': 'fill'
    },
    methods: {
      look(event) {
        const look = LOOKS[kindOf(event)]
        return {...look, word: this.$t(look.text)}
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
        if (!texts.has(event)) texts.set(event, this.shownText(event).toLowerCase())
        return texts.get(event)
      },
      shownText(event) {
        const {payment} = event
        const shown = [this.headline(event), this.look(event).word]
        if (!payment) return shown.join('\n')
        const {amount, tag, comment} = payment
        return [...shown, this.amount(event), amount, tag, comment].join('\n')
      },
      isFound(event, words) {
        const known = [event.id, event.payment?.payment_hash]
        return known.includes(words) || this.text(event).includes(words)
      },
      onScroll({to}) {
        if (to > this.shown.length - ENDS_BEFORE_ROWS) this.loadOlder()
      },
      loadOlder(limit) {
        return Payfeed.attempt(() => this.feed.loadOlder(limit))
      },
      /** Matches of a search may lie further back than what is loaded. */
      async fill() {
        const {search} = this
        const isWanted = () => search && search === this.search && this.feed.hasOlder
        while (isWanted() && this.shown.length < WANTED_MATCHES) {
          const {length} = this.feed.events
          await this.loadOlder(SEARCHED_EVENTS)
          if (this.feed.events.length === length) return
        }
      }
    }
  })
})()
