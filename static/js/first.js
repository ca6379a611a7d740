/** What to do while a feed is empty: an invoice to pay. */
window.app.component('payfeed-first', {
  template: '#payfeed-first-template',
  props: ['wallet'],
  data: () => ({bolt11: '', isMaking: false}),
  methods: {
    async make() {
      const memo = this.$t('payfeed.first.memo')
      const wish = {out: false, amount: 21, memo}
      const {inkey} = this.wallet
      this.isMaking = true
      await Payfeed.attempt(async () => {
        const made = await Payfeed.request(inkey, 'POST', '/api/v1/payments', wish)
        this.bolt11 = made.bolt11 || made.payment_request
      })
      this.isMaking = false
    }
  }
})
