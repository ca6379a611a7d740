;(() => {
  const PAGE_DELIVERIES = 20
  const MAX_DELIVERIES = 1000 // that one request reads
  const DIRECTIONS = {in: 'payfeed.live.in', out: 'payfeed.live.out'}
  const STATES = {
    delivered: {
      icon: 'check_circle',
      color: 'text-positive',
      text: 'payfeed.webhooks.delivery.delivered'
    },
    waiting: {
      icon: 'schedule',
      color: 'text-grey',
      text: 'payfeed.webhooks.delivery.waiting'
    },
    retrying: {
      icon: 'sync_problem',
      color: 'text-warning',
      text: 'payfeed.webhooks.delivery.retrying'
    },
    failed: {
      icon: 'cancel',
      color: 'payfeed-stopped',
      text: 'payfeed.webhooks.delivery.failed'
    }
  }
  const FILTERS = [
    ['', 'payfeed.webhooks.delivery.all'],
    ...Object.entries(STATES).map(([state, {text}]) => [state, text])
  ]

  /** The deliveries of a webhook, newest first; one opened with its attempts. */
  window.app.component('payfeed-webhook-deliveries', {
    template: '#payfeed-webhook-deliveries-template',
    props: ['wallet', 'webhook'],
    emits: ['changed'],
    data: () => ({
      state: '',
      limit: PAGE_DELIVERIES,
      deliveries: null,
      hasMore: false,
      openedId: null,
      opened: null,
      failure: '',
      isRequesting: false
    }),
    computed: {
      filters() {
        return Payfeed.options(FILTERS)
      },
      /** A webhook that is failing is probed, and a disabled one is not sent to. */
      isScheduled() {
        return ['delivering', 'retrying'].includes(this.webhook.state)
      },
      query() {
        return this.state ? `&state=${this.state}` : ''
      }
    },
    watch: {
      webhook() {
        this.refresh()
      },
      state() {
        this.limit = PAGE_DELIVERIES
        this.deliveries = null
        this.refresh()
      }
    },
    created() {
      this.refresh = Payfeed.rereading(this.read)
      this.refresh()
    },
    methods: {
      call(method, path, body) {
        const url = `webhooks/${this.webhook.id}/${path}`
        return Payfeed.api(this.wallet.adminkey, method, url, body)
      },
      async read() {
        const {openedId, query} = this
        try {
          const page = await this.call('GET', `deliveries?limit=${this.limit}${query}`)
          const opened = openedId && (await this.call('GET', `deliveries/${openedId}`))
          if (query !== this.query) return
          this.show(page)
          if (openedId === this.openedId) this.opened = opened
          this.failure = ''
        } catch (error) {
          this.failure = Payfeed.failureText(error)
        }
      },
      /** The newest deliveries; older ones that were loaded before follow them. */
      show({deliveries, has_more}) {
        const isLast = ({event}) => event === deliveries.at(-1)?.event
        const place = (this.deliveries ?? []).findIndex(isLast)
        const isPaged = this.limit === MAX_DELIVERIES && place >= 0
        const older = isPaged ? this.deliveries.slice(place + 1) : []
        this.deliveries = [...deliveries, ...older]
        if (!older.length) this.hasMore = has_more
      },
      async loadMore() {
        if (this.limit < MAX_DELIVERIES) {
          this.limit = Math.min(this.limit * 2, MAX_DELIVERIES)
          return this.refresh()
        }
        const {event} = this.deliveries.at(-1)
        const {query} = this
        this.isRequesting = true
        await Payfeed.attempt(async () => {
          const path = `deliveries?limit=${MAX_DELIVERIES}&before=${event}${query}`
          const {deliveries, has_more} = await this.call('GET', path)
          if (query !== this.query || this.deliveries.at(-1)?.event !== event) return
          this.deliveries = [...this.deliveries, ...deliveries]
          this.hasMore = has_more
        })
        this.isRequesting = false
      },
      toggle({event}) {
        this.openedId = this.openedId === event ? null : event
        this.opened = null
        return this.refresh()
      },
      resend({event}) {
        return this.requestAgain({event})
      },
      resendFailed() {
        return this.requestAgain({since: 'start', only: 'failed'})
      },
      async requestAgain(body) {
        this.isRequesting = true
        await Payfeed.attempt(async () => {
          const {count} = await this.call('POST', 'resend', body)
          const message = this.$t('payfeed.webhooks.resent', {count})
          Quasar.Notify.create({type: 'positive', message})
        })
        this.isRequesting = false
        this.$emit('changed')
      },
      look({state}) {
        return STATES[state]
      },
      /** What it is about, when it was tried, and when it will be. */
      summary(delivery) {
        const {attempts, recorded_at, next_attempt_at} = delivery
        const {recent} = Payfeed.format
        const parts = [this.subject(delivery), recent(recorded_at)]
        parts.push(this.$t('payfeed.webhooks.delivery.attempts', {attempts}))
        if (next_attempt_at && this.isScheduled) {
          const time = recent(next_attempt_at, 'medium')
          parts.push(this.$t('payfeed.webhooks.delivery.next', {time}))
        }
        return parts.join(' · ')
      },
      /** What was paid, or the type of another event. */
      subject({type, payment}) {
        if (!payment) return type
        const {status, direction, amount, memo} = payment
        const isFailed = status === 'failed'
        const word = this.$t(isFailed ? 'payfeed.live.failed' : DIRECTIONS[direction])
        const parts = [`${word} ${Payfeed.format.sat(amount)}`, memo]
        return parts.filter(Boolean).join(' · ')
      },
      /** An attempt in one line. */
      outcome({at, status, duration_ms: ms, error, is_probe}) {
        const parts = [Payfeed.format.time(at)]
        if (status) {
          parts.push(this.$t('payfeed.webhooks.delivery.status', {status, ms}))
        } else parts.push(error)
        if (is_probe) parts.push(this.$t('payfeed.webhooks.delivery.probe'))
        return parts.join(' · ')
      }
    }
  })
})()
