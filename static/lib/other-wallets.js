;(() => {
  // LNbits reports a payment before Payfeed has recorded it
  const READ_AFTER_SECONDS = [0.3, 3]
  const PAGE_EVENTS = 5

  const pause = seconds => new Promise(done => setTimeout(done, seconds * 1000))

  const readReceived = async ({adminkey, inkey}) => {
    const query = 'types=payment&direction=in&status=confirmed'
    const path = `events?${query}&limit=${PAGE_EVENTS}`
    const {events} = await Payfeed.api(adminkey || inkey, 'GET', path)
    return events
  }

  /**
   * Calls `onReceived(wallet, event)` with the newest received payments of a wallet whose
   * balance has changed, known ones too; it returns whether the event was a new one.
   * `getWallets()` are LNbits' own objects: LNbits has a socket for each wallet of its
   * menu and writes the balance into them, so no other socket is needed. Returns a
   * function that stops it.
   */
  Payfeed.watchWallets = (getWallets, onReceived) => {
    let isStopped = false
    const readings = new Map()

    const read = id => async () => {
      for (const seconds of READ_AFTER_SECONDS) {
        await pause(seconds)
        const wallet = getWallets().find(wallet => wallet.id === id)
        if (isStopped || !wallet) return
        try {
          const events = await readReceived(wallet)
          if (events.map(event => onReceived(wallet, event)).some(Boolean)) return
        } catch {
          // a notice is a convenience: the wallet's own page shows every payment
        }
      }
    }

    const readAgain = id => {
      if (!readings.has(id)) readings.set(id, Payfeed.rereading(read(id)))
      readings.get(id)()
    }

    const getBalances = () => new Map(getWallets().map(({id, sat}) => [id, sat]))
    const stop = Vue.watch(getBalances, (balances, before) => {
      for (const [id, sat] of balances) {
        if (before.has(id) && before.get(id) !== sat) readAgain(id)
      }
    })
    return () => {
      isStopped = true
      stop()
    }
  }
})()
