;(() => {
  const {href, search} = new URL(document.currentScript.src)
  const loading = import(new URL(`payfeed-client.js${search}`, href).href)

  /**
   * One PayfeedClient whose state is told every second: `onState({state, seconds,
   * reason})`, `seconds` counting down to the next attempt.
   */
  Payfeed.Connection = class {
    constructor({onState, ...options}) {
      this.options = options
      this.onState = onState
      this.isStopped = false
    }

    async start() {
      this.onState({state: 'connecting'})
      try {
        const {PayfeedClient} = await loading
        if (this.isStopped) return
        this.client = new PayfeedClient({...this.options, onState: s => this.show(s)})
      } catch (error) {
        return this.show({state: 'off', reason: error.message})
      }
      this.client.start()
    }

    stop() {
      this.isStopped = true
      clearInterval(this.countdown)
      this.client?.stop()
    }

    retryNow() {
      this.client?.retryNow()
    }

    show({state, retryInSeconds, reason}) {
      clearInterval(this.countdown)
      if (this.isStopped) return
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
