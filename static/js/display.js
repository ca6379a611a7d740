window.app = Vue.createApp({
  el: '#vue',
  mixins: [windowMixin],
  data() {
    return {last: null, stateText: '', hint: 'Waiting for a payment'}
  },
  methods: {
    amount({amount}) {
      return `${amount.toLocaleString()} sat`
    }
  },
  created() {
    const key = location.hash.slice(1)
    if (!key) {
      this.hint = 'Put an access key behind the # of this address.'
      return
    }
    const show = (state, retryInSeconds, reason) => {
      this.stateText =
        state === 'waiting' ? `reconnecting in ${retryInSeconds} s` : reason || state
    }
    const take = ({type, payment}) => {
      if (type !== 'payment') return
      if (payment.direction === 'in' && payment.status === 'confirmed') {
        this.last = payment
      }
    }
    new PayfeedSocket(key, take, show).start()
  }
})
