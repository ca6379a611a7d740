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
  const FORMATS = [
    ['csv', 'payfeed.live.formats.csv'],
    ['jsonl', 'payfeed.live.formats.jsonl']
  ]
  const STANDARD_MEMBERS = ['type', 'id', 'timestamp', 'custom', 'signature']
  const NO_FILTER = {types: '', direction: '', minAmount: null, tag: ''}
  const PRELOAD_ROWS = 20
  const MIN_MATCHES = 30
  const SEARCH_PAGE_EVENTS = 1000

  /** The text that a search looks into, by event. */
  const searchTexts = new WeakMap()

  /** Only a confirmed payment counts as received or sent. */
  const kindOf = ({type, payment}) => {
    if (type === 'test') return 'test'
    if (type !== 'payment') return 'message'
    return payment.status === 'confirmed' ? payment.direction : payment.status
  }

  /** The content of a message in one line. */
  const summary = event => {
    const {type, data} = event
    if (type === 'test') return data.message
    if (type === 'message')
      return typeof data === 'string' ? data : JSON.stringify(data)
    const members = Object.entries(event).filter(
      ([name]) => !STANDARD_MEMBERS.includes(name)
    )
    return `${type} ${JSON.stringify(Object.fromEntries(members))}`
  }

  /** The list of events. Scrolling down loads older ones; a click shows the frame. */
  window.app.component('payfeed-live', {
    template: '#payfeed-live-template',
    props: ['wallet', 'feed', 'now'],
    data() {
      return {
        search: '',
        showFilters: false,
        filter: {...NO_FILTER, ...this.feed.filter},
        opened: null,
        isExporting: false
      }
    },
    computed: {
      isFiltered() {
        return Object.values(this.filter).some(Boolean)
      },
      isEmpty() {
        const {events, isReading, link} = this.feed
        const isNarrowed = this.isFiltered || this.search
        const isLive = !isReading && link.state === 'connected'
        return !events.length && !isNarrowed && isLive
      },
      words() {
        return this.search?.trim().toLowerCase()
      },
      /** The events that a search finds; null without a search. */
      found() {
        const {words} = this
        return words ? this.feed.events.filter(event => this.matches(event)) : null
      },
      count() {
        return (this.found ?? this.feed.events).length
      },
      typeOptions() {
        return Payfeed.options(TYPES)
      }
    },
    watch: {
      filter: {
        deep: true,
        async handler(filter) {
          if (await Payfeed.attempt(() => this.feed.setFilter({...filter}))) return
          this.filter = {...NO_FILTER, ...this.feed.filter}
        }
      },
      search: 'loadMatches',
      'feed.isLoading': 'loadMatches'
    },
    methods: {
      look(event) {
        const look = LOOKS[kindOf(event)]
        return {...look, word: this.$t(look.text)}
      },
      headline(event) {
        if (event.type !== 'payment') return summary(event)
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
        if (!searchTexts.has(event)) {
          searchTexts.set(event, this.shownText(event).toLowerCase())
        }
        return searchTexts.get(event)
      },
      shownText(event) {
        const {payment} = event
        const shown = [this.headline(event), this.look(event).word]
        if (!payment) return shown.join('\n')
        const {amount, tag, comment, external_id, labels = [], extra = {}} = payment
        const merchants = [external_id, ...labels, ...Object.values(extra)]
        const numbers = [this.amount(event), amount]
        return [...shown, ...numbers, tag, comment, ...merchants].join('\n')
      },
      matches(event) {
        const {words} = this
        const ids = [event.id, event.payment?.payment_hash]
        return ids.includes(words) || this.text(event).includes(words)
      },
      /** The rows that the list shows now, taken out of all without a copy of all. */
      rows(from, size) {
        return (this.found ?? this.feed.events).slice(from, from + size)
      },
      async exportEvents() {
        const action = this.$t('payfeed.live.export')
        const choices = Payfeed.options(FORMATS)
        const question = this.$t('payfeed.live.export_question')
        const format = await Payfeed.ask(question, {action, choices})
        if (!format) return
        this.isExporting = true
        await Payfeed.attempt(async () => {
          const file = await this.feed.export(format)
          const day = new Date().toISOString().slice(0, 10)
          const isSaved = Quasar.exportFile(`payfeed-${day}.${format}`, file)
          if (isSaved !== true) throw isSaved
        })
        this.isExporting = false
      },
      onScroll({to}) {
        if (to > this.count - PRELOAD_ROWS) this.loadOlder()
      },
      loadOlder(limit) {
        return Payfeed.attempt(() => this.feed.loadOlder(limit))
      },
      /** Loads older events until a search has enough matches. */
      async loadMatches() {
        const {search} = this
        const mayFindMore = () => search && search === this.search && this.feed.hasOlder
        while (mayFindMore() && this.count < MIN_MATCHES) {
          const {length} = this.feed.events
          await this.loadOlder(SEARCH_PAGE_EVENTS)
          if (this.feed.events.length === length) return
        }
      }
    }
  })
})()
