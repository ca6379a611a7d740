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
    wscat: 'payfeed.connect.language.wscat',
    curl: 'payfeed.connect.language.curl',
    esp32: 'payfeed.connect.language.esp32',
    nginx: 'payfeed.connect.language.nginx'
  }

  /** The feed's URL as text, QR code and code snippets. The key is hidden until shown. */
  window.app.component('payfeed-connect', {
    template: '#payfeed-connect-template',
    props: ['wallet', 'feed'],
    data() {
      return {
        keyKind: this.feed.info.allow_inkey ? 'inkey' : 'access',
        accessKey: '',
        isShown: false,
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
        return this.addressWith(this.key)
      },
      shownAddress() {
        return this.addressWith(this.shownKey)
      },
      snippet() {
        return this.snippetWith(this.shownKey)
      }
    },
    methods: {
      addressWith(key) {
        return `${Payfeed.location(location).socket}/${key}`
      },
      snippetWith(key) {
        return Payfeed.snippets[this.language]({...Payfeed.location(location), key})
      }
    }
  })
})()
