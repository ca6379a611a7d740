;(() => {
  /** The names of the filter's members in the address: those of the REST routes. */
  const FILTER_NAMES = {
    types: 'types',
    direction: 'direction',
    status: 'status',
    minAmount: 'min_amount',
    tag: 'tag',
    from: 'from',
    to: 'to'
  }

  /** LNbits' router encodes a `%` after the `#` again, in some versions; no `~`. */
  const escape = query => query.replaceAll('%', '~')
  const unescape = query => query.replaceAll('~', '%')

  const filterOf = query => {
    const filter = {}
    for (const [member, name] of Object.entries(FILTER_NAMES)) {
      const value = query.get(name)
      if (value) filter[member] = member === 'minAmount' ? Number(value) || null : value
    }
    return filter
  }

  /**
   * What the page shows, as text after the `#` of its address:
   * `/<wallet id>/<tab>?<filter>&event=<event id>`.
   */
  Payfeed.place = {
    read(hash) {
      const [path, query = ''] = hash.replace(/^#/, '').split('?')
      const [walletId = '', tab = ''] = path.split('/').slice(1)
      const parameters = new URLSearchParams(unescape(query))
      const event = parameters.get('event') ?? ''
      return {walletId, tab, filter: filterOf(parameters), event}
    },

    write({walletId, tab, filter, event}) {
      const query = new URLSearchParams()
      for (const [member, name] of Object.entries(FILTER_NAMES)) {
        if (filter[member]) query.set(name, filter[member])
      }
      if (event) query.set('event', event)
      const text = escape(query.toString())
      return `#/${walletId}/${tab}${text && '?'}${text}`
    }
  }
})()
