;(() => {
  const PAGE_EVENTS = 1000
  const COLUMNS = ['received', 'sent', 'fees', 'total']
  const COLORS = {
    received: '#21ba45',
    sent: '#f2a03d',
    fees: '#c10015',
    total: '#4a90d9'
  }

  /** Confirmed payments of the whole log as sums per period, drawn and in figures. */
  window.app.component('payfeed-plots', {
    template: '#payfeed-plots-template',
    props: ['feed'],
    data: () => ({
      period: 'day',
      unit: 'sat',
      payments: [],
      isLoading: true,
      columns: COLUMNS,
      canDraw: Boolean(window.Chart)
    }),
    computed: {
      periods() {
        const label = value => this.$t(`payfeed.plots.${value}`)
        return ['hour', 'day', 'week'].map(value => ({value, label: label(value)}))
      },
      units() {
        const known = this.payments.map(({fiat}) => fiat?.currency).filter(Boolean)
        return ['sat', ...new Set(known)].map(unit => ({value: unit, label: unit}))
      },
      sums() {
        return Payfeed.sums(this.payments, this.period, this.unit)
      },
      lines() {
        return this.sums.filter(({received, sent}) => received || sent).reverse()
      },
      withoutFiat() {
        if (this.unit === 'sat') return 0
        return this.payments.filter(({fiat}) => fiat?.currency !== this.unit).length
      }
    },
    watch: {
      sums: 'draw'
    },
    mounted() {
      this.stop = this.feed.listen(this.take)
      this.load()
    },
    beforeUnmount() {
      this.stop()
      this.chart?.destroy()
    },
    methods: {
      /** An event may come live while the page that has it is on its way. */
      async load() {
        const ids = (this.ids = new Set())
        const query = `events?types=payment&status=confirmed&limit=${PAGE_EVENTS}`
        let before = ''
        try {
          do {
            const page = await Payfeed.api(this.feed.key, 'GET', query + before)
            if (this.$.isUnmounted) return
            const payments = page.events.filter(({id}) => !ids.has(id))
            this.payments = this.payments.concat(payments.map(one => this.note(one)))
            before = page.has_more ? `&before=${page.events[0].id}` : ''
          } while (before)
        } catch (error) {
          LNbits.utils.notifyApiError(error)
        }
        this.isLoading = false
      },
      note({id, payment}) {
        this.ids.add(id)
        return Vue.markRaw(payment)
      },
      take(event) {
        const isNew = event.type === 'payment' && !this.ids.has(event.id)
        if (!isNew || event.payment.status !== 'confirmed') return
        this.payments = [...this.payments, this.note(event)]
      },
      show(value) {
        if (this.unit === 'sat') return Payfeed.format.sat(value)
        return Payfeed.format.fiat({amount: value, currency: this.unit})
      },
      name(begin) {
        const day = {weekday: 'short', day: 'numeric', month: 'short'}
        const style = this.period === 'hour' ? {...day, hour: '2-digit'} : day
        return Payfeed.format.date(begin, style)
      },
      draw() {
        if (!this.canDraw || !this.$refs.canvas) return
        const color = this.$q.dark.isActive ? '#ddd' : '#333'
        const data = {
          labels: this.sums.map(({begin}) => this.name(begin)),
          datasets: COLUMNS.map(column => this.dataset(column))
        }
        if (!this.chart) return this.begin(data, color)
        this.chart.data = data
        this.chart.update('none')
      },
      dataset(column) {
        const isTotal = column === 'total'
        return {
          type: isTotal ? 'line' : 'bar',
          label: this.$t(`payfeed.plots.${column}`),
          data: this.sums.map(sum => sum[column]),
          backgroundColor: COLORS[column],
          borderColor: COLORS[column],
          yAxisID: isTotal ? 'total' : 'y',
          order: isTotal ? 0 : 1,
          borderWidth: isTotal ? 2 : 0,
          pointRadius: isTotal ? 2 : 0
        }
      },
      begin(data, color) {
        const grid = {color: 'rgba(128, 128, 128, 0.2)'}
        const label = ({dataset, raw}) => `${dataset.label}: ${this.show(raw)}`
        const text = this.$t('payfeed.plots.total')
        const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches
        const options = {
          animation: isStill ? false : {duration: 300},
          maintainAspectRatio: false,
          interaction: {mode: 'index', intersect: false},
          plugins: {
            tooltip: {callbacks: {label}},
            legend: {labels: {color, boxWidth: 12}}
          },
          scales: {
            x: {ticks: {color, maxRotation: 0, autoSkipPadding: 12}, grid},
            y: {beginAtZero: true, ticks: {color}, grid},
            total: {
              position: 'right',
              ticks: {color},
              grid: {display: false},
              title: {display: true, text, color}
            }
          }
        }
        this.chart = new window.Chart(this.$refs.canvas, {type: 'bar', data, options})
      }
    }
  })
})()
