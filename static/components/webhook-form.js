;(() => {
  const BY_NAME = 'names'
  const TYPES = [
    ['payment', 'payfeed.live.types.payment'],
    ['message', 'payfeed.live.types.message'],
    ['test', 'payfeed.live.types.test'],
    [BY_NAME, 'payfeed.webhooks.by_name'],
    ['', 'payfeed.live.types.all']
  ]
  const DIRECTIONS = [
    ['in', 'payfeed.live.directions.in'],
    ['out', 'payfeed.live.directions.out'],
    ['', 'payfeed.live.directions.both']
  ]
  const STATUSES = [
    ['confirmed', 'payfeed.webhooks.statuses.confirmed'],
    ['failed', 'payfeed.webhooks.statuses.failed'],
    ['', 'payfeed.webhooks.statuses.any']
  ]
  const SINGLE_TYPES = ['payment', 'message', 'test']

  /** Received payments: what most receivers expect, and none that is not money. */
  const newDraft = () => ({
    url: '',
    description: '',
    ordered: false,
    types: 'payment',
    names: '',
    direction: 'in',
    status: 'confirmed',
    minAmount: null,
    tag: ''
  })

  const draftOf = ({url, description, ordered, filter}) => {
    const names = filter.types?.join(', ') ?? ''
    return {
      url,
      description,
      ordered,
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

  /** The filter of a request; empty members are left out. */
  const filterOf = (draft, hasPayments) => ({
    types: typesOf(draft),
    ...(hasPayments && {
      direction: draft.direction || undefined,
      status: draft.status || undefined,
      min_amount: draft.minAmount || undefined,
      tag: draft.tag || undefined
    })
  })

  /** The dialog that creates or changes a webhook. */
  window.app.component('payfeed-webhook-form', {
    template: '#payfeed-webhook-form-template',
    props: ['wallet'],
    emits: ['saved'],
    data: () => ({draft: null, id: null, isRequesting: false}),
    computed: {
      types: () => Payfeed.options(TYPES),
      directions: () => Payfeed.options(DIRECTIONS),
      statuses: () => Payfeed.options(STATUSES),
      isByName() {
        return this.draft.types === BY_NAME
      },
      /** Messages and tests have no direction, status, amount or tag. */
      hasPayments() {
        return !['message', 'test'].includes(this.draft.types)
      },
      isComplete() {
        return this.draft.url && (!this.isByName || typesOf(this.draft).length)
      },
      title() {
        return this.$t(this.id ? 'payfeed.webhooks.change' : 'payfeed.webhooks.create')
      }
    },
    methods: {
      /** Changes `webhook`, or creates a new one. */
      open(webhook) {
        this.id = webhook?.id ?? null
        this.draft = webhook ? draftOf(webhook) : newDraft()
      },
      async save() {
        const {url, description, ordered} = this.draft
        const filter = filterOf(this.draft, this.hasPayments)
        const body = {url, description, ordered, filter}
        const [method, path] = this.id
          ? ['PATCH', `webhooks/${this.id}`]
          : ['POST', 'webhooks']
        this.isRequesting = true
        await Payfeed.attempt(async () => {
          const saved = await Payfeed.api(this.wallet.adminkey, method, path, body)
          const done = this.id ? 'payfeed.webhooks.changed' : 'payfeed.webhooks.created'
          Quasar.Notify.create({type: 'positive', message: this.$t(done)})
          this.draft = null
          this.$emit('saved', saved)
        })
        this.isRequesting = false
      }
    }
  })
})()
