;(() => {
  const FORMS = [
    ['text', 'payfeed.send.text'],
    ['json', 'payfeed.send.json']
  ]
  const HINTS = {text: 'payfeed.send.hint_text', json: 'payfeed.send.hint_json'}

  const isObject = value => typeof value === 'object' && value && !Array.isArray(value)

  /** The name of the text that explains why a value cannot be sent; else empty. */
  const valueError = (value, nesting, depth = 1) => {
    if (typeof value === 'number') {
      return Number.isFinite(value) ? '' : 'payfeed.send.infinite'
    }
    if (typeof value !== 'object' || !value) return ''
    if (depth > nesting) return 'payfeed.send.too_deep'
    const inner = Object.values(value).map(item => valueError(item, nesting, depth + 1))
    return inner.find(Boolean) ?? ''
  }

  /** Sends test events and custom messages, after checking them. */
  window.app.component('payfeed-send', {
    template: '#payfeed-send-template',
    props: ['feed', 'rules'],
    data: () => ({form: 'text', text: '', sent: null, isSending: false}),
    computed: {
      forms() {
        return Payfeed.options(FORMS)
      },
      hint() {
        return this.$t(HINTS[this.form])
      },
      /** Why the message cannot be sent; else empty. */
      error() {
        const {bytes} = this.rules
        if (new TextEncoder().encode(this.text).length > bytes) {
          return this.$t('payfeed.send.too_long', {bytes})
        }
        return this.form === 'json' && this.text ? this.jsonError(this.text) : ''
      }
    },
    methods: {
      jsonError(text) {
        let value
        try {
          value = JSON.parse(text)
        } catch (error) {
          return this.$t('payfeed.send.invalid_json', {error: error.message})
        }
        const {nesting, members} = this.rules
        const name = valueError(value, nesting)
        if (name) return this.$t(name, {nesting})
        if (!isObject(value)) return ''
        const member = members.find(name => Object.hasOwn(value, name))
        if (member) return this.$t('payfeed.send.reserved_member', {member})
        return this.typeError(value)
      },
      typeError({type}) {
        if (type === undefined) return ''
        if (this.rules.types.includes(type)) {
          return this.$t('payfeed.send.reserved_type', {type})
        }
        const isType = typeof type === 'string' && /^[a-z0-9_.-]{1,64}$/.test(type)
        return isType ? '' : this.$t('payfeed.send.invalid_type')
      },
      test() {
        return this.post('test')
      },
      async send() {
        const kind = this.form === 'json' ? 'application/json' : 'text/plain'
        const headers = {'X-Api-Key': this.feed.key, 'Content-Type': kind}
        if (await this.post('notify', this.text, {headers})) this.text = ''
      },
      async post(path, body, options) {
        if (this.isSending) return null
        this.isSending = true
        this.sent = null
        await Payfeed.attempt(async () => {
          this.sent = await Payfeed.api(this.feed.key, 'POST', path, body, options)
        })
        this.isSending = false
        return this.sent
      }
    }
  })
})()
