;(() => {
  const REFRESH_SECONDS = 5
  const SHORT_ID = 8
  const DATABASES = {sqlite: 'SQLite', postgresql: 'PostgreSQL'}
  const TROUBLES = [
    ['retrying', 'payfeed.server.retrying'],
    ['failing', 'payfeed.server.failing'],
    ['disabled', 'payfeed.server.disabled']
  ]

  /** The server as a whole, for LNbits' administrators, read again while it is shown. */
  window.app.component('payfeed-server', {
    template: '#payfeed-server-template',
    mixins: [Payfeed.readingEvery(REFRESH_SECONDS)],
    data: () => ({server: null, failure: ''}),
    computed: {
      /** `{name, label, value, notes}` for each figure, in words. */
      figures() {
        const {feeds, storage, subscribers, webhooks} = this.server
        const {number, size} = Payfeed.format
        return [
          ['health', 'payfeed.server.health', this.health, [this.version]],
          [
            'feeds',
            'payfeed.server.feeds',
            number(feeds.active),
            [this.counted('payfeed.server.inactive', feeds.inactive)]
          ],
          [
            'events',
            'payfeed.server.events',
            this.isCounted ? number(storage.events) : '–',
            [this.isCounted && size(storage.bytes)]
          ],
          [
            'disk',
            'payfeed.server.disk',
            size(storage.database_bytes),
            [DATABASES[this.server.database]]
          ],
          [
            'subscribers',
            'payfeed.tab.subscribers',
            number(subscribers.connected),
            [
              this.counted('payfeed.server.wallets', subscribers.wallets),
              subscribers.lag && this.$t('payfeed.subscribers.lag', subscribers)
            ]
          ],
          ['webhooks', 'payfeed.tab.webhooks', this.active(webhooks), this.troubles]
        ].map(([name, label, value, notes]) => ({
          name,
          label: this.$t(label),
          value,
          notes: notes.filter(Boolean)
        }))
      },
      health() {
        const {healthy} = this.server
        return this.$t(healthy ? 'payfeed.server.ok' : 'payfeed.server.not_ok')
      },
      version() {
        return `Payfeed ${this.server.version}`
      },
      troubles() {
        const {webhooks} = this.server
        if (!webhooks.enabled) return [this.$t('payfeed.server.off')]
        const counts = TROUBLES.map(([state, text]) =>
          this.counted(text, webhooks[state])
        )
        const {waiting} = webhooks
        return [...counts, waiting && this.$t('payfeed.webhooks.waiting', {waiting})]
      },
      isCounted() {
        return this.server.storage.measured_at !== null
      },
      /** What the sweep and the audit did, and what was counted: `{label, value}`. */
      lines() {
        const {sweep, recorded, delivered, refused, started_at: since} = this.server
        const {number, recent} = Payfeed.format
        const looked = `${recent(sweep.looked_at, 'medium')} · ${number(sweep.scan_ms)} ms`
        return [
          ['payfeed.server.looked', looked],
          ['payfeed.server.under_way', number(sweep.under_way)],
          ['payfeed.server.audit', this.audit],
          ['payfeed.server.since', recent(since)],
          ['payfeed.server.recorded', number(recorded)],
          ['payfeed.server.reconciled', number(sweep.reconciled)],
          ['payfeed.server.delivered', number(delivered)],
          ['payfeed.server.refused', number(refused)]
        ].map(([label, value]) => ({label: this.$t(label), value}))
      },
      audit() {
        const {rounds, ended_at: ended} = this.server.audit
        if (!rounds) return this.$t('payfeed.server.first_round')
        const time = Payfeed.format.recent(ended)
        return this.$t('payfeed.server.rounds', {
          count: Payfeed.format.number(rounds),
          time
        })
      },
      counting() {
        const {storage} = this.server
        if (!this.isCounted) return this.$t('payfeed.server.counting')
        const time = Payfeed.format.recent(storage.measured_at)
        return this.$t('payfeed.server.counted', {time})
      },
      largest() {
        const {number, size} = Payfeed.format
        return this.server.storage.largest.map(({wallet_id: id, events, bytes}) => ({
          id,
          short: `${id.slice(0, SHORT_ID)}…`,
          events: number(events),
          size: size(bytes)
        }))
      }
    },
    methods: {
      /** With the browser's login, which LNbits checks: no key of a wallet is enough. */
      async read() {
        try {
          this.server = await Payfeed.api(null, 'GET', 'server')
          this.failure = ''
        } catch (error) {
          this.failure = Payfeed.failureText(error)
        }
      },
      active({delivering, retrying, failing}) {
        return Payfeed.format.number(delivering + retrying + failing)
      },
      /** Nothing for none. */
      counted(text, count) {
        return count ? this.$t(text, {count: Payfeed.format.number(count)}) : ''
      }
    }
  })
})()
