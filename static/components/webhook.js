;(() => {
  const DAY_SECONDS = 86400
  const STARTS = [
    ['stopped', 'payfeed.webhooks.starts.stopped'],
    ['now', 'payfeed.webhooks.starts.now']
  ]

  /** One webhook, opened: its actions, its secret, and its deliveries. */
  window.app.component('payfeed-webhook', {
    template: '#payfeed-webhook-template',
    props: ['wallet', 'webhook'],
    emits: ['changed', 'edit'],
    data: () => ({secret: null, tested: null, isTesting: false, isRequesting: false}),
    computed: {
      name() {
        return this.webhook.description || this.webhook.url
      },
      previousUntil() {
        const until = this.webhook.previous_secret_until
        return until ? Payfeed.format.time(until) : ''
      },
      /** How many events are not delivered, in words. */
      undelivered() {
        const {waiting, lag, lag_has_more: hasMore} = this.webhook
        return `${Payfeed.format.number(waiting + lag)}${hasMore ? '+' : ''}`
      },
      testedText() {
        const {delivered, status, duration_ms: ms, error} = this.tested
        if (delivered) return this.$t('payfeed.webhooks.test_passed', {status, ms})
        if (!status) return this.$t('payfeed.webhooks.test_no_answer', {error})
        return this.$t('payfeed.webhooks.test_failed', {status, ms})
      }
    },
    watch: {
      // the list is read again every few seconds: what it lacks follows
      webhook() {
        this.refresh()
      }
    },
    created() {
      this.refresh = Payfeed.rereading(this.read)
      this.refresh()
    },
    methods: {
      /** A failure is shown with the list, which is read at the same time. */
      async read() {
        const webhook = await this.call('GET').catch(() => null)
        if (webhook) this.secret = webhook.secret
      },
      call(method, path = '', body = undefined) {
        const url = `webhooks/${this.webhook.id}${path}`
        return Payfeed.api(this.wallet.adminkey, method, url, body)
      },
      /** Runs an action; `done` is the name of the text that confirms it. */
      async act(done, ...request) {
        this.isRequesting = true
        await Payfeed.attempt(async () => {
          const {secret} = await this.call(...request)
          // before the list shows the change: what is copied then is the new secret
          if (secret) await this.refresh()
          const message = this.$t(done)
          Quasar.Notify.create({type: 'positive', message})
        })
        this.isRequesting = false
        this.$emit('changed')
      },
      async test() {
        this.isTesting = true
        this.tested = null
        await Payfeed.attempt(async () => {
          this.tested = await this.call('POST', '/test')
        })
        this.isTesting = false
      },
      async rotate() {
        const {name, undelivered: count} = this
        const question = this.$t('payfeed.webhooks.rotate_question', {name, count})
        const isOverlapping = Boolean(this.previousUntil)
        const choices = Payfeed.overlapOptions(isOverlapping)
        const chosen = isOverlapping ? 0 : DAY_SECONDS
        const action = this.$t('payfeed.keys.rotate')
        const overlap = await Payfeed.ask(question, {action, choices, chosen})
        if (overlap === null) return
        const body = {overlap_seconds: overlap}
        await this.act('payfeed.webhooks.rotated', 'POST', '/rotate', body)
      },
      async endPrevious() {
        const {name, undelivered: count} = this
        const question = this.$t('payfeed.webhooks.end_question', {name, count})
        const action = this.$t('payfeed.webhooks.end')
        if (!(await Payfeed.ask(question, {action}))) return
        await this.act('payfeed.webhooks.ended', 'DELETE', '/previous-secret')
      },
      async disable() {
        const {name, undelivered: count} = this
        const question = this.$t('payfeed.webhooks.disable_question', {name, count})
        const action = this.$t('payfeed.webhooks.disable')
        if (!(await Payfeed.ask(question, {action}))) return
        await this.act('payfeed.webhooks.disabled', 'PATCH', '', {enabled: false})
      },
      async enable() {
        const question = this.$t('payfeed.webhooks.enable_question')
        const choices = Payfeed.options(STARTS)
        const action = this.$t('payfeed.webhooks.enable')
        const from = await Payfeed.ask(question, {action, choices})
        if (!from) return
        await this.act('payfeed.webhooks.enabled', 'POST', '/enable', {from})
      },
      async remove() {
        const {name, undelivered: count} = this
        const question = this.$t('payfeed.webhooks.delete_question', {name, count})
        const action = this.$t('payfeed.webhooks.delete')
        if (!(await Payfeed.ask(question, {action}))) return
        await this.act('payfeed.webhooks.deleted', 'DELETE')
      }
    }
  })
})()
