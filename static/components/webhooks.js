;(() => {
  const REFRESH_SECONDS = 5
  const STOPPED = {
    paused: 'payfeed.webhooks.state.paused',
    gone: 'payfeed.webhooks.state.gone',
    failed: 'payfeed.webhooks.state.failed',
    blocked: 'payfeed.webhooks.state.blocked'
  }
  const FORBIDDEN = 403

  /** The webhooks of a wallet, read again while they are shown; one opened in place. */
  window.app.component('payfeed-webhooks', {
    template: '#payfeed-webhooks-template',
    mixins: [Payfeed.readingEvery(REFRESH_SECONDS)],
    props: ['wallet', 'feed'],
    data: () => ({webhooks: null, failure: '', openedId: null}),
    watch: {
      'feed.isOwner'() {
        this.refresh()
      }
    },
    methods: {
      /** After a refusal there is no list: webhooks are off on this server. */
      async read() {
        if (!this.feed.isOwner) return
        try {
          this.webhooks = await Payfeed.api(this.wallet.adminkey, 'GET', 'webhooks')
          this.failure = ''
        } catch (error) {
          if (error.response?.status === FORBIDDEN) this.webhooks = null
          this.failure = Payfeed.failureText(error)
        }
      },
      async onSaved({id}) {
        await this.refresh()
        this.openedId = id
        await this.$nextTick()
        const opened = this.$el.querySelector('.payfeed-webhook')
        opened?.scrollIntoView({block: 'nearest'})
      },
      toggle({id}) {
        this.openedId = this.openedId === id ? null : id
      },
      /** Its state in words, and the color of the words. */
      chip({state, reason, waiting, failing_since}) {
        const color = state === 'delivering' ? 'text-positive' : 'text-warning'
        if (state === 'disabled') {
          const stopped = reason === 'paused' ? 'text-grey' : 'payfeed-stopped'
          return {text: this.$t(STOPPED[reason]), color: stopped}
        }
        if (state === 'delivering') {
          return {text: this.$t('payfeed.webhooks.state.delivering'), color}
        }
        if (!failing_since) {
          return {text: this.$t('payfeed.webhooks.state.sending', {waiting}), color}
        }
        const since = Payfeed.format.recent(failing_since)
        const values = {since, waiting}
        return {text: this.$t('payfeed.webhooks.state.retrying', values), color}
      },
      /** What its filter lets through, in words. */
      conditions({filter, ordered}) {
        const parts = Payfeed.filters.wordsOf(filter)
        if (ordered) parts.push(this.$t('payfeed.webhooks.in_order'))
        return parts
      },
      /** What is not delivered, in one line. */
      backlog(webhook) {
        const {enabled, waiting, failed, disabled_at, next_probe_at} = webhook
        const parts = []
        if (next_probe_at) {
          const time = Payfeed.format.recent(next_probe_at, 'medium')
          parts.push(this.$t('payfeed.webhooks.probe', {time}))
        }
        if (!enabled) {
          const since = Payfeed.format.recent(disabled_at)
          parts.push(this.$t('payfeed.webhooks.since', {since}))
          if (waiting) parts.push(this.$t('payfeed.webhooks.waiting', {waiting}))
        }
        if (webhook.lag) {
          const counted = Payfeed.format.number(webhook.lag)
          const lag = webhook.lag_has_more ? `${counted}+` : counted
          parts.push(this.$t('payfeed.webhooks.lag', {lag}))
        }
        if (failed) parts.push(this.$t('payfeed.webhooks.failed', {failed}))
        return parts.join(' · ')
      }
    }
  })
})()
