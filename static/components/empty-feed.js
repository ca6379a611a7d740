/** Shown while a feed is empty: an invoice to pay, and two other ways on. */
window.app.component('payfeed-empty-feed', {
  template: '#payfeed-empty-feed-template',
  props: ['wallet'],
  emits: ['go'],
  data: () => ({bolt11: '', isCreating: false}),
  methods: {
    async createInvoice() {
      const memo = this.$t('payfeed.empty_feed.memo')
      const invoice = {out: false, amount: 21, memo}
      const {inkey} = this.wallet
      this.isCreating = true
      await Payfeed.attempt(async () => {
        const created = await Payfeed.request(
          inkey,
          'POST',
          '/api/v1/payments',
          invoice
        )
        this.bolt11 = created.bolt11 || created.payment_request
      })
      this.isCreating = false
    }
  }
})
