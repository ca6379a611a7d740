;(() => {
  const FINAL_STATUSES = [400, 401, 403, 404, 422]
  const MIN_PAUSE_SECONDS = 1
  const {href, search} = new URL(document.currentScript.src)

  /** Browsers may cache a failed import by its URL, so each attempt has its own. */
  const loadClient = async attempt => {
    const version = `${search}${attempt ? `&attempt=${attempt}` : ''}`
    const url = new URL(`../js/payfeed-client.js${version}`, href)
    Payfeed.client ??= await import(url.href)
  }

  /** The network, or a busy or starting server: everything but a refusal. */
  const isTemporary = error =>
    error instanceof TypeError ||
    (window.axios.isAxiosError(error) &&
      !FINAL_STATUSES.includes(error.response?.status))

  /**
   * Stored events, then live ones. `catchUp` reads the stored events and resolves to the
   * `{key, since}` from which a PayfeedClient continues. Temporary failures of both are
   * retried. After a gap everything starts again. `onState({state, seconds, reason})` is
   * called at every change and, while `reconnecting`, every second: `seconds` counts down
   * to the next attempt.
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
        await loadClient(this.failures)
        const position = await this.catchUp()
        if (isOver()) return
        this.failures = 0
        this.client = new Payfeed.client.PayfeedClient({
          ...this.options,
          ...position,
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
      if (this.client && this.state === 'reconnecting') this.client.retryNow()
      else this.start()
    }

    fail(error) {
      if (!isTemporary(error)) {
        return this.show({state: 'disconnected', reason: Payfeed.failureText(error)})
      }
      this.failures += 1
      const retryAfter = Number(error.response?.headers['retry-after']) || 0
      const pause = MIN_PAUSE_SECONDS + Payfeed.backoffSeconds(this.failures)
      const retryInSeconds = retryAfter + pause
      this.timer = setTimeout(() => this.start(), retryInSeconds * 1000)
      this.show({state: 'reconnecting', retryInSeconds})
    }

    show({state, retryInSeconds, reason}) {
      clearInterval(this.countdown)
      this.state = state
      let seconds = Math.ceil(retryInSeconds ?? 0)
      const report = () => this.onState({state, seconds, reason})
      report()
      if (state !== 'reconnecting') return
      this.countdown = setInterval(() => {
        seconds = Math.max(0, seconds - 1)
        report()
      }, 1000)
    }
  }
})()
