;(() => {
  /** LNbits lost this function in 1.4; here is the same, with reconnects and an end. */
  const onInvoicePaid = (wallet, callback) => {
    let attempts = 0
    let stopped = false
    let socket = null
    let timer = null
    const open = () => {
      socket = new WebSocket(`${websocketUrl}/${wallet.inkey}`)
      socket.onopen = () => {
        timer = setTimeout(() => (attempts = 0), 30000)
      }
      socket.onmessage = message => {
        let data = null
        try {
          data = JSON.parse(message.data)
        } catch {
          return
        }
        if (data && data.payment) callback(data)
      }
      socket.onclose = () => {
        clearTimeout(timer)
        if (stopped) return
        attempts += 1
        const most = Math.min(30000, 1000 * 2 ** (attempts - 1))
        timer = setTimeout(open, Math.random() * most)
      }
    }
    open()
    return () => {
      stopped = true
      clearTimeout(timer)
      socket.close()
    }
  }

  LNbits.events ??= {}
  LNbits.events.onInvoicePaid ??= onInvoicePaid

  /**
   * `callback({payment_hash, amount})`, in satoshi, when LNbits tells that the wallet
   * received. Returns the end. LNbits' own form has none: it leaves its socket in `ws`.
   */
  Payfeed.whenPaid = (wallet, callback) => {
    let isOver = false
    const stop = LNbits.events.onInvoicePaid(wallet, ({payment}) => {
      const isReceived = payment.amount > 0 && payment.status === 'success'
      if (isReceived && !isOver) callback({...payment, amount: payment.amount / 1000})
    })
    const {ws} = window
    return () => {
      isOver = true
      if (typeof stop === 'function') stop()
      else ws?.close()
    }
  }
})()
