;(() => {
  const STABLE_SECONDS = 30

  /** LNbits 1.4 removed this function. This one also reconnects and can be stopped. */
  const onInvoicePaid = (wallet, callback) => {
    let failures = 0
    let isStopped = false
    let socket = null
    let timer = null
    const connect = () => {
      socket = new WebSocket(`${websocketUrl}/${wallet.inkey}`)
      socket.onopen = () => {
        timer = setTimeout(() => (failures = 0), STABLE_SECONDS * 1000)
      }
      socket.onmessage = ({data}) => {
        let frame = null
        try {
          frame = JSON.parse(data)
        } catch {
          return
        }
        if (frame && frame.payment) callback(frame)
      }
      socket.onclose = () => {
        clearTimeout(timer)
        if (isStopped) return
        failures += 1
        timer = setTimeout(connect, Payfeed.backoffSeconds(failures) * 1000)
      }
    }
    connect()
    return () => {
      isStopped = true
      clearTimeout(timer)
      socket.close()
    }
  }

  LNbits.events ??= {}
  LNbits.events.onInvoicePaid ??= onInvoicePaid

  /**
   * Calls `callback({payment_hash, amount})`, the amount in satoshi, when LNbits reports
   * a payment that the wallet received. Returns a function that stops it. LNbits' own
   * `onInvoicePaid` returns none: it leaves its socket in `window.ws`.
   */
  Payfeed.whenPaid = (wallet, callback) => {
    let isStopped = false
    const stop = LNbits.events.onInvoicePaid(wallet, ({payment}) => {
      const isReceived = payment.amount > 0 && payment.status === 'success'
      if (isReceived && !isStopped) {
        callback({...payment, amount: payment.amount / 1000})
      }
    })
    const {ws} = window
    return () => {
      isStopped = true
      if (typeof stop === 'function') stop()
      else ws?.close()
    }
  }
})()
