;(() => {
  const STATUSES = {
    in: 'payfeed.event.received',
    out: 'payfeed.event.sent',
    pending: 'payfeed.event.pending',
    failed: 'payfeed.event.failed'
  }
  const DELIVERY_STATES = {
    delivered: 'payfeed.webhooks.delivery.delivered',
    waiting: 'payfeed.webhooks.delivery.waiting',
    retrying: 'payfeed.webhooks.delivery.retrying',
    failed: 'payfeed.webhooks.delivery.failed'
  }

  /** One event in full: a payment reads like a receipt; the frame as JSON is last. */
  window.app.component('payfeed-event', {
    template: '#payfeed-event-template',
    props: ['event', 'wallet', 'feed'],
    data: () => ({deliveries: []}),
    computed: {
      look() {
        return Payfeed.events.look(this.event)
      },
      title() {
        const {event} = this
        return event.payment ? Payfeed.events.amount(event) : this.look.word
      },
      status() {
        const text = STATUSES[Payfeed.events.kindOf(this.event)]
        return text ? this.$t(text) : Payfeed.events.headline(this.event)
      },
      frame() {
        return JSON.stringify(this.event, null, 2)
      },
      walletLink() {
        return `/wallet?wal=${this.wallet.id}`
      },
      /** The lines of the receipt: `{label, value}`; empty ones are left out. */
      lines() {
        const {event} = this
        const {payment} = event
        const {time, sat, fiat} = Payfeed.format
        const recorded = [this.$t('payfeed.event.recorded'), time(event.timestamp)]
        const id = [this.$t('payfeed.event.id'), event.id, 'payfeed-mono']
        if (!payment) return this.filled([recorded, id])
        const fee = payment.fee_msat ? sat(payment.fee) : ''
        const settled = payment.status === 'confirmed' ? time(payment.timestamp) : ''
        return this.filled([
          [this.$t('payfeed.event.fiat'), payment.fiat && fiat(payment.fiat)],
          [this.$t('payfeed.event.fee'), fee],
          [this.$t('payfeed.event.settled'), settled],
          recorded,
          [this.$t('payfeed.event.memo'), payment.memo],
          [this.$t('payfeed.event.comment'), payment.comment],
          [this.$t('payfeed.live.tag'), payment.tag],
          [this.$t('payfeed.event.external_id'), payment.external_id],
          [this.$t('payfeed.event.labels'), payment.labels?.join(', ')],
          ...Object.entries(payment.extra ?? {}),
          [this.$t('payfeed.event.truncated'), payment.truncated?.join(', ')],
          id
        ])
      }
    },
    watch: {
      'event.id': {immediate: true, handler: 'loadDeliveries'}
    },
    methods: {
      filled(lines) {
        const isFilled = ([, value]) => ![undefined, null, ''].includes(value)
        return lines
          .filter(isFilled)
          .map(([label, value, style]) => ({label, value, style}))
      },
      /** What became of the event at each webhook; nothing where none is allowed. */
      async loadDeliveries() {
        this.deliveries = []
        const {event, feed, wallet} = this
        if (!feed.isOwner) return
        try {
          const webhooks = await Payfeed.api(wallet.adminkey, 'GET', 'webhooks')
          const found = await Promise.all(webhooks.map(webhook => this.read(webhook)))
          if (event === this.event) this.deliveries = found.filter(Boolean)
        } catch {
          // webhooks are switched off on this server, or not reachable: the tab says so
        }
      },
      /** Null for a webhook that the event was not sent to. */
      async read({id, description, url}) {
        const path = `webhooks/${id}/deliveries?event=${this.event.id}`
        const {deliveries} = await Payfeed.api(this.wallet.adminkey, 'GET', path)
        if (!deliveries.length) return null
        const name = description || new URL(url).host
        return {id, name, words: this.words(deliveries[0])}
      },
      words({state, attempts, next_attempt_at: next}) {
        const words = [this.$t(DELIVERY_STATES[state])]
        if (attempts)
          words.push(this.$t('payfeed.webhooks.delivery.attempts', {attempts}))
        const time = next && Payfeed.format.recent(next)
        if (time) words.push(this.$t('payfeed.webhooks.delivery.next', {time}))
        return words.join(' · ')
      }
    }
  })
})()
