;(() => {
  const KEYS = [
    ['inkey', 'payfeed.connect.inkey'],
    ['access', 'payfeed.connect.access']
  ]
  const MEANINGS = {
    inkey: 'payfeed.connect.inkey_means',
    access: 'payfeed.connect.access_means'
  }
  const LANGUAGES = {
    browser: 'payfeed.connect.language.browser',
    vue: 'payfeed.connect.language.vue',
    checkout: 'payfeed.connect.language.checkout',
    python: 'payfeed.connect.language.python',
    node: 'payfeed.connect.language.node',
    php: 'payfeed.connect.language.php',
    go: 'payfeed.connect.language.go',
    wscat: 'payfeed.connect.language.wscat',
    curl: 'payfeed.connect.language.curl',
    homeassistant: 'payfeed.connect.language.homeassistant',
    esp32: 'payfeed.connect.language.esp32',
    nginx: 'payfeed.connect.language.nginx'
  }
  const NO_SECRET = 'whsec_…'

  /**
   * The feed's address, its key for a header, and code snippets. Key and secret are hidden
   * until shown.
   */
  window.app.component('payfeed-connect', {
    template: '#payfeed-connect-template',
    props: ['wallet', 'feed'],
    data() {
      return {
        keyKind: this.feed.info.allow_inkey ? 'inkey' : 'access',
        accessKey: '',
        isShown: false,
        isVerifying: false,
        language: 'browser',
        languages: LANGUAGES
      }
    },
    computed: {
      choices() {
        return Payfeed.options(KEYS)
      },
      meaning() {
        return this.$t(MEANINGS[this.keyKind])
      },
      key() {
        return this.keyKind === 'inkey' ? this.wallet.inkey : this.accessKey
      },
      /** Why there is nothing to copy; empty if there is. */
      problem() {
        if (this.keyKind === 'access')
          return this.accessKey.startsWith('pfk_')
            ? ''
            : this.$t('payfeed.connect.no_key')
        return this.feed.info.allow_inkey ? '' : this.$t('payfeed.connect.closed')
      },
      shownKey() {
        return this.isShown ? this.key : Payfeed.HIDDEN
      },
      address() {
        return Payfeed.location(location).socket
      },
      header() {
        return `X-Api-Key: ${this.key}`
      },
      shownHeader() {
        return `X-Api-Key: ${this.shownKey}`
      },
      addressWithKey() {
        return `${this.address}/${this.key}`
      },
      shownAddressWithKey() {
        return `${this.address}/${this.shownKey}`
      },
      canVerify() {
        return Payfeed.verifyingSnippets.includes(this.language)
      },
      /** The holder of a shared wallet does not get it. */
      secret() {
        return this.feed.info.secret ?? NO_SECRET
      },
      snippet() {
        return this.snippetWith(this.key, this.secret)
      },
      shownSnippet() {
        const isHidden = this.feed.isOwner && !this.isShown
        return this.snippetWith(
          this.shownKey,
          isHidden ? `whsec_${Payfeed.HIDDEN}` : this.secret
        )
      }
    },
    methods: {
      snippetWith(key, secret) {
        return Payfeed.snippets[this.language]({
          ...Payfeed.location(location),
          key,
          secret: this.isVerifying && this.canVerify ? secret : ''
        })
      }
    }
  })
})()
