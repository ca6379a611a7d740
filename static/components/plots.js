;(() => {
  const PAGE_EVENTS = 1000
  const CHOICES = [
    ['hour', 'payfeed.plots.hour'],
    ['day', 'payfeed.plots.day'],
    ['week', 'payfeed.plots.week'],
    ['size', 'payfeed.plots.size']
  ]
  const RECEIVED = {name: 'received', color: '#16a34a', text: 'payfeed.plots.received'}
  const SENT = {name: 'sent', color: '#d97706', text: 'payfeed.plots.sent'}
  const FEES = {name: 'fees', color: '#e5484d', text: 'payfeed.plots.fees'}
  const TOTAL = {name: 'total', color: '#4a90d9', text: 'payfeed.plots.total'}
  const SUMS = [RECEIVED, SENT, FEES, TOTAL]
  const SIZES = [RECEIVED, SENT]

  /**
   * Confirmed payments of the whole feed as a chart and a table: sums per period, or the
   * number of payments per size.
   */
  window.app.component('payfeed-plots', {
    template: '#payfeed-plots-template',
    props: ['feed', 'place'],
    emits: ['go'],
    data: () => ({
      grouping: 'day',
      unit: 'sat',
      payments: [],
      isLoading: true,
      isComplete: false,
      canDraw: Boolean(window.Chart)
    }),
    computed: {
      choices() {
        return Payfeed.options(CHOICES)
      },
      units() {
        const known = this.payments.map(({fiat}) => fiat?.currency).filter(Boolean)
        return ['sat', ...new Set(known)].map(unit => ({value: unit, label: unit}))
      },
      /** The filter of the page, as far as it can narrow sums of confirmed payments. */
      filter() {
        return {...this.place.filter, types: 'payment'}
      },
      filterWords() {
        return Payfeed.filters.pageWords(this.place.filter).join(' · ')
      },
      isOfFailed() {
        return this.filter.status === 'failed'
      },
      isBySize() {
        return this.grouping === 'size'
      },
      /** The heading of the table's first column. */
      heading() {
        return this.choices.find(({value}) => value === this.grouping).label
      },
      columns() {
        return this.isBySize ? SIZES : SUMS
      },
      bars() {
        const {payments, grouping, unit} = this
        if (this.isBySize) return Payfeed.statistics.sizes(payments, unit)
        return Payfeed.statistics.sums(payments, grouping, unit)
      },
      /** The newest period first, or the smallest size. */
      lines() {
        const lines = this.bars.filter(({received, sent}) => received || sent)
        return this.isBySize ? lines : lines.reverse()
      },
      /** When the kept events or the range begin, Unix seconds: nothing is known before. */
      beginning() {
        const {start} = Payfeed.rangeOf(this.filter)
        const times = this.payments.map(({timestamp}) => timestamp)
        const {oldest_at: oldest} = this.feed.info
        const first = times.reduce(
          (least, time) => Math.min(least, time),
          oldest ?? Infinity
        )
        return Math.max(start, first)
      },
      kept() {
        if (this.isBySize || !Number.isFinite(this.beginning)) return ''
        const day = Payfeed.format.time(this.beginning)
        return this.$t('payfeed.filter.since', {day})
      },
      withoutFiat() {
        if (this.unit === 'sat') return 0
        return this.payments.filter(({fiat}) => fiat?.currency !== this.unit).length
      }
    },
    watch: {
      bars: 'draw',
      'place.filter': 'load',
      // at every reconnect, as LNbits' service worker may have answered from its cache
      'feed.link.state'(state) {
        if (state === 'connected') this.load()
      },
      '$q.dark.isActive'() {
        this.chart?.destroy()
        this.chart = null
        this.draw()
      }
    },
    mounted() {
      this.stop = this.feed.listen(this.receive)
      if (this.feed.link.state === 'connected') this.load()
    },
    beforeUnmount() {
      this.found = null
      this.stop()
      this.chart?.destroy()
    },
    methods: {
      /** Shows nothing if a page fails: sums of a part would look like those of all. */
      async load() {
        const found = (this.found = new Map())
        const isOver = () => found !== this.found
        this.isLoading = true
        this.isComplete = false
        const isRead = await Payfeed.attempt(async () => {
          if (this.isOfFailed) return
          for await (const page of this.pages(isOver)) {
            page.forEach(({id, payment}) => found.set(id, Vue.markRaw(payment)))
          }
        })
        if (isOver()) return
        this.payments = isRead ? [...found.values()] : []
        this.isComplete = isRead
        this.isLoading = false
      },
      async *pages(isOver) {
        const {start, end} = Payfeed.rangeOf(this.filter)
        const query = Payfeed.filterQuery({...this.filter, status: 'confirmed'})
        let before = end < Infinity ? `&before=@${end}` : ''
        let hasMore = true
        while (hasMore && !isOver()) {
          const path = `events?${query.slice(1)}&limit=${PAGE_EVENTS}${before}`
          const {events, has_more} = await Payfeed.api(this.feed.key, 'GET', path)
          const inRange = events.filter(({timestamp}) => timestamp >= start)
          yield inRange
          hasMore = has_more && inRange.length === events.length
          before = `&before=${events[0]?.id}`
        }
      },
      receive(event) {
        const {id, payment} = event
        if (payment?.status !== 'confirmed') return
        if (!Payfeed.accepts(this.filter, event)) return
        this.found?.set(id, Vue.markRaw(payment))
        if (this.isComplete) this.payments = [...this.found.values()]
      },
      money(value) {
        if (this.unit === 'sat') return Payfeed.format.sat(value)
        return Payfeed.format.fiat({amount: value, currency: this.unit})
      },
      show(value) {
        return this.isBySize ? Payfeed.format.number(value) : this.money(value)
      },
      name({start, end}) {
        if (this.isBySize) return `${this.money(start)} – ${this.money(end)}`
        const day = {weekday: 'short', day: 'numeric', month: 'short'}
        const style = this.grouping === 'hour' ? {...day, hour: '2-digit'} : day
        return Payfeed.format.date(start, style)
      },
      /** Does a period, by its index, end after the beginning of what is known? */
      isKnown(index) {
        const next = this.bars[index + 1]
        return this.isBySize || !next || next.start / 1000 > this.beginning
      },
      draw() {
        if (!this.canDraw || !this.$refs.canvas) return
        const data = {
          labels: this.bars.map(bar => this.name(bar)),
          datasets: this.columns.map(column => this.dataset(column))
        }
        if (!this.chart) this.createChart(data)
        this.chart.data = data
        // all that one plot shows has one unit
        const {title} = this.chart.options.scales.y
        title.text = this.isBySize ? this.$t('payfeed.today.payments') : this.unit
        this.chart.update('none')
      },
      dataset({name, color, text}) {
        const isTotal = name === 'total'
        return {
          type: isTotal ? 'line' : 'bar',
          label: this.$t(text),
          data: this.bars.map((bar, index) => (this.isKnown(index) ? bar[name] : null)),
          backgroundColor: color,
          borderColor: color,
          order: isTotal ? 0 : 1,
          borderWidth: isTotal ? 2 : 0,
          pointRadius: isTotal ? 2 : 0
        }
      },
      createChart(data) {
        const color = this.$q.dark.isActive ? '#ddd' : '#333'
        const grid = {color: 'rgba(128, 128, 128, 0.2)'}
        const label = ({dataset, raw}) => `${dataset.label}: ${this.show(raw)}`
        const isMotionReduced = matchMedia('(prefers-reduced-motion: reduce)').matches
        const options = {
          animation: isMotionReduced ? false : {duration: 300},
          maintainAspectRatio: false,
          interaction: {mode: 'index', intersect: false},
          plugins: {
            tooltip: {callbacks: {label}, filter: ({raw}) => raw !== null},
            legend: {labels: {color, boxWidth: 12}}
          },
          scales: {
            x: {ticks: {color, maxRotation: 0, autoSkipPadding: 12}, grid},
            y: {
              beginAtZero: true,
              ticks: {color, precision: 0},
              grid,
              title: {display: true, color, text: ''}
            }
          }
        }
        this.chart = new window.Chart(this.$refs.canvas, {type: 'bar', data, options})
      }
    }
  })
})()
