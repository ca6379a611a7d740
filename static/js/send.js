;(() => {
  const MOST_BYTES = 16384
  const RESERVED_TYPES = [
    ...['payment', 'message', 'test', 'hello', 'gap', 'balance_update'],
    ...['heartbeat', 'pong', 'error', 'ping', 'ack']
  ]
  const RESERVED_MEMBERS = ['id', 'timestamp', 'payment', 'signature', 'custom']

  const isObject = value => typeof value === 'object' && value && !Array.isArray(value)

  /** Test events and custom messages, checked before they are sent. */
  window.app.component('payfeed-send', {
    template: '#payfeed-send-template',
    props: ['feed'],
    data: () => ({form: 'text', text: '', sent: null, isSending: false}),
    computed: {
      forms() {
        const label = value => this.$t(`payfeed.send.${value}`)
        return ['text', 'json'].map(value => ({value, label: label(value)}))
      },
      /** What is wrong with the message; empty if it can be sent. */
      trouble() {
        if (new TextEncoder().encode(this.text).length > MOST_BYTES) {
          return this.$t('payfeed.send.too_long', {bytes: MOST_BYTES})
        }
        return this.form === 'json' && this.text ? this.jsonTrouble(this.text) : ''
      }
    },
    methods: {
      jsonTrouble(text) {
        let value
        try {
          value = JSON.parse(text)
        } catch (error) {
          return this.$t('payfeed.send.no_json', {error: error.message})
        }
        if (!isObject(value)) return ''
        const member = RESERVED_MEMBERS.find(name => Object.hasOwn(value, name))
        if (member) return this.$t('payfeed.send.reserved_member', {member})
        return this.typeTrouble(value)
      },
      typeTrouble({type}) {
        if (type === undefined) return ''
        if (RESERVED_TYPES.includes(type)) {
          return this.$t('payfeed.send.reserved_type', {type})
        }
        const isType = typeof type === 'string' && /^[a-z0-9_.-]{1,64}$/.test(type)
        return isType ? '' : this.$t('payfeed.send.no_type')
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
        this.isSending = true
        this.sent = null
        try {
          this.sent = await Payfeed.api(this.feed.key, 'POST', path, body, options)
        } catch (error) {
          LNbits.utils.notifyApiError(error)
        }
        this.isSending = false
        return this.sent
      }
    }
  })
})()
