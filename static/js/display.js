;(() => {
  const {usual, write, totalSince, qrText} = Payfeed.displayOptions
  const BACKGROUNDS = [
    ['lnbits', 'payfeed.display.backgrounds.lnbits'],
    ['dark', 'payfeed.display.backgrounds.dark'],
    ['light', 'payfeed.display.backgrounds.light'],
    ['transparent', 'payfeed.display.backgrounds.transparent']
  ]
  const TOTALS = [
    ['', 'payfeed.display.totals.none'],
    ['today', 'payfeed.display.totals.today'],
    ['time', 'payfeed.display.totals.time']
  ]
  const PREVIEW_SECONDS = 1
  const ACCESS_KEY = /^pfk_[\w-]{43}$/

  /** Makes the address of the public display, whose options stand in its query. */
  window.app.component('payfeed-display', {
    template: '#payfeed-display-template',
    props: ['wallet', 'feed'],
    data: () => ({
      options: usual(),
      totalKind: '',
      key: '',
      isShown: false,
      isMaking: false,
      preview: ''
    }),
    computed: {
      backgrounds() {
        return Payfeed.options(BACKGROUNDS)
      },
      totals() {
        return Payfeed.options(TOTALS)
      },
      isKeyWrong() {
        return Boolean(this.key) && !ACCESS_KEY.test(this.key)
      },
      isQrWrong() {
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
      /** Not at every letter: each preview is a connection, and few keys may be tried. */
      address(address) {
        clearTimeout(this.timer)
        const show = () => (this.preview = this.key && !this.isKeyWrong ? address : '')
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
      /** In the form of `<input type="datetime-local">`. */
      localNow() {
        const now = new Date()
        const minutes = now.getTimezoneOffset()
        return new Date(now - minutes * 60000).toISOString().slice(0, 16)
      },
      async make() {
        this.isMaking = true
        const wish = {name: this.$t('payfeed.display.key_name'), scopes: ['read']}
        await Payfeed.attempt(async () => {
          const made = await Payfeed.api(this.wallet.adminkey, 'POST', 'keys', wish)
          this.key = made.key
        })
        this.isMaking = false
      }
    }
  })
})()
