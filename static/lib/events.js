;(() => {
  const LOOKS = {
    in: {
      icon: 'south_west',
      color: 'positive',
      amountClass: 'text-positive',
      text: 'payfeed.live.in'
    },
    out: {
      icon: 'north_east',
      color: 'deep-orange',
      amountClass: '',
      text: 'payfeed.live.out'
    },
    pending: {
      icon: 'hourglass_empty',
      color: 'grey',
      amountClass: 'text-grey',
      text: 'payfeed.live.pending'
    },
    failed: {
      icon: 'block',
      color: 'grey',
      amountClass: 'text-grey text-strike',
      text: 'payfeed.live.failed'
    },
    test: {
      icon: 'science',
      color: 'info',
      amountClass: '',
      text: 'payfeed.live.test'
    },
    message: {
      icon: 'chat',
      color: 'info',
      amountClass: '',
      text: 'payfeed.live.message'
    }
  }
  const SIGNS = {in: '+', out: '−'}
  const STANDARD_MEMBERS = ['type', 'id', 'timestamp', 'custom', 'signature']

  /** Only a confirmed payment counts as received or sent. */
  const kindOf = ({type, payment}) => {
    if (type === 'test') return 'test'
    if (type !== 'payment') return 'message'
    return payment.status === 'confirmed' ? payment.direction : payment.status
  }

  /** The content of a message in one line. */
  const summary = event => {
    const {type, data} = event
    if (type === 'test') return data.message
    if (type === 'message')
      return typeof data === 'string' ? data : JSON.stringify(data)
    const members = Object.entries(event).filter(
      ([name]) => !STANDARD_MEMBERS.includes(name)
    )
    return `${type} ${JSON.stringify(Object.fromEntries(members))}`
  }

  /** How the page shows an event. */
  Payfeed.events = {
    kindOf,

    look(event) {
      const look = LOOKS[kindOf(event)]
      return {...look, word: window.i18n.global.t(look.text)}
    },

    headline(event) {
      if (event.type !== 'payment') return summary(event)
      return event.payment.memo || window.i18n.global.t('payfeed.live.no_memo')
    },

    /** The amount of a payment, with the sign of what it did to the balance. */
    amount(event) {
      return (SIGNS[kindOf(event)] ?? '') + Payfeed.format.sat(event.payment.amount)
    }
  }
})()
