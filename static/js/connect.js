;(() => {
  /** The feed's address, as text, QR code and snippets; the key hidden until shown. */
  window.app.component('payfeed-connect', {
    template: '#payfeed-connect-template',
    props: ['wallet'],
    data: () => ({
      which: 'inkey',
      accessKey: '',
      isShown: false,
      language: 'browser',
      names: Object.keys(Payfeed.snippets)
    }),
    computed: {
      choices() {
        return Payfeed.options('payfeed.connect', ['inkey', 'access'])
      },
      key() {
        return this.which === 'inkey' ? this.wallet.inkey : this.accessKey || 'pfk_…'
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
        return `${Payfeed.place(location).socket}/${key}`
      },
      snippetWith(key) {
        return Payfeed.snippets[this.language]({...Payfeed.place(location), key})
      }
    }
  })
})()
