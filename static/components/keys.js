;(() => {
  const SCOPES = {
    read: 'payfeed.keys.scope.read',
    notify: 'payfeed.keys.scope.notify',
    balance: 'payfeed.keys.scope.balance'
  }
  const EXPIRIES = [
    [0, 'payfeed.keys.expiries.never'],
    [600, 'payfeed.keys.expiries.minutes'],
    [3600, 'payfeed.keys.expiries.hour'],
    [86400, 'payfeed.keys.expiries.day'],
    [30 * 86400, 'payfeed.keys.expiries.month'],
    [365 * 86400, 'payfeed.keys.expiries.year']
  ]
  const WALLET_KEY = 'wallet key' // in the list of subscribers
  const SWITCHES = [
    {
      name: 'allow_inkey',
      text: 'payfeed.keys.allow_inkey',
      meaning: 'payfeed.keys.allow_inkey_means',
      question: 'payfeed.keys.close_question',
      action: 'payfeed.keys.close',
      // this page is one of them, and goes on with the admin key
      isAffected: ({name, key_id}) => name === WALLET_KEY && !key_id
    },
    {
      name: 'mirror_to_inkey',
      text: 'payfeed.keys.mirror_to_inkey',
      meaning: 'payfeed.keys.mirror_to_inkey_means',
      question: 'payfeed.keys.mirror_question',
      action: 'payfeed.keys.stop_mirror'
    }
  ]
  const SECRETS = [
    {
      name: 'secret',
      text: 'payfeed.keys.secret',
      meaning: 'payfeed.keys.secret_means',
      question: 'payfeed.keys.rotate_secret',
      done: 'payfeed.keys.rotated_secret',
      isAffected: () => true,
      hasOverlap: true
    },
    {
      name: 'channel',
      text: 'payfeed.keys.channel',
      meaning: 'payfeed.keys.channel_means',
      question: 'payfeed.keys.rotate_channel',
      done: 'payfeed.keys.rotated_channel'
    }
  ]
  const {newDraft, filterOf, isComplete} = Payfeed.filters

  const emptyRequest = () => ({
    name: '',
    scopes: ['read'],
    seconds: 0,
    isNarrow: false,
    isPublic: false,
    filter: newDraft()
  })

  const bodyOf = ({name, scopes, seconds, isNarrow, isPublic, filter}) => {
    const end = Math.floor(Date.now() / 1000) + seconds
    const body = {name, expires_at: seconds ? end : null}
    if (!isNarrow) return {...body, scopes}
    return {...body, filter: filterOf(filter), public: isPublic}
  }

  /** The access keys of a feed, its switches, its secret and its channel. */
  window.app.component('payfeed-keys', {
    template: '#payfeed-keys-template',
    props: ['wallet', 'feed', 'now'],
    data: () => ({
      keys: null,
      hasFailed: false,
      draft: null,
      created: null,
      showsRevoked: false,
      isRequesting: false,
      scopes: SCOPES,
      switches: SWITCHES,
      secrets: SECRETS
    }),
    computed: {
      /** Until when the previous secret signs, too; an empty text if it does not. */
      previousUntil() {
        const until = this.feed.info.previous_secret_until
        return until > this.now ? Payfeed.format.time(until) : ''
      },
      usableKeys() {
        return (this.keys ?? []).filter(key => !key.revoked_at)
      },
      revokedKeys() {
        return (this.keys ?? []).filter(key => key.revoked_at)
      },
      shownKeys() {
        return this.showsRevoked
          ? [...this.usableKeys, ...this.revokedKeys]
          : this.usableKeys
      },
      expiries() {
        return Payfeed.options(EXPIRIES)
      },
      isComplete() {
        const {name, scopes, isNarrow, filter} = this.draft
        return name && (isNarrow ? isComplete(filter) : scopes.length)
      }
    },
    watch: {
      'feed.isOwner': {
        immediate: true,
        handler(isOwner) {
          if (isOwner) this.load()
        }
      }
    },
    methods: {
      openDialog() {
        this.draft = emptyRequest()
      },
      async load() {
        this.hasFailed = false
        const isRead = await this.request('GET', 'keys', undefined, keys => {
          this.keys = keys
        })
        this.hasFailed = !isRead
      },
      create() {
        return this.request('POST', 'keys', bodyOf(this.draft), created => {
          this.draft = null
          this.created = created
          return this.load()
        })
      },
      async rename({id, name}) {
        const question = this.$t('payfeed.keys.rename_question', {name})
        const action = this.$t('payfeed.keys.rename')
        const newName = await Payfeed.ask(question, {action, text: name})
        if (!newName) return
        const body = {name: newName}
        await this.request('PATCH', `keys/${id}`, body, () => this.load())
      },
      async revoke({id, name}) {
        const isOfKey = subscriber => subscriber.key_id === id
        const question = 'payfeed.keys.revoke_really'
        const action = 'payfeed.keys.revoke'
        if (!(await this.confirm(question, action, isOfKey, {name}))) return
        await this.request('DELETE', `keys/${id}`, undefined, () => this.load())
      },
      /**
       * Asks before a change that affects programs, and says how many of those that are
       * connected; resolves to the answer of `Payfeed.ask`. This page is not counted.
       * Without `isAffected`, the change affects LNbits' own sockets, whose clients
       * Payfeed does not know.
       */
      async confirm(question, action, isAffected, values = {}, choices = {}) {
        let answer = null
        await Payfeed.attempt(async () => {
          const count = isAffected ? await this.count(isAffected) : 0
          const text = this.$t(question, {...values, count})
          answer = await Payfeed.ask(text, {action: this.$t(action), ...choices})
        })
        return answer
      },
      async count(isAffected) {
        const found = await Payfeed.countSubscribers(this.wallet, isAffected)
        const hasPage = isAffected({name: WALLET_KEY, key_id: null})
        return Math.max(0, hasPage ? found - 1 : found)
      },
      /** Switching off cuts programs off. */
      async toggleSwitch(name, value) {
        const {question, action, isAffected} = this.switches.find(
          item => item.name === name
        )
        if (value || (await this.confirm(question, action, isAffected))) {
          await this.change(name, value)
        }
      },
      /** A text of names that are separated by commas. */
      changeExtra(text) {
        const names = text.split(',').map(name => name.trim())
        return this.change('extra_members', names.filter(Boolean))
      },
      change(name, value) {
        return this.request('PATCH', 'feed', {[name]: value}, () => this.feed.refresh())
      },
      async rotate({name, question, done, hasOverlap, isAffected}) {
        const action = 'payfeed.keys.rotate'
        const choices = hasOverlap ? this.overlaps() : {}
        const answer = await this.confirm(question, action, isAffected, {}, choices)
        if (answer === null) return
        const body = {what: name, ...(hasOverlap && {overlap_seconds: answer})}
        await this.request('POST', 'feed/rotate', body, () => this.report(done))
      },
      /** None is chosen at first: clients of 0.1.0 accept one signature only. */
      overlaps() {
        const choices = Payfeed.overlapOptions(Boolean(this.previousUntil))
        return {choices, chosen: 0}
      },
      async endPrevious() {
        const question = 'payfeed.keys.end_question'
        const action = 'payfeed.webhooks.end'
        if (!(await this.confirm(question, action, () => true))) return
        const done = 'payfeed.webhooks.ended'
        const path = 'feed/previous-secret'
        await this.request('DELETE', path, undefined, () => this.report(done))
      },
      report(done) {
        Quasar.Notify.create({type: 'positive', message: this.$t(done)})
        return this.feed.refresh()
      },
      async request(method, path, body, done) {
        const {adminkey} = this.wallet
        this.isRequesting = true
        const isDone = await Payfeed.attempt(async () =>
          done(await Payfeed.api(adminkey, method, path, body))
        )
        this.isRequesting = false
        return isDone
      },
      isEnded({revoked_at, expires_at}) {
        return Boolean(revoked_at || (expires_at && expires_at < this.now))
      },
      isNarrow(key) {
        return key.public || Object.keys(key.filter).length > 0
      },
      /** The scopes of a key, or what its filter lets through. */
      words(key) {
        if (!this.isNarrow(key)) return key.scopes
        const words = Payfeed.filters.wordsOf(key.filter)
        return key.public ? [...words, this.$t('payfeed.keys.public')] : words
      },
      /** A key's expiry and use, in one line. */
      summary(key) {
        const {format} = Payfeed
        const parts = []
        if (key.revoked_at) parts.push(this.$t('payfeed.keys.revoked'))
        else if (this.isEnded(key)) parts.push(this.$t('payfeed.keys.expired'))
        else if (key.expires_at) {
          const time = format.time(key.expires_at)
          parts.push(this.$t('payfeed.keys.expires', {time}))
        }
        const age = key.last_used_at && format.age(key.last_used_at, this.now)
        parts.push(this.$t(age ? 'payfeed.keys.used' : 'payfeed.keys.unused', {age}))
        if (key.acks) parts.push(this.$t('payfeed.keys.lag', {lag: key.lag}))
        return parts.join(' · ')
      }
    }
  })
})()
