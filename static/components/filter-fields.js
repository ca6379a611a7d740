;(() => {
  const {BY_NAME, hasPayments, isByName} = Payfeed.filters
  const TYPES = [
    ['payment', 'payfeed.live.types.payment'],
    ['message', 'payfeed.live.types.message'],
    ['test', 'payfeed.live.types.test'],
    [BY_NAME, 'payfeed.filter.by_name'],
    ['', 'payfeed.live.types.all']
  ]
  const STATUSES = [
    ['confirmed', 'payfeed.filter.statuses.confirmed'],
    ['failed', 'payfeed.filter.statuses.failed'],
    ['', 'payfeed.filter.statuses.any']
  ]

  /** The fields of a filter; they change `draft`, of `Payfeed.filters.newDraft()`. */
  window.app.component('payfeed-filter-fields', {
    template: '#payfeed-filter-fields-template',
    props: {draft: Object, hasIdentifiers: Boolean},
    computed: {
      types: () => Payfeed.options(TYPES),
      statuses: () => Payfeed.options(STATUSES),
      isByName() {
        return isByName(this.draft)
      },
      hasPayments() {
        return hasPayments(this.draft)
      }
    }
  })
})()
