/** Longer than LNbits waits for a locked database. */
Payfeed.REQUEST_SECONDS = 30

/** Sends a request to LNbits; resolves to the body. Rejects with axios' error. */
Payfeed.request = async (key, method, url, body, options) => {
  const timeout = Payfeed.REQUEST_SECONDS * 1000
  const answer = await LNbits.api.request(method, url, key, body, {timeout, ...options})
  return answer.data
}

/** The same to Payfeed's REST routes, with a wallet's key or an access key. */
Payfeed.api = (key, method, path, body, options) =>
  Payfeed.request(key, method, `/payfeed/api/v1/${path}`, body, options)

/** How many subscribers of this LNbits process a change disconnects or affects. */
Payfeed.countSubscribers = async (wallet, isAffected) => {
  const subscribers = await Payfeed.api(wallet.adminkey, 'GET', 'subscribers')
  return subscribers.filter(isAffected).length
}

/**
 * A function that runs `read`. A call during a reading makes it read once more, so that
 * its promise resolves with what is newer than the call. `read` must not reject.
 */
Payfeed.rereading = read => {
  let isAsked = false
  let reading = null
  const readAll = async () => {
    while (isAsked) {
      isAsked = false
      await read()
    }
    reading = null
  }
  return () => {
    isAsked = true
    return (reading ??= readAll())
  }
}

/**
 * A function that runs `act` now, or, if it ran less than `seconds` ago, once when they
 * are over, however often it was called meanwhile.
 */
Payfeed.throttled = (act, seconds) => {
  let timer = null
  let isAsked = false
  const rest = () => {
    timer = null
    if (isAsked) run()
  }
  const run = () => {
    isAsked = false
    timer = setTimeout(rest, seconds * 1000)
    act()
  }
  return () => {
    if (timer) isAsked = true
    else run()
  }
}

/** For components with a `read` method: `refresh` calls it, now and while it is shown. */
Payfeed.readingEvery = seconds => ({
  created() {
    this.refresh = Payfeed.rereading(this.read)
    this.refresh()
    this.timer = setInterval(this.refresh, seconds * 1000)
  },
  beforeUnmount() {
    clearInterval(this.timer)
  }
})
