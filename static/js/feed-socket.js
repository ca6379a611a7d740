;(() => {
  const FINAL_CODES = [4400, 4401, 4403]
  const CONNECT_SECONDS = 15
  const STABLE_SECONDS = 30

  /**
   * A reading of one feed that reconnects by itself and resumes where it was.
   * `onState(state, retryInSeconds, reason)`: connected, connecting, waiting, off.
   * The key goes into the subprotocol list, so that it stays out of addresses.
   */
  class FeedSocket {
    constructor(key, onEvent, onState) {
      this.key = key
      this.onEvent = onEvent
      this.onState = onState
      this.cursor = null
      this.attempts = 0
      this.stopped = true
    }

    start() {
      this.stopped = false
      this.open()
    }

    stop() {
      this.stopped = true
      clearTimeout(this.retryTimer)
      clearInterval(this.countdown)
      clearTimeout(this.idleTimer)
      if (this.socket) this.socket.close()
      this.onState('off')
    }

    open() {
      if (this.stopped) return
      clearInterval(this.countdown)
      this.onState('connecting')
      const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
      const since = this.cursor ? `?since=${encodeURIComponent(this.cursor)}` : ''
      const address = `${scheme}://${location.host}/payfeed/api/v1/ws${since}`
      const socket = new WebSocket(address, ['payfeed.v1', `bearer.${this.key}`])
      this.socket = socket
      this.reason = null
      this.retryAfter = null
      this.watch(CONNECT_SECONDS)
      socket.onmessage = message => {
        if (socket !== this.socket) return
        this.take(JSON.parse(message.data))
      }
      socket.onclose = closed => {
        if (socket === this.socket) this.ended(closed)
      }
    }

    watch(seconds) {
      clearTimeout(this.idleTimer)
      const socket = this.socket
      this.idleTimer = setTimeout(() => {
        if (socket !== this.socket || this.stopped) return
        socket.onclose = null
        socket.close()
        this.ended({code: 1006, reason: 'silence'})
      }, seconds * 1000)
    }

    take(frame) {
      if (frame.type === 'hello') {
        this.heartbeat = frame.heartbeat
        this.openedAt = Date.now()
        this.onState('connected')
        if (!this.cursor) this.cursor = frame.cursor
      } else if (frame.type === 'heartbeat') {
        this.cursor = frame.cursor
      } else if (frame.type === 'error') {
        this.reason = frame.message
        this.retryAfter = frame.retry_after
      } else if (frame.id) {
        this.cursor = frame.id
        this.onEvent(frame)
      }
      this.watch(2.5 * (this.heartbeat || 20))
    }

    ended(closed) {
      clearTimeout(this.idleTimer)
      if (this.stopped) return
      if (FINAL_CODES.includes(closed.code)) {
        this.stopped = true
        this.onState('off', null, this.reason || closed.reason)
        return
      }
      const lived = this.openedAt ? (Date.now() - this.openedAt) / 1000 : 0
      this.openedAt = null
      this.attempts = lived > STABLE_SECONDS ? 1 : this.attempts + 1
      const most = Math.min(30, 2 ** (this.attempts - 1))
      const wait = Math.max(this.retryAfter || 0, Math.random() * most)
      let left = Math.ceil(wait)
      this.onState('waiting', left)
      this.countdown = setInterval(() => {
        left = Math.max(0, left - 1)
        this.onState('waiting', left)
      }, 1000)
      this.retryTimer = setTimeout(() => this.open(), wait * 1000)
    }
  }

  window.PayfeedSocket = FeedSocket
})()
