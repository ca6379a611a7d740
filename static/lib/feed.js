;(() => {
  const PAGE_EVENTS = 100
  const MAX_EVENTS = 20000
  const FRESH_SECONDS = 2
  const MOST_FRESH = 5 // in a rush of events most rows appear without motion
  const SHOW_SECONDS = 0.2 // between two changes of the list

  const query = ({types, direction, status, minAmount, tag}) => {
    const parameters = {types, direction, status, min_amount: minAmount, tag}
    return Object.entries(parameters)
      .filter(([, value]) => value)
      .map(([name, value]) => `&${name}=${encodeURIComponent(value)}`)
      .join('')
  }

  /** Unix seconds of the local midnight that begins a day, some days after it. */
  const midnight = (day, later = 0) => {
    const date = new Date(`${day}T00:00`)
    date.setDate(date.getDate() + later)
    return date.getTime() / 1000
  }

  /** The first second of a filter's range, and the first one after it. */
  const rangeOf = ({from, to}) => ({
    start: from ? midnight(from) : 0,
    end: to ? midnight(to, 1) : Infinity
  })

  const isSame = (filter, other) =>
    JSON.stringify([query(filter), rangeOf(filter)]) ===
    JSON.stringify([query(other), rangeOf(other)])

  const acceptsType = (types, {type, custom}) =>
    !types || type === types || (types === 'message' && Boolean(custom))

  const acceptsPayment = ({direction, status, minAmount, tag}, payment) =>
    (!direction || payment.direction === direction) &&
    (!status || payment.status === status) &&
    (!tag || payment.tag === tag) &&
    payment.amount >= (minAmount || 0)

  /** Filters live events as the server filters stored ones. */
  const accepts = (filter, event) => {
    const {start, end} = rangeOf(filter)
    if (event.timestamp < start || event.timestamp >= end) return false
    if (!acceptsType(filter.types, event)) return false
    if (event.type === 'payment') return acceptsPayment(filter, event.payment)
    return !(filter.direction || filter.status || filter.minAmount || filter.tag)
  }

  Object.assign(Payfeed, {rangeOf, accepts, filterQuery: query})

  /**
   * One wallet's feed, reactive, live from `open` to `close`. `info` describes it;
   * `events` are those that `filter` accepts, newest first, older ones on demand.
   * docs/page.md has a picture of how they are loaded.
   */
  Payfeed.Feed = class {
    constructor(wallet, filter = {}) {
      this.wallet = wallet
      this.info = null
      this.key = null
      this.filter = {}
      this.requestedFilter = filter
      // shallow, and changed in place: Vue shall not wrap or copy 20,000 events
      this.events = Vue.shallowRef([])
      this.ids = Vue.markRaw(new Set())
      this.tags = new Set()
      this.hasOlder = false
      this.olderPage = null
      this.arrivedWhileLoading = null
      this.link = {state: 'connecting'}
      // not reactive: a row that is drawn again later only loses a class that has ended
      this.fresh = Vue.markRaw(new Set())
      this.showSoon = Payfeed.throttled(() => this.showChange(), SHOW_SECONDS)
      this.listeners = Vue.markRaw(new Set())
      this.round = 0
      return Vue.reactive(this)
    }

    get isLoading() {
      return this.arrivedWhileLoading !== null
    }

    get isReading() {
      return this.isLoading || this.olderPage !== null
    }

    /** The `info` of a shared wallet has no secret. */
    get isOwner() {
      return Boolean(this.info?.secret)
    }

    open() {
      const options = {
        catchUp: () => this.catchUp(),
        onEvent: event => this.receive(event),
        onState: link => (this.link = link)
      }
      this.connection = Vue.markRaw(new Payfeed.Connection(options))
      this.connection.start()
    }

    close() {
      this.connection.stop()
    }

    retryNow() {
      this.connection.retryNow()
    }

    async catchUp() {
      await this.describe()
      const since = await this.load()
      return {key: this.key, since}
    }

    /** The invoice key reads the feed unless its owner has disabled that. */
    async describe() {
      const {inkey, adminkey} = this.wallet
      this.info = await Payfeed.api(adminkey || inkey, 'GET', 'feed')
      this.key = this.info.allow_inkey ? inkey : adminkey
    }

    /** Reads `info` again after a change; reconnects if the key is another one now. */
    async refresh() {
      const {key} = this
      await this.describe()
      if (key !== this.key) this.connection.start()
    }

    /** Calls `listener(event)` for every live event, filtered or not; returns a stop. */
    listen(listener) {
      this.listeners.add(listener)
      return () => this.listeners.delete(listener)
    }

    /** Loads the events of another filter. If that fails, the filter stays as it was. */
    async setFilter(filter) {
      if (isSame(filter, this.requestedFilter)) return
      this.requestedFilter = filter
      await this.load()
    }

    /** Reads the newest page; resolves to the id from which live events continue. */
    async load() {
      const round = ++this.round
      const filter = this.requestedFilter
      this.arrivedWhileLoading ??= []
      this.olderPage = null
      try {
        const {end} = rangeOf(filter)
        const position = end < Infinity ? `&before=@${end}` : ''
        // before the page, so that what is recorded in between arrives live
        const {head} = position ? await this.read({}, '', 1) : {}
        const page = await this.read(filter, position, PAGE_EVENTS)
        if (round === this.round) this.replace(filter, page)
        return head ?? page.cursor
      } catch (error) {
        if (round === this.round) this.requestedFilter = this.filter
        throw error
      } finally {
        if (round === this.round) this.addArrived()
      }
    }

    replace(filter, page) {
      this.filter = filter
      this.ids.clear()
      this.events = []
      this.append(page)
    }

    addArrived() {
      const events = this.arrivedWhileLoading
      this.arrivedWhileLoading = null
      events.forEach(event => this.add(event))
    }

    /** Reads one older page. Calls during a read wait for that same page. */
    async loadOlder(limit = PAGE_EVENTS) {
      if (this.isLoading || !this.hasOlder) return
      await (this.olderPage ??= this.readOlder(limit))
    }

    async readOlder(limit) {
      const {round} = this
      try {
        const before = `&before=${this.events.at(-1).id}`
        const page = await this.read(this.filter, before, limit)
        if (round === this.round) this.append(page)
      } finally {
        if (round === this.round) this.olderPage = null
      }
    }

    read(filter, position, limit) {
      const path = `events?limit=${limit}${query(filter)}${position}`
      return Payfeed.api(this.key, 'GET', path)
    }

    /** One event, loaded or not; undefined if it is not kept. */
    async find(id) {
      const loaded = this.events.find(event => event.id === id)
      if (loaded) return loaded
      const dash = id.lastIndexOf('-')
      const before = `${id.slice(0, dash)}-${Number(id.slice(dash + 1)) - 1}`
      const path = `events?limit=1&since=${encodeURIComponent(before)}`
      const {events} = await Payfeed.api(this.key, 'GET', path)
      return events.map(Vue.markRaw).find(event => event.id === id)
    }

    /** What the filter accepts of all kept events; resolves to a Blob. */
    export(format) {
      const {start, end} = rangeOf(this.filter)
      const until = end < Infinity ? `&until=@${end}` : ''
      const range = `since=${start ? `@${start}` : 'start'}${until}`
      const path = `export.${format}?${range}${query(this.filter)}`
      const options = {responseType: 'blob', timeout: 0}
      return Payfeed.api(this.key, 'GET', path, undefined, options)
    }

    append({events, has_more}) {
      const {start} = rangeOf(this.filter)
      const inRange = events.filter(({timestamp}) => timestamp >= start)
      const added = inRange.reverse().filter(({id}) => !this.ids.has(id))
      this.learnTags(added)
      added.forEach(({id}) => this.ids.add(id))
      this.events.push(...added.map(Vue.markRaw))
      this.hasOlder = has_more && inRange.length === events.length
      this.showChange()
    }

    learnTags(events) {
      for (const {payment} of events) if (payment?.tag) this.tags.add(payment.tag)
    }

    receive(event) {
      this.learnTags([event])
      if (this.fresh.size < MOST_FRESH) {
        this.fresh.add(event.id)
        setTimeout(() => this.fresh.delete(event.id), FRESH_SECONDS * 1000)
      }
      Vue.markRaw(event)
      if (this.arrivedWhileLoading) this.arrivedWhileLoading.push(event)
      else this.add(event)
      this.listeners.forEach(listener => listener(event))
    }

    add(event) {
      if (this.ids.has(event.id) || !accepts(this.filter, event)) return
      this.ids.add(event.id)
      this.events.unshift(event)
      if (this.events.length > MAX_EVENTS) {
        this.ids.delete(this.events.pop().id)
        this.hasOlder = true
      }
      this.showSoon()
    }

    showChange() {
      Vue.triggerRef(Vue.toRaw(this).events)
    }
  }
})()
