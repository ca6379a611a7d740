;(() => {
  const {defaults, write, totalSince, qrText} = Payfeed.displayOptions
  const BACKGROUNDS = [
    ['lnbits', 'payfeed.display_builder.backgrounds.lnbits'],
    ['dark', 'payfeed.display_builder.backgrounds.dark'],
    ['light', 'payfeed.display_builder.backgrounds.light'],
    ['transparent', 'payfeed.display_builder.backgrounds.transparent']
  ]
  const TOTALS = [
    ['', 'payfeed.display_builder.totals.none'],
    ['today', 'payfeed.display_builder.totals.today'],
    ['time', 'payfeed.display_builder.totals.time']
  ]
  const PREVIEW_SECONDS = 1
  const ACCESS_KEY = /^pfk_[\w-]{43}$/

  /** Creates the address of a public display, with the options in its query. */
  window.app.component('payfeed-display-builder', {
    template: '#payfeed-display-builder-template',
    props: ['wallet', 'feed'],
    data: () => ({
      options: defaults(),
      totalKind: '',
      key: '',
      isShown: false,
      isCreating: false,
      preview: ''
    }),
    computed: {
      backgrounds() {
        return Payfeed.options(BACKGROUNDS)
      },
      totals() {
        return Payfeed.options(TOTALS)
      },
      isKeyInvalid() {
        return Boolean(this.key) && !ACCESS_KEY.test(this.key)
      },
      isQrInvalid() {
        return Boolean(this.options.qr) && !qrText(this.options.qr)
      },
      address() {
        return this.addressWith(this.key)
      },
      shownAddress() {
        return this.addressWith(this.isShown && this.key ? this.key : Payfeed.HIDDEN)
      }
    },
    watch: {
      /** Delayed while typing: each preview is a connection, and wrong keys are limited. */
      address(address) {
        clearTimeout(this.timer)
        const show = () =>
          (this.preview = this.key && !this.isKeyInvalid ? address : '')
        this.timer = setTimeout(show, PREVIEW_SECONDS * 1000)
      },
      totalKind(kind) {
        this.options.total = kind === 'time' ? this.localNow() : kind
      }
    },
    beforeUnmount() {
      clearTimeout(this.timer)
    },
    methods: {
      addressWith(key) {
        const isTotal = totalSince(this.options.total) !== null
        const query = write({...this.options, goal: isTotal ? this.options.goal : 0})
        return `${location.origin}/payfeed/display${query && '?'}${query}#${key}`
      },
      /** The local time in the format of `<input type="datetime-local">`. */
      localNow() {
        const now = new Date()
        const minutes = now.getTimezoneOffset()
        return new Date(now - minutes * 60000).toISOString().slice(0, 16)
      },
      async createKey() {
        this.isCreating = true
        const body = {
          name: this.$t('payfeed.display_builder.key_name'),
          filter: {types: ['payment'], direction: 'in', status: 'confirmed'},
          public: true
        }
        await Payfeed.attempt(async () => {
          const created = await Payfeed.api(this.wallet.adminkey, 'POST', 'keys', body)
          this.key = created.key
        })
        this.isCreating = false
      }
    }
  })
})()
