;(() => {
  const BY_NAME = 'names'
  const SINGLE_TYPES = ['payment', 'message', 'test']
  const DIRECTIONS = {in: 'payfeed.live.in', out: 'payfeed.live.out'}
  const STATUSES = {
    confirmed: 'payfeed.filter.statuses.confirmed',
    failed: 'payfeed.filter.statuses.failed'
  }
  const SHOWN_DIGITS = 8

  /** What a form starts with: received payments, and nothing that is not money. */
  const newDraft = () => ({
    types: 'payment',
    names: '',
    direction: 'in',
    status: 'confirmed',
    minAmount: null,
    tag: '',
    paymentHash: '',
    externalId: ''
  })

  const draftOf = filter => {
    const names = filter.types?.join(', ') ?? ''
    return {
      ...newDraft(),
      types: !names || SINGLE_TYPES.includes(names) ? names : BY_NAME,
      names,
      direction: filter.direction ?? '',
      status: filter.status ?? '',
      minAmount: filter.min_amount ?? null,
      tag: filter.tag ?? ''
    }
  }

  const typesOf = ({types, names}) => {
    if (types !== BY_NAME) return types ? [types] : undefined
    return names
      .split(',')
      .map(name => name.trim())
      .filter(Boolean)
  }

  /** Messages and tests have no direction, status, amount or tag. */
  const hasPayments = ({types}) => !['message', 'test'].includes(types)

  const isByName = ({types}) => types === BY_NAME

  const isComplete = draft => !isByName(draft) || typesOf(draft).length > 0

  /** The filter of a request; empty members are left out. */
  const filterOf = draft => ({
    types: typesOf(draft),
    ...(hasPayments(draft) && {
      direction: draft.direction || undefined,
      status: draft.status || undefined,
      min_amount: draft.minAmount || undefined,
      tag: draft.tag || undefined,
      payment_hash: draft.paymentHash || undefined,
      external_id: draft.externalId || undefined
    })
  })

  /** What a filter lets through, in words. */
  const wordsOf = filter => {
    const {t} = window.i18n.global
    const {direction, status, tag, external_id: id} = filter
    const {min_amount: amount, payment_hash: hash} = filter
    const {sat} = Payfeed.format
    const parts = filter.types ? [...filter.types] : []
    if (direction) parts.push(t(DIRECTIONS[direction]))
    if (status) parts.push(t(STATUSES[status]))
    if (amount) parts.push(t('payfeed.filter.from', {amount: sat(amount)}))
    if (tag) parts.push(t('payfeed.filter.tag', {tag}))
    if (hash) {
      const start = hash.slice(0, SHOWN_DIGITS)
      parts.push(t('payfeed.filter.hash', {start}))
    }
    if (id) parts.push(t('payfeed.filter.id', {id}))
    if (!parts.length) parts.push(t('payfeed.live.types.all'))
    return parts
  }

  /** What the filter of the page's tabs lets through, in words; none without one. */
  const pageWords = filter => {
    const {types, minAmount, from, to, ...rest} = filter
    const parts = {...rest, types: types && [types], min_amount: minAmount}
    const isFiltered = Object.values(parts).some(Boolean)
    const words = isFiltered ? wordsOf(parts) : []
    const {t} = window.i18n.global
    const {day} = Payfeed.format
    if (from) words.push(t('payfeed.filter.since', {day: day(from)}))
    if (to) words.push(t('payfeed.filter.until', {day: day(to)}))
    return words
  }

  /** Filters of webhooks and keys: in a form, in a request, and in words. */
  Payfeed.filters = {
    ...{BY_NAME, newDraft, draftOf, filterOf},
    ...{hasPayments, isByName, isComplete, wordsOf, pageWords}
  }
})()
