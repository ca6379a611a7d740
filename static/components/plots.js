;(() => {
  const PAGE_EVENTS = 1000
  const SHOW_SECONDS = 0.5
  const GROUPINGS = {
    hour: 'payfeed.plots.hour',
    day: 'payfeed.plots.day',
    week: 'payfeed.plots.week',
    month: 'payfeed.plots.month',
    size: 'payfeed.plots.size'
  }
  const RECEIVED = {name: 'received', color: '#16a34a', text: 'payfeed.plots.received'}
  const SENT = {name: 'sent', color: '#d97706', text: 'payfeed.plots.sent'}
  const FEES = {name: 'fees', color: '#e5484d', text: 'payfeed.plots.fees'}
  const TOTAL = {name: 'total', color: '#4a90d9', text: 'payfeed.plots.total'}
  const SUMS = [RECEIVED, SENT, FEES, TOTAL]
  const SIZES = [RECEIVED, SENT]
  const UNKNOWN = {name: 'unknown', color: '#80808040', text: 'payfeed.plots.unknown'}
  const DAY = {weekday: 'short', day: 'numeric', month: 'short'}
  const NAME_STYLES = {
    hour: {...DAY, hour: '2-digit'},
    day: DAY,
    week: DAY,
    month: {month: 'long', year: 'numeric'}
  }
  const TICK_STYLES = {
    hour: {weekday: 'short', hour: 'numeric'},
    day: {day: 'numeric', month: 'short'},
    week: {day: 'numeric', month: 'short'},
    month: {month: 'short', year: 'numeric'}
  }
  const TIME = {hour: 'numeric', minute: '2-digit'}
  const PART_STYLES = {
    hour: TIME,
    day: TIME,
    week: {...DAY, ...TIME},
    month: {...DAY, ...TIME}
  }

  /**
   * Confirmed payments of the whole feed as a chart and a table: sums per period, or the
   * number of payments per size.
   */
  window.app.component('payfeed-plots', {
    template: '#payfeed-plots-template',
    props: ['feed', 'place', 'now'],
    emits: ['go'],
    data: () => ({
      chosen: 'day',
      unit: 'sat',
      payments: [],
      isLoading: true,
      isComplete: false,
      canDraw: Boolean(window.Chart)
    }),
    computed: {
      /** Only periods that what is kept can fill, and the sizes of payments. */
      choices() {
        const names = [...Payfeed.statistics.periods(this.first, this.last), 'size']
        return Payfeed.options(names.map(name => [name, GROUPINGS[name]]))
      },
      /** What the user chose, or the longest period until that can be filled. */
      grouping() {
        const names = this.choices.map(({value}) => value)
        return names.includes(this.chosen) ? this.chosen : names.at(-2)
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
        const {payments, grouping, unit, first, lastStart: last} = this
        if (this.isBySize) return Payfeed.statistics.sizes(payments, unit)
        return Payfeed.statistics.sums(payments, grouping, unit, {first, last})
      },
      /** `loading`, `failed`, `empty` or `shown`: each looks different. */
      state() {
        if (this.isLoading) return 'loading'
        if (!this.isComplete) return 'failed'
        return this.lines.length ? 'shown' : 'empty'
      },
      /** The newest period first, or the smallest size. */
      lines() {
        const lines = this.bars.filter(({received, sent}) => received || sent)
        return this.isBySize ? lines : lines.reverse()
      },
      range() {
        return Payfeed.rangeOf(this.filter)
      },
      /** When what is kept begins, Unix seconds; Infinity if nothing is kept. */
      keptSince() {
        return this.payments.reduce(
          (least, {timestamp}) => Math.min(least, timestamp),
          this.feed.info.oldest_at ?? Infinity
        )
      },
      /** When the kept events or the range begin: nothing is known before. */
      beginning() {
        return Math.max(this.range.start, this.keptSince)
      },
      last() {
        return Math.min(this.now, this.range.end - 1)
      },
      /** Changes less often than the clock, and so do the sums. */
      lastStart() {
        return Payfeed.statistics.startOf(this.last, 'hour').getTime() / 1000
      },
      first() {
        return Math.min(this.beginning, this.last)
      },
      /** Where the figures begin, in words: with the feed, or with what is kept of it. */
      kept() {
        const {info} = this.feed
        if (this.isBySize || this.range.start > this.keptSince) return ''
        const time = Payfeed.format.time(this.beginning)
        if (!info.oldest || info.oldest.endsWith('-1')) {
          return this.$t('payfeed.plots.begins', {time})
        }
        const days = Payfeed.format.number(info.retention.days)
        return this.$t('payfeed.plots.kept_since', {time, days})
      },
      withoutFiat() {
        if (this.unit === 'sat') return 0
        return this.payments.filter(({fiat}) => fiat?.currency !== this.unit).length
      }
    },
    watch: {
      // after the canvas is shown, as a hidden one has no size
      bars: {handler: 'draw', flush: 'post'},
      state: {handler: 'draw', flush: 'post'},
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
      this.showSoon = Payfeed.throttled(this.showReceived, SHOW_SECONDS)
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
        // raw: Vue shall not wrap thousands of payments
        this.payments = Vue.markRaw(isRead ? [...found.values()] : [])
        this.isComplete = isRead
        this.isLoading = false
      },
      async *pages(isOver) {
        const {start, end} = this.range
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
        if (this.isComplete) this.showSoon()
      },
      showReceived() {
        if (this.found && this.isComplete)
          this.payments = Vue.markRaw([...this.found.values()])
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
        return Payfeed.format.date(start, NAME_STYLES[this.grouping])
      },
      /** The short name on the axis. */
      tick(bar) {
        if (this.isBySize) return this.name(bar)
        return Payfeed.format.date(bar.start, TICK_STYLES[this.grouping])
      },
      /** Says also from when on the sums of a period are known, if not from its start. */
      fullName(bar) {
        const isPartial = bar === this.bars.find((_, index) => this.isKnown(index))
        if (this.isBySize || !isPartial || bar.start / 1000 >= this.beginning) {
          return this.name(bar)
        }
        const beginning = new Date(this.beginning * 1000)
        const day = Payfeed.format.date(beginning, PART_STYLES[this.grouping])
        return `${this.name(bar)}, ${this.$t('payfeed.filter.since', {day})}`
      },
      /** Does a period, by its index, end after the beginning of what is known? */
      isKnown(index) {
        const next = this.bars[index + 1]
        return this.isBySize || !next || next.start / 1000 > this.beginning
      },
      draw() {
        if (!this.canDraw || this.state !== 'shown') return
        const known = this.columns.map(column => this.dataset(column))
        const isAllKnown = this.bars.every((_, index) => this.isKnown(index))
        const data = {
          labels: this.bars.map(bar => this.tick(bar)),
          datasets: isAllKnown ? known : [...known, this.unknown()]
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
          pointRadius: isTotal ? 2 : 0,
          maxBarThickness: 48
        }
      },
      /** Marks the time before the beginning, over the whole height. */
      unknown() {
        const {color, text} = UNKNOWN
        return {
          label: this.$t(text),
          data: this.bars.map((_, index) => (this.isKnown(index) ? null : 1)),
          backgroundColor: color,
          yAxisID: 'unknown',
          grouped: false,
          barPercentage: 1,
          categoryPercentage: 1,
          order: 2
        }
      },
      createChart(data) {
        const color = this.$q.dark.isActive ? '#ddd' : '#333'
        const grid = {color: 'rgba(128, 128, 128, 0.2)'}
        const title = ([{dataIndex} = {}]) => {
          return dataIndex === undefined ? '' : this.fullName(this.bars[dataIndex])
        }
        const label = ({dataset, raw}) => `${dataset.label}: ${this.show(raw)}`
        const isFigure = ({dataset, raw}) => raw !== null && !dataset.yAxisID
        const isMotionReduced = matchMedia('(prefers-reduced-motion: reduce)').matches
        const options = {
          animation: isMotionReduced ? false : {duration: 300},
          maintainAspectRatio: false,
          interaction: {mode: 'index', intersect: false},
          plugins: {
            tooltip: {callbacks: {title, label}, filter: isFigure},
            legend: {labels: {color, boxWidth: 12}}
          },
          scales: {
            x: {ticks: {color, maxRotation: 0, autoSkipPadding: 12}, grid},
            y: {
              beginAtZero: true,
              ticks: {color, precision: 0},
              grid,
              title: {display: true, color, text: ''}
            },
            unknown: {display: false, min: 0, max: 1}
          }
        }
        this.chart = new window.Chart(this.$refs.canvas, {type: 'bar', data, options})
      }
    }
  })
})()
