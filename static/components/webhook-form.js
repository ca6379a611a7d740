;(() => {
  const {newDraft, draftOf, filterOf, isComplete} = Payfeed.filters

  const emptyRequest = () => ({
    url: '',
    description: '',
    ordered: false,
    filter: newDraft()
  })

  const requestOf = ({url, description, ordered, filter}) => ({
    url,
    description,
    ordered,
    filter: draftOf(filter)
  })

  /** The dialog that creates or changes a webhook. */
  window.app.component('payfeed-webhook-form', {
    template: '#payfeed-webhook-form-template',
    props: ['wallet'],
    emits: ['saved'],
    data: () => ({draft: null, id: null, isRequesting: false}),
    computed: {
      isComplete() {
        return this.draft.url && isComplete(this.draft.filter)
      },
      title() {
        return this.$t(this.id ? 'payfeed.webhooks.change' : 'payfeed.webhooks.create')
      }
    },
    methods: {
      /** Changes `webhook`, or creates a new one. */
      open(webhook) {
        this.id = webhook?.id ?? null
        this.draft = webhook ? requestOf(webhook) : emptyRequest()
      },
      async save() {
        const body = {...this.draft, filter: filterOf(this.draft.filter)}
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
