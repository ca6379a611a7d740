/** What to do while a feed is empty: an invoice to pay. */
window.app.component('payfeed-first', {
  template: '#payfeed-first-template',
  props: ['wallet'],
  data: () => ({bolt11: '', isMaking: false}),
  methods: {
    async make() {
      const memo = this.$t('payfeed.first.memo')
      const wish = {out: false, amount: 21, memo}
      this.isMaking = true
      try {
        const {inkey} = this.wallet
        const path = '/api/v1/payments'
        const {data} = await LNbits.api.request('POST', path, inkey, wish)
        this.bolt11 = data.bolt11 || data.payment_request
      } catch (error) {
        LNbits.utils.notifyApiError(error)
      }
      this.isMaking = false
    }
  }
})
