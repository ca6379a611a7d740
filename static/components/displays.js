;(() => {
  const {defaults, read, write, totalSince, qrText} = Payfeed.displayOptions
  const BACKGROUNDS = [
    ['lnbits', 'payfeed.displays.backgrounds.lnbits'],
    ['dark', 'payfeed.displays.backgrounds.dark'],
    ['light', 'payfeed.displays.backgrounds.light'],
    ['transparent', 'payfeed.displays.backgrounds.transparent']
  ]
  const TOTALS = [
    ['', 'payfeed.displays.totals.none'],
    ['today', 'payfeed.displays.totals.today'],
    ['time', 'payfeed.displays.totals.time']
  ]
  const PREVIEW_SECONDS = 1
  const ACCESS_KEY = /^pfk_[\w-]{43}$/

  const kindOf = total => (total && total !== 'today' ? 'time' : total)

  /** A form's state; without an id it is a display that is not saved yet. */
  const draftOf = ({id = '', name = '', options = '', key = ''} = {}) => {
    const found = read(new URLSearchParams(options))
    return {id, name, key, options: found, totalKind: kindOf(found.total)}
  }

  /** The saved displays of a wallet, and the form that changes one. */
  window.app.component('payfeed-displays', {
    template: '#payfeed-displays-template',
    props: ['wallet', 'feed'],
    data: () => ({
      displays: null,
      hasFailed: false,
      draft: null,
      shown: null,
      isKeyShown: false,
      isRequesting: false,
      preview: ''
    }),
    computed: {
      backgrounds() {
        return Payfeed.options(BACKGROUNDS)
      },
      totals() {
        return Payfeed.options(TOTALS)
      },
      /** Does the form make an address with a key that the user brings? */
      isUnsaved() {
        return this.draft && !this.feed.isOwner
      },
      isKeyInvalid() {
        return Boolean(this.draft.key) && !ACCESS_KEY.test(this.draft.key)
      },
      isQrInvalid() {
        const {qr} = this.draft.options
        return Boolean(qr) && !qrText(qr)
      },
      query() {
        const {options} = this.draft
        const isTotal = totalSince(options.total) !== null
        return write({...options, goal: isTotal ? options.goal : 0})
      },
      draftAddress() {
        return this.addressOf({options: this.query, key: this.draft.key})
      },
      previewAddress() {
        if (!this.draft) return ''
        const {key} = this.draft
        if (key) return this.isKeyInvalid ? '' : this.draftAddress
        // before it is saved, the wallet's own key shows what the public key will read
        if (!this.feed.isOwner || !this.feed.info.allow_inkey) return ''
        const options = `${this.query}${this.query && '&'}memos=0`
        return this.addressOf({options, key: this.wallet.inkey})
      }
    },
    watch: {
      'feed.isOwner': {
        immediate: true,
        handler(isOwner) {
          if (isOwner) this.load()
          else this.draft = draftOf()
        }
      },
      /** Delayed while typing: each preview is a connection, and wrong keys are limited. */
      previewAddress(address) {
        clearTimeout(this.timer)
        const show = () => (this.preview = address)
        this.timer = setTimeout(show, address ? PREVIEW_SECONDS * 1000 : 0)
      }
    },
    beforeUnmount() {
      clearTimeout(this.timer)
    },
    methods: {
      addressOf({options, key}) {
        const query = options && `?${options}`
        return `${location.origin}/payfeed/display${query}#${key}`
      },
      edit(display) {
        this.shown = null
        this.draft = draftOf(display)
      },
      selectTotal(kind) {
        this.draft.totalKind = kind
        this.draft.options.total = kind === 'time' ? this.localNow() : kind
      },
      /** The local time in the format of `<input type="datetime-local">`. */
      localNow() {
        const now = new Date()
        const minutes = now.getTimezoneOffset()
        return new Date(now - minutes * 60000).toISOString().slice(0, 16)
      },
      async load() {
        this.hasFailed = !(await this.request('GET', 'displays', undefined, found => {
          this.displays = found
        }))
      },
      save() {
        const {id, name} = this.draft
        const body = {name, options: this.query}
        const [method, path] = id ? ['PATCH', `displays/${id}`] : ['POST', 'displays']
        return this.request(method, path, body, saved => {
          this.draft = null
          this.shown = saved.id
          return this.load()
        })
      },
      async remove({id, name, key_id}) {
        await Payfeed.attempt(async () => {
          const isScreen = subscriber => subscriber.key_id === key_id
          const count = await Payfeed.countSubscribers(this.wallet, isScreen)
          const question = this.$t('payfeed.displays.remove_question', {name, count})
          const action = this.$t('payfeed.displays.remove')
          if (!(await Payfeed.ask(question, {action}))) return
          await this.request('DELETE', `displays/${id}`, undefined, () => this.load())
        })
      },
      toggle({id}) {
        this.shown = this.shown === id ? null : id
      },
      async request(method, path, body, done) {
        this.isRequesting = true
        const isDone = await Payfeed.attempt(async () =>
          done(await Payfeed.api(this.wallet.adminkey, method, path, body))
        )
        this.isRequesting = false
        return isDone
      },
      /** What a display shows, in a few words. */
      words({options}) {
        const {title, background} = {
          ...defaults(),
          ...read(new URLSearchParams(options))
        }
        const look = this.backgrounds.find(({value}) => value === background).label
        return [title, look].filter(Boolean).join(' · ')
      }
    }
  })
})()
