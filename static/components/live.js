;(() => {
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
  const NO_FILTER = {
    types: '',
    direction: '',
    status: '',
    minAmount: null,
    tag: '',
    from: '',
    to: ''
  }
  const STATUSES = [
    ['', 'payfeed.filter.statuses.any'],
    ['confirmed', 'payfeed.filter.statuses.confirmed'],
    ['failed', 'payfeed.filter.statuses.failed']
  ]
  const isSame = (filter, other) =>
    Object.keys(NO_FILTER).every(name => (filter[name] || '') === (other[name] || ''))
  const PRELOAD_ROWS = 20
  const MIN_MATCHES = 30
  const SEARCH_PAGE_EVENTS = 1000

  /** The text that a search looks into, by event. */
  const searchTexts = new WeakMap()

  /** The list of events. Scrolling down loads older ones; a click shows one in full. */
  window.app.component('payfeed-live', {
    template: '#payfeed-live-template',
    props: ['wallet', 'feed', 'now', 'place'],
    emits: ['go'],
    data() {
      return {
        search: '',
        showFilters: false,
        filter: {...NO_FILTER, ...this.place.filter},
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
      statusOptions() {
        return Payfeed.options(STATUSES)
      },
      tags() {
        return [...this.feed.tags].sort()
      },
      typeOptions() {
        return Payfeed.options(TYPES)
      }
    },
    watch: {
      filter: {
        deep: true,
        async handler(filter) {
          const isSet = await Payfeed.attempt(() => this.feed.setFilter({...filter}))
          if (!isSet) this.filter = {...NO_FILTER, ...this.feed.filter}
          else if (!isSame(this.place.filter, filter))
            this.$emit('go', {filter: {...filter}}, 'replace')
        }
      },
      'place.filter'(filter) {
        if (!isSame(this.filter, filter)) this.filter = {...NO_FILTER, ...filter}
      },
      'place.event': {immediate: true, handler: 'openEvent'},
      search: 'loadMatches',
      'feed.isLoading': 'loadMatches'
    },
    methods: {
      ...Payfeed.events,
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
      /** Shows the event in the address, which may not be loaded or not be kept. */
      async openEvent(id) {
        this.opened = null
        if (!id) return (this.isStep = false)
        await Payfeed.attempt(async () => {
          const found = await this.feed.find(id)
          if (id !== this.place.event) return
          this.opened = found
          if (found) return
          const message = this.$t('payfeed.live.not_kept')
          Quasar.Notify.create({type: 'warning', message})
          this.$emit('go', {event: ''}, 'replace')
        })
      },
      select({id}) {
        this.isStep = true
        this.$emit('go', {event: id})
      },
      /** Undoes the step that opened the event, so that Back does not open it again. */
      closeEvent() {
        if (this.isStep) this.$router.back()
        else this.$emit('go', {event: ''}, 'replace')
        this.isStep = false
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
