;(() => {
  window.LNbits = window.LNbits || {}
  if (LNbits.events && LNbits.events.onInvoicePaid) return

  /**
   * `onInvoicePaid(wallet, callback)` for LNbits versions that lost it: calls
   * `callback({wallet_balance, payment})` for every message of LNbits' own socket
   * of the wallet's invoice key, and reconnects. Returns a function that stops it.
   */
  const onInvoicePaid = (wallet, callback) => {
    let attempts = 0
    let stopped = false
    let socket = null
    let timer = null
    const open = () => {
      const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
      socket = new WebSocket(`${scheme}://${location.host}/api/v1/ws/${wallet.inkey}`)
      socket.onopen = () => {
        timer = setTimeout(() => (attempts = 0), 30000)
      }
      socket.onmessage = message => {
        let data = null
        try {
          data = JSON.parse(message.data)
        } catch (_) {
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

  LNbits.events = Object.assign(LNbits.events || {}, {onInvoicePaid})
})()
