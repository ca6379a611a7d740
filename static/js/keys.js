;(() => {
  const SCOPES = {
    read: 'payfeed.keys.scope.read',
    notify: 'payfeed.keys.scope.notify',
    balance: 'payfeed.keys.scope.balance'
  }
  const DAYS = [
    [0, 'payfeed.keys.expiries.never'],
    [1, 'payfeed.keys.expiries.day'],
    [30, 'payfeed.keys.expiries.month'],
    [365, 'payfeed.keys.expiries.year']
  ]
  const SWITCHES = [
    {
      name: 'allow_inkey',
      text: 'payfeed.keys.allow_inkey',
      meaning: 'payfeed.keys.allow_inkey_means'
    },
    {
      name: 'mirror_to_inkey',
      text: 'payfeed.keys.mirror_to_inkey',
      meaning: 'payfeed.keys.mirror_to_inkey_means'
    }
  ]
  const SECRETS = [
    {
      name: 'secret',
      text: 'payfeed.keys.secret',
      meaning: 'payfeed.keys.secret_means',
      question: 'payfeed.keys.rotate_secret',
      done: 'payfeed.keys.rotated_secret'
    },
    {
      name: 'channel',
      text: 'payfeed.keys.channel',
      meaning: 'payfeed.keys.channel_means',
      question: 'payfeed.keys.rotate_channel',
      done: 'payfeed.keys.rotated_channel'
    }
  ]
  const DAY_SECONDS = 86400

  const fresh = () => ({name: '', scopes: ['read'], days: 0})

  /** Access keys, the switches of the feed, its secret and its channel. */
  window.app.component('payfeed-keys', {
    template: '#payfeed-keys-template',
    props: ['wallet', 'feed', 'now'],
    data: () => ({
      keys: null,
      isUnread: false,
      wish: null,
      made: null,
      isAsking: false,
      scopes: SCOPES,
      switches: SWITCHES,
      secrets: SECRETS
    }),
    computed: {
      expiries() {
        return Payfeed.options(DAYS)
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
      begin() {
        this.wish = fresh()
      },
      async load() {
        this.isUnread = false
        const isRead = await this.ask('GET', 'keys', undefined, keys => {
          this.keys = keys
        })
        this.isUnread = !isRead
      },
      create() {
        const {name, scopes, days} = this.wish
        const ends = Math.floor(Date.now() / 1000) + days * DAY_SECONDS
        const wish = {name, scopes, expires_at: days ? ends : null}
        return this.ask('POST', 'keys', wish, made => {
          this.wish = null
          this.made = made
          return this.load()
        })
      },
      async revoke({id, name}) {
        if (!(await this.confirm('payfeed.keys.revoke_really', {name}))) return
        await this.ask('DELETE', `keys/${id}`, undefined, () => this.load())
      },
      change(name, value) {
        return this.ask('PATCH', 'feed', {[name]: value}, () => this.feed.refresh())
      },
      async rotate({name, question, done}) {
        if (!(await this.confirm(question))) return
        await this.ask('POST', 'feed/rotate', {what: name}, () => {
          Quasar.Notify.create({type: 'positive', message: this.$t(done)})
          return this.feed.refresh()
        })
      },
      confirm(text, values) {
        const message = this.$t(text, values)
        const dialog = {
          message,
          'aria-label': message,
          class: 'payfeed-dialog',
          ok: {flat: true, color: 'primary'},
          cancel: {flat: true, color: undefined}
        }
        return new Promise(resolve => {
          Quasar.Dialog.create(dialog)
            .onOk(() => resolve(true))
            .onDismiss(() => resolve(false))
        })
      },
      async ask(method, path, body, done) {
        const {adminkey} = this.wallet
        this.isAsking = true
        const isDone = await Payfeed.attempt(async () =>
          done(await Payfeed.api(adminkey, method, path, body))
        )
        this.isAsking = false
        return isDone
      },
      isOver({revoked_at, expires_at}) {
        return Boolean(revoked_at || (expires_at && expires_at < this.now))
      },
      /** One line of what a key's holder has done with it. */
      use(key) {
        const {format} = Payfeed
        const told = []
        if (key.revoked_at) told.push(this.$t('payfeed.keys.revoked'))
        else if (this.isOver(key)) told.push(this.$t('payfeed.keys.expired'))
        else if (key.expires_at) {
          const time = format.time(key.expires_at)
          told.push(this.$t('payfeed.keys.expires', {time}))
        }
        const age = key.last_used_at && format.age(key.last_used_at, this.now)
        told.push(this.$t(age ? 'payfeed.keys.used' : 'payfeed.keys.unused', {age}))
        told.push(this.$t('payfeed.keys.lag', {lag: key.lag}))
        return told.join(' · ')
      }
    }
  })
})()
