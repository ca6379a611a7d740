;(() => {
  const FINAL_STATUSES = [400, 401, 403, 404, 422]
  const MOST_SECONDS = 30
  const {href, search} = new URL(document.currentScript.src)

  /** A browser may keep a failure by the address it had: each attempt has its own. */
  const loadClient = async attempt => {
    const name = `payfeed-client.js${search}${attempt ? `&attempt=${attempt}` : ''}`
    Payfeed.client ??= await import(new URL(name, href).href)
    return Payfeed.client
  }

  /** The network, a busy or a starting server: anything but a refusal. */
  const isPassing = error =>
    error instanceof TypeError ||
    (window.axios.isAxiosError(error) &&
      !FINAL_STATUSES.includes(error.response?.status))

  /**
   * A feed from what is there on into what comes: `catchUp` reads the former and
   * resolves to the `{key, since}` from which a PayfeedClient goes on. Both are tried
   * again for as long as that can help; after a gap all begins anew. The state is told
   * every second: `onState({state, seconds, reason})`, `seconds` counting down to the
   * next attempt.
   */
  Payfeed.Connection = class {
    constructor({catchUp, onState, ...options}) {
      this.options = options
      this.catchUp = catchUp
      this.onState = onState
      this.round = 0
      this.failures = 0
    }

    async start() {
      this.stop()
      const {round} = this
      const isOver = () => round !== this.round
      this.show({state: 'connecting'})
      try {
        const {PayfeedClient} = await loadClient(this.failures)
        const place = await this.catchUp()
        if (isOver()) return
        this.failures = 0
        this.client = new PayfeedClient({
          ...this.options,
          ...place,
          onGap: () => this.start(),
          onState: link => isOver() || this.show(link)
        })
        this.client.start()
      } catch (error) {
        if (!isOver()) this.fail(error)
      }
    }

    stop() {
      this.round += 1
      clearInterval(this.countdown)
      clearTimeout(this.timer)
      this.client?.stop()
      this.client = null
    }

    retryNow() {
      if (this.client && this.state === 'waiting') this.client.retryNow()
      else this.start()
    }

    fail(error) {
      if (!isPassing(error)) {
        return this.show({state: 'off', reason: Payfeed.failureText(error)})
      }
      const most = Math.min(MOST_SECONDS, 2 ** this.failures++)
      const asked = Number(error.response?.headers['retry-after']) || 0
      const retryInSeconds = asked + 1 + Math.random() * most
      this.timer = setTimeout(() => this.start(), retryInSeconds * 1000)
      this.show({state: 'waiting', retryInSeconds})
    }

    show({state, retryInSeconds, reason}) {
      clearInterval(this.countdown)
      this.state = state
      let seconds = Math.ceil(retryInSeconds ?? 0)
      const tell = () => this.onState({state, seconds, reason})
      tell()
      if (state !== 'waiting') return
      this.countdown = setInterval(() => {
        seconds = Math.max(0, seconds - 1)
        tell()
      }, 1000)
    }
  }
})()
