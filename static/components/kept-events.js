;(() => {
  const MIB = 2 ** 20
  const ALL = 'all'

  /** What a feed keeps, its limits, and erasing. */
  window.app.component('payfeed-kept-events', {
    template: '#payfeed-kept-events-template',
    props: ['wallet', 'feed'],
    data: () => ({day: '', isRequesting: false}),
    computed: {
      kept() {
        const {events, bytes, oldest_at: oldest} = this.feed.info
        if (!events) return this.$t('payfeed.kept_events.none')
        const time = Payfeed.format.time(oldest)
        return this.$t('payfeed.kept_events.since', {
          time,
          ...this.numbers(events, bytes)
        })
      },
      limits() {
        const {days, events, bytes} = this.feed.info.retention
        const numbers = {
          days: Payfeed.format.number(days),
          ...this.numbers(events, bytes)
        }
        return this.$t('payfeed.kept_events.limits', numbers)
      }
    },
    created() {
      Payfeed.attempt(() => this.feed.refresh())
    },
    methods: {
      numbers(events, bytes) {
        const mib = Math.round((bytes / MIB) * 10) / 10
        return {events: Payfeed.format.number(events), mib: Payfeed.format.number(mib)}
      },
      eraseAll() {
        return this.erase(ALL, 'payfeed.kept_events.question_all')
      },
      eraseBefore() {
        return this.erase(this.day, 'payfeed.kept_events.question')
      },
      async erase(before, question) {
        this.isRequesting = true
        await Payfeed.attempt(() => this.confirmAndErase(before, question))
        this.isRequesting = false
      },
      async confirmAndErase(before, question) {
        const found = await this.request({before, dry_run: true})
        const day = before
        if (!found.events && before !== ALL) {
          const message = this.$t('payfeed.kept_events.nothing', {day})
          return Quasar.Notify.create({message})
        }
        const events = Payfeed.format.number(found.events)
        const action = this.$t('payfeed.kept_events.erase')
        if (!(await Payfeed.ask(this.$t(question, {day, events}), {action}))) return
        const erased = await this.request({before})
        const message = this.$t('payfeed.kept_events.erased', {
          events: Payfeed.format.number(erased.events)
        })
        Quasar.Notify.create({type: 'positive', message})
        await this.feed.refresh()
        await this.feed.load()
      },
      /** A long log takes longer to erase than other requests may take. */
      request(body) {
        const {adminkey} = this.wallet
        return Payfeed.api(adminkey, 'DELETE', 'events', body, {timeout: 0})
      }
    }
  })
})()
