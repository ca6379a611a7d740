;(() => {
  const PAGE_EVENTS = 100
  const MOST_EVENTS = 20000
  const FRESH_SECONDS = 2

  const query = ({types, direction, minAmount, tag}) => {
    const wanted = {types, direction, min_amount: minAmount, tag}
    return Object.entries(wanted)
      .filter(([, value]) => value)
      .map(([name, value]) => `&${name}=${encodeURIComponent(value)}`)
      .join('')
  }

  const acceptsType = (types, {type, custom}) =>
    !types || type === types || (types === 'message' && Boolean(custom))

  const acceptsPayment = ({direction, minAmount, tag}, payment) =>
    (!direction || payment.direction === direction) &&
    (!tag || payment.tag === tag) &&
    payment.amount >= (minAmount || 0)

  /** What the server's filter accepts, for events that come live. */
  const accepts = (filter, event) => {
    if (!acceptsType(filter.types, event)) return false
    if (event.type === 'payment') return acceptsPayment(filter, event.payment)
    return !(filter.direction || filter.minAmount || filter.tag)
  }

  /**
   * What the page knows of one wallet's feed: its description in `info`, and `events`
   * newest first, only those that `filter` accepts, older ones on demand; live from
   * `open` to `close`. Make it reactive.
   */
  Payfeed.Feed = class {
    constructor(wallet) {
      this.wallet = wallet
      this.info = null
      this.key = null
      this.filter = {}
      this.wish = {}
      this.events = []
      this.hasOlder = false
      this.older = null
      this.meanwhile = null
      this.link = {state: 'connecting'}
      this.fresh = new Set()
      this.ids = Vue.markRaw(new Set())
      this.listeners = Vue.markRaw(new Set())
      this.round = 0
    }

    get isLoading() {
      return this.meanwhile !== null
    }

    get isReading() {
      return this.isLoading || this.older !== null
    }

    /** What only the owner may know is missing in a share's `info`. */
    get isOwner() {
      return Boolean(this.info?.secret)
    }

    open() {
      const options = {
        catchUp: () => this.catchUp(),
        onEvent: event => this.take(event),
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

    /** The invoice key reads the feed, unless its owner has closed it to that key. */
    async describe() {
      const {inkey, adminkey} = this.wallet
      this.info = await Payfeed.api(adminkey || inkey, 'GET', 'feed')
      this.key = this.info.allow_inkey ? inkey : adminkey
    }

    /** After a change of what `info` describes. */
    async refresh() {
      const {key} = this
      await this.describe()
      if (key !== this.key) this.connection.start()
    }

    /** `listener(event)` for every live event, filtered or not; returns its end. */
    listen(listener) {
      this.listeners.add(listener)
      return () => this.listeners.delete(listener)
    }

    /** A filter that cannot be read is taken back. */
    async want(filter) {
      if (query(filter) === query(this.wish)) return
      this.wish = filter
      await this.load()
    }

    /** The newest page of what is wished; resolves to where the live events go on. */
    async load() {
      const round = ++this.round
      const {wish} = this
      this.meanwhile ??= []
      this.older = null
      try {
        const page = await this.read(wish, '', PAGE_EVENTS)
        if (round === this.round) this.begin(wish, page)
        return page.cursor
      } catch (error) {
        if (round === this.round) this.wish = this.filter
        throw error
      } finally {
        if (round === this.round) this.flush()
      }
    }

    begin(filter, page) {
      this.filter = filter
      this.ids.clear()
      this.events = []
      this.append(page)
    }

    /** Events that came live while a page was on its way. */
    flush() {
      const meanwhile = this.meanwhile
      this.meanwhile = null
      meanwhile.forEach(event => this.add(event))
    }

    /** Who asks while older ones are on their way waits for the same ones. */
    async loadOlder(limit = PAGE_EVENTS) {
      if (this.isLoading || !this.hasOlder) return
      await (this.older ??= this.readOlder(limit))
    }

    async readOlder(limit) {
      const {round} = this
      try {
        const before = `&before=${this.events.at(-1).id}`
        const page = await this.read(this.filter, before, limit)
        if (round === this.round) this.append(page)
      } finally {
        if (round === this.round) this.older = null
      }
    }

    read(filter, more, limit) {
      const path = `events?limit=${limit}${query(filter)}${more}`
      return Payfeed.api(this.key, 'GET', path)
    }

    append({events, has_more}) {
      const known = events.reverse().filter(({id}) => !this.ids.has(id))
      known.forEach(({id}) => this.ids.add(id))
      this.events.push(...known.map(Vue.markRaw))
      this.hasOlder = has_more
    }

    take(event) {
      this.fresh.add(event.id)
      setTimeout(() => this.fresh.delete(event.id), FRESH_SECONDS * 1000)
      Vue.markRaw(event)
      if (this.meanwhile) this.meanwhile.push(event)
      else this.add(event)
      this.listeners.forEach(listener => listener(event))
    }

    add(event) {
      if (this.ids.has(event.id) || !accepts(this.filter, event)) return
      this.ids.add(event.id)
      this.events.unshift(event)
      if (this.events.length <= MOST_EVENTS) return
      this.ids.delete(this.events.pop().id)
      this.hasOlder = true
    }
  }
})()
