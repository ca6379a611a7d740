;(() => {
  const PAGE_EVENTS = 100
  const MOST_EVENTS = 20000
  const FRESH_SECONDS = 2
  const RETRY_SECONDS = 3

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
   * What the page knows of one feed: `events` newest first, only those that `filter`
   * wants, older ones on demand; live from `open` to `close`. Make it reactive.
   */
  Payfeed.Feed = class {
    constructor(key) {
      this.key = key
      this.filter = {}
      this.events = []
      this.hasOlder = false
      this.isLoading = false
      this.connection = null
      this.link = {state: 'connecting'}
      this.fresh = new Set()
      this.ids = Vue.markRaw(new Set())
      this.listeners = Vue.markRaw(new Set())
      this.round = 0
      this.meanwhile = null
      this.isClosed = false
    }

    async open() {
      try {
        const head = await this.load()
        if (this.isClosed) return
        this.connect(head)
      } catch (error) {
        if (this.isClosed) return
        const reason = error.response?.data?.detail
        if (reason) this.link = {state: 'off', reason}
        else this.openLater()
      }
    }

    openLater() {
      this.link = {state: 'waiting', seconds: RETRY_SECONDS}
      setTimeout(() => this.isClosed || this.open(), RETRY_SECONDS * 1000)
    }

    connect(head) {
      this.connection?.stop()
      const options = {
        key: this.key,
        since: head,
        onEvent: event => this.take(event),
        onGap: () => this.load().catch(() => this.openLater()),
        onState: link => (this.link = link)
      }
      this.connection = Vue.markRaw(new Payfeed.Connection(options))
      this.connection.start()
    }

    close() {
      this.isClosed = true
      this.connection?.stop()
    }

    retryNow() {
      if (this.link.state === 'off') this.open()
      else this.connection?.retryNow()
    }

    /** `listener(event)` for every live event, filtered or not; returns its end. */
    listen(listener) {
      this.listeners.add(listener)
      return () => this.listeners.delete(listener)
    }

    /** The newest page; resolves to the head it was read at. */
    async load() {
      const round = ++this.round
      const meanwhile = (this.meanwhile = [])
      const page = await this.read('', PAGE_EVENTS)
      if (round !== this.round) return page.head
      this.meanwhile = null
      this.ids.clear()
      this.events = []
      this.append(page)
      meanwhile.forEach(event => this.add(event))
      return page.head
    }

    async loadOlder(limit = PAGE_EVENTS) {
      if (this.isLoading || !this.hasOlder) return
      const {round} = this
      const oldest = this.events.at(-1)
      const page = await this.read(`&before=${oldest.id}`, limit)
      if (round === this.round) this.append(page)
    }

    async read(more, limit) {
      this.isLoading = true
      try {
        const path = `events?limit=${limit}${query(this.filter)}${more}`
        return await Payfeed.api(this.key, 'GET', path)
      } finally {
        this.isLoading = false
      }
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
      this.meanwhile?.push(Vue.markRaw(event))
      this.add(Vue.markRaw(event))
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

    async want(filter) {
      this.filter = filter
      await this.load()
    }
  }
})()
