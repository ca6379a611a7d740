/**
 * A live feed of a wallet's payments, for browsers and Node >= 20; docs/clients.md.
 *
 * PayfeedError
 * ├── BadAddress       address, key, secret or option cannot be used as given
 * ├── InvalidFrame     a frame of the wrong shape; told to `onInvalid`, never thrown
 * ├── WrongSignature   an event was not signed with `secret`; the feed stops before it
 * ├── Refused          the server closed for good: `code` 4400, 4401 or 4403
 * └── GaveUp           `maxAttempts` connections failed in a row
 */

const FINAL_CODES = [4400, 4401, 4403]
const BROKEN = 1006
const IDLE_HEARTBEATS = 2.5
const ACK_PAUSE_SECONDS = 0.25
const CLOSE_SECONDS = 1
const REMEMBERED_IDS = 10000
const MOST_WAITING_FRAMES = 100
const MARK = ',"signature":"v1,'

/** `facts`: members that say more; which, is in clients/js/index.d.ts. */
export class PayfeedError extends Error {
  constructor(message, facts) {
    super(message)
    Object.assign(this, facts)
  }

  get name() {
    return this.constructor.name
  }
}

export class BadAddress extends PayfeedError {}

export class InvalidFrame extends PayfeedError {}

export class WrongSignature extends PayfeedError {}

export class Refused extends PayfeedError {}

export class GaveUp extends PayfeedError {}

const isText = value => typeof value === 'string'
const isId = value => isText(value) && value !== ''
const isHash = value => isText(value) && /^[0-9a-f]{64}$/.test(value)
const isOwnType = value => isText(value) && /^[a-z0-9_.-]{1,64}$/.test(value)
const isWhole = Number.isInteger
const isNumber = Number.isFinite
const isPositive = value => isNumber(value) && value > 0
const isNotNegative = value => isNumber(value) && value >= 0
const isPresent = value => value !== undefined
const isObject = value =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const optional = check => value => value == null || check(value)
const oneOf = allowed => value => allowed.includes(value)

const EVENT = {id: isId, timestamp: isWhole}
const PAYMENT = {
  payment_hash: isHash,
  amount: isPositive,
  amount_msat: value => isWhole(value) && value > 0,
  fee: isNotNegative,
  fee_msat: value => isWhole(value) && value >= 0,
  memo: isText,
  status: oneOf(['pending', 'confirmed', 'failed']),
  direction: oneOf(['in', 'out']),
  timestamp: isWhole,
  wallet_id: isText,
  tag: optional(isText),
  comment: optional(isText),
  fiat: optional(isObject)
}
const STATES = new Map([
  ['hello', {wallet_id: isText, head: isId, cursor: isId, heartbeat: isPositive}],
  ['gap', {since: isText, oldest: optional(isText), reason: isText}],
  [
    'balance_update',
    {wallet_id: isText, balance: isNumber, balance_msat: isWhole, timestamp: isWhole}
  ],
  ['heartbeat', {cursor: isId}],
  ['error', {code: isWhole, message: isText, retry_after: optional(isNotNegative)}]
])
const EVENTS = new Map([
  ['payment', {...EVENT, payment: PAYMENT}],
  ['message', {...EVENT, data: isPresent}],
  ['test', {...EVENT, data: {message: isText}}]
])
const OWN_EVENT = {...EVENT, type: isOwnType}
const UNKNOWN = {id: optional(isText)}

const isEvent = frame =>
  EVENTS.has(frame.type) || (!STATES.has(frame.type) && Object.hasOwn(frame, 'custom'))

function check(value, shape, name = 'the frame') {
  if (typeof shape === 'function') {
    if (!shape(value)) throw new InvalidFrame(`${name} is wrong`)
    return
  }
  if (!isObject(value)) throw new InvalidFrame(`${name} is no object`)
  for (const [member, inner] of Object.entries(shape)) {
    check(Object.hasOwn(value, member) ? value[member] : undefined, inner, member)
  }
}

/**
 * The checked frame, as docs/protocol.md has it. A type of a later protocol passes.
 * @param {string} text
 * @throws {InvalidFrame}
 */
export function parseFrame(text) {
  if (!isText(text)) throw new InvalidFrame('a binary frame')
  let frame
  try {
    frame = JSON.parse(text)
  } catch {
    throw new InvalidFrame('no valid JSON')
  }
  check(frame, {type: isText})
  const shape = STATES.get(frame.type) ?? EVENTS.get(frame.type)
  check(frame, shape ?? (isEvent(frame) ? OWN_EVENT : UNKNOWN))
  return frame
}

/** Money came in: the only case to hand out goods. */
export function isReceived({type, payment}) {
  return (
    type === 'payment' && payment.direction === 'in' && payment.status === 'confirmed'
  )
}

const fromBase64 = text => Uint8Array.from(atob(text), char => char.charCodeAt(0))

/** Throws BadAddress at once, so that a wrong secret is no surprise later. */
function importSecret(secret) {
  if (!globalThis.crypto?.subtle) {
    throw new BadAddress('signatures need WebCrypto: https or localhost')
  }
  let bytes
  try {
    bytes = fromBase64(secret.replace(/^whsec_/, ''))
  } catch {
    throw new BadAddress('the signing secret is not base64')
  }
  if (!bytes.length) throw new BadAddress('the signing secret is empty')
  const hmac = {name: 'HMAC', hash: 'SHA-256'}
  return crypto.subtle.importKey('raw', bytes, hmac, false, ['verify'])
}

async function isSigned(text, {id, timestamp}, key) {
  const at = text.lastIndexOf(MARK)
  const tail = text.slice(at + MARK.length)
  if (at < 0 || !/^[A-Za-z0-9+/]{43}="}$/.test(tail)) return false
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text.slice(0, at)}}`)
  return crypto.subtle.verify('HMAC', key, fromBase64(tail.slice(0, 44)), signed)
}

/**
 * Whether an event's text, as it arrived, was signed with the feed's secret `whsec_…`.
 * @returns {Promise<boolean>} decided in constant time
 * @throws {BadAddress} the secret cannot be one
 */
export async function verifySignature(text, secret) {
  const key = await importSecret(secret)
  try {
    return await isSigned(text, parseFrame(text), key)
  } catch (error) {
    if (error instanceof InvalidFrame) return false
    throw error
  }
}

/** LNbits' address, with or without /payfeed, as that of the socket. */
function socketAddress(url) {
  let parts
  try {
    parts = new URL(url)
  } catch {
    throw new BadAddress('`url` is not the address of an LNbits')
  }
  const {protocol, host, username, search, hash, pathname} = parts
  if (!/^(http|ws)s?:$/.test(protocol)) {
    throw new BadAddress('the address must begin with http:// or https://')
  }
  const path = pathname.replace(/\/+$/, '').replace(/\/api\/v1(\/ws)?$/, '')
  if (username || search || hash || path.includes('/api/v1/')) {
    throw new BadAddress('a key does not belong in the address; give it beside it')
  }
  const scheme = protocol.replace('http', 'ws')
  return `${scheme}//${host}${path.replace(/\/payfeed$/, '')}/payfeed/api/v1/ws`
}

function filters({types, direction, status, minAmount, tag}) {
  const least = minAmount == null ? null : Number(minAmount).toFixed(3)
  const names = types == null ? null : String(types)
  const wanted = {types: names, direction, status, min_amount: least, tag}
  return Object.entries(wanted).filter(([, value]) => value != null && value !== '')
}

const defaults = () => ({
  url: globalThis.location?.origin,
  WebSocket: globalThis.WebSocket,
  backoffBaseSeconds: 0.5,
  backoffCapSeconds: 30,
  connectTimeoutSeconds: 10,
  stableSeconds: 30
})

const withoutUndefined = options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))

const now = () => performance.now() / 1000

const later = (seconds, job) => setTimeout(job, Math.min(seconds * 1000, 2 ** 31 - 1))

/** An error that nobody awaits: a page's console has it, a Node program ends. */
const report = error =>
  queueMicrotask(() => {
    throw error
  })

/**
 * Events of one wallet, in order, each handed out once, over as many connections as it
 * takes:
 *
 *     for await (const event of new PayfeedClient({url, key, since: 'start'})) …
 *     new PayfeedClient({url, key, onEvent: event => …}).start()
 *
 * What `onEvent` and `onGap` return is awaited before the next frame. If one throws,
 * the feed stops before that event, and the error is thrown as an uncaught one.
 * Options and their defaults: docs/clients.md and clients/js/index.d.ts.
 */
export class PayfeedClient {
  #options
  #address
  #secretKey
  #mayAck
  #state = 'off'
  #link = null
  #failures = 0
  #failure = null
  #retryTimer = null
  #notBefore = 0
  #position = null
  #seen = new Map()
  #current = null
  #count = 0
  #queue = Promise.resolve()
  #acked = {id: null, number: 0, isSent: true}
  #ackTimer = null
  #nextAckAt = 0
  #isRead = false
  #reader = null
  #offer = null

  /** @throws {BadAddress} what is given cannot be used */
  constructor(options) {
    this.#options = {...defaults(), ...withoutUndefined(options)}
    const {url, key, secret, maxAttempts, WebSocket} = this.#options
    this.#address = socketAddress(url)
    if (!isText(key) || !/^[\w!#$%&'*+.^`|~-]+$/.test(key)) {
      throw new BadAddress('the key is empty or has characters that keys never have')
    }
    if (maxAttempts < 1) throw new BadAddress('`maxAttempts` must be at least 1')
    if (!WebSocket) throw new BadAddress('give a `WebSocket` class, as of package ws')
    this.#mayAck = key.startsWith('pfk_')
    if (secret) this.#secretKey = importSecret(secret)
  }

  /** Everything up to this id is processed: store it, give it as `since` next time. */
  get cursor() {
    return this.#position ?? this.#options.since ?? null
  }

  /** Connects and stays connected until `stop`, a refusal or a failure. */
  start() {
    if (this.#state !== 'off') return
    this.#state = 'connecting'
    this.#failure = null
    this.#failures = 0
    globalThis.addEventListener?.('online', this.#wake)
    globalThis.addEventListener?.('pageshow', this.#wake)
    globalThis.document?.addEventListener('visibilitychange', this.#wake)
    this.#connect()
  }

  /** Sends the last ack, closes the socket, ends a waiting loop. */
  stop() {
    this.#sendAck()
    this.#off()
  }

  /** Does not wait any longer for the next attempt. */
  retryNow() {
    if (this.#state === 'waiting') this.#connect()
  }

  /**
   * This event and all before it are processed. An access key's place on the server
   * moves too: at most four times a second, always the newest.
   */
  ack(id) {
    const number = this.#seen.get(id) ?? 0
    if (number <= this.#acked.number) return
    this.#acked = {id, number, isSent: false}
    if (id === this.#current) this.#position = id
    this.#scheduleAck()
  }

  /** Events and gaps, one loop at a time; leaving the loop stops the feed. */
  async *[Symbol.asyncIterator]() {
    let offer = null
    try {
      this.#isRead = true
      this.start()
      while ((offer = await this.#nextOffer())) {
        yield offer.item
        offer.done(true)
      }
    } finally {
      offer?.done(false)
      this.stop()
      this.#isRead = false
    }
  }

  #connect() {
    clearTimeout(this.#retryTimer)
    const {key, WebSocket} = this.#options
    const address = new URL(this.#address)
    address.search = new URLSearchParams(filters(this.#options))
    if (this.cursor) address.searchParams.set('since', this.cursor)
    let socket
    try {
      socket = new WebSocket(address.href, ['payfeed.v1', `bearer.${key}`])
    } catch (error) {
      return this.#fail(new BadAddress(error.message))
    }
    const link = {socket, since: this.cursor, waiting: 0, timer: null}
    Object.assign(link, {hello: null, goodbye: null})
    this.#link = link
    this.#listen(link)
    this.#watch(link)
    this.#tell('connecting')
  }

  #listen(link) {
    const {socket} = link
    let trouble = ''
    socket.onopen = () => this.#watch(link)
    socket.onmessage = ({data}) => {
      this.#watch(link)
      this.#enqueue(link, () => this.#take(link, data))
    }
    socket.onerror = ({message}) => (trouble = message)
    socket.onclose = ({code, reason}) => this.#ended(link, code, reason || trouble)
    // package ws tells the HTTP answer; browsers keep it to themselves
    socket.on?.('unexpected-response', (_, {statusCode, headers}) => {
      const reason = `HTTP ${statusCode} where 101 is due`
      this.#ended(link, BROKEN, reason, Number(headers['retry-after']) || 0)
    })
  }

  /** One frame after the other, over all connections: callbacks take their time. */
  #enqueue(link, job) {
    link.waiting += 1
    if (link.waiting > MOST_WAITING_FRAMES) link.socket.pause?.()
    const run = async () => {
      if (link === this.#link) await job()
      link.waiting -= 1
      if (!link.waiting && link.socket.isPaused) link.socket.resume()
    }
    this.#queue = this.#queue.then(run).catch(error => this.#fail(error))
  }

  #watch(link, mostSeconds = Infinity) {
    clearTimeout(link.timer)
    if (link.ended) return
    const {connectTimeoutSeconds} = this.#options
    const usual = link.hello?.heartbeat * IDLE_HEARTBEATS || connectTimeoutSeconds
    const seconds = Math.min(usual, mostSeconds)
    link.timer = later(seconds, () => {
      if (link.socket.isPaused) this.#watch(link)
      else this.#ended(link, BROKEN, `nothing was heard for ${seconds} s`)
    })
  }

  async #take(link, text) {
    let frame
    try {
      frame = parseFrame(text)
    } catch (error) {
      return this.#call('onInvalid', error)
    }
    if (isEvent(frame)) return this.#event(link, frame, text)
    if (frame.type === 'hello') this.#greet(link, frame)
    else if (frame.type === 'gap') await this.#gap(link, frame)
    else if (frame.type === 'balance_update') this.#call('onBalance', frame)
    else if (frame.type === 'heartbeat') this.#position = frame.cursor
    else if (frame.type === 'error') this.#part(link, frame)
    else if (frame.id) this.#position = frame.id
  }

  /**
   * Before a gap has been told, the position must stay: it would be hidden. The newest
   * ack is sent once more, as it may have been lost with the connection before; but
   * behind a gap the feed may have another epoch, and the server would refuse it.
   */
  #greet(link, hello) {
    link.hello = hello
    link.helloAt = now()
    if (hello.recovered === false) {
      this.#acked = {id: null, number: this.#count, isSent: true}
    } else {
      this.#acked.isSent = this.#acked.id === null
      // what was processed meanwhile may be newer than what was asked for
      if (hello.cursor !== link.since) this.#position = hello.cursor
    }
    this.#watch(link)
    this.#scheduleAck()
    this.#tell('connected')
  }

  #part(link, {code, message, retry_after}) {
    link.goodbye = {code, reason: message, retryAfter: retry_after ?? 0}
  }

  async #gap(link, gap) {
    if (!this.#options.onGap && !this.#isRead) {
      console.warn(`Payfeed: events after ${gap.since} are lost; give \`onGap\``)
    }
    const isProcessed = await this.#hand(gap, 'onGap')
    if (isProcessed && link.hello) this.#position = link.hello.cursor
  }

  async #event(link, event, text) {
    const {id} = event
    if (this.#secretKey) await this.#verify(event, text)
    if (link !== this.#link) return
    if (this.#seen.has(id)) return
    this.#remember(id)
    let isProcessed = false
    try {
      isProcessed = await this.#hand(event, 'onEvent', text)
    } finally {
      this.#current = null
      if (isProcessed) this.#position = id
      else if (this.#position !== id) this.#seen.delete(id)
    }
  }

  async #verify(event, text) {
    if (await isSigned(text, event, await this.#secretKey)) return
    const told = `the signature of event ${event.id} is wrong or missing`
    this.#call('onInvalid', new InvalidFrame(told))
    throw new WrongSignature(told, {eventId: event.id})
  }

  #remember(id) {
    this.#current = id
    this.#seen.set(id, ++this.#count)
    if (this.#seen.size <= REMEMBERED_IDS) return
    this.#seen.delete(this.#seen.keys().next().value)
  }

  /** To the callback, and to the loop; whether it was processed. */
  async #hand(item, callback, text) {
    await this.#options[callback]?.(item, text)
    if (!this.#isRead) return true
    return new Promise(done => {
      this.#offer = {item, done}
      this.#meet()
    })
  }

  #nextOffer() {
    return new Promise((resolve, reject) => {
      this.#reader = {resolve, reject}
      this.#meet()
    })
  }

  /** Brings a waiting loop together with an item or with the end. */
  #meet() {
    const isOver = this.#state === 'off'
    if (!this.#reader || !(this.#offer || isOver)) return
    const [{resolve, reject}, offer] = [this.#reader, this.#offer]
    this.#reader = this.#offer = null
    if (isOver && this.#failure) reject(this.#failure)
    else resolve(offer)
  }

  #scheduleAck() {
    if (this.#ackTimer || !this.#mayAck) return
    this.#ackTimer = later(this.#nextAckAt - now(), () => this.#sendAck())
  }

  #sendAck() {
    clearTimeout(this.#ackTimer)
    this.#ackTimer = null
    const {id, isSent} = this.#acked
    if (!this.#mayAck || !this.#link || isSent) return
    this.#acked.isSent = this.#send({type: 'ack', id})
    this.#nextAckAt = now() + ACK_PAUSE_SECONDS
  }

  #send(frame) {
    const {socket, hello} = this.#link
    if (!hello || socket.readyState !== 1) return false
    socket.send(JSON.stringify(frame))
    return true
  }

  /** The network or the page is back: an attempt at once, or a look at the socket. */
  #wake = ({type}) => {
    if (type === 'visibilitychange' && document.visibilityState !== 'visible') return
    if (this.#state === 'waiting' && now() >= this.#notBefore) this.#connect()
    if (this.#state !== 'connected' || !this.#send({type: 'ping'})) return
    this.#watch(this.#link, this.#options.connectTimeoutSeconds)
  }

  /** What has arrived is processed before the end of its connection. */
  #ended(link, code, reason, retryAfter = 0) {
    if (link.ended) return
    link.ended = {code, reason: reason || 'the connection ended', retryAfter, at: now()}
    this.#hangUp(link)
    this.#enqueue(link, () => this.#lost(link))
  }

  #hangUp({socket, timer}) {
    clearTimeout(timer)
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
    later(CLOSE_SECONDS, () => socket.terminate?.()).unref?.()
  }

  /** Decides what follows: an error for good, or a pause and another attempt. */
  #lost({hello, helloAt, goodbye, ended}) {
    this.#link = null
    const {maxAttempts, stableSeconds} = this.#options
    const {code, reason, retryAfter} = goodbye ?? ended
    if (FINAL_CODES.includes(code)) {
      throw new Refused(`${reason} (${code})`, {code, reason})
    }
    const isStable = hello && ended.at - helloAt >= stableSeconds
    this.#failures = isStable ? 0 : this.#failures + 1
    if (this.#failures >= maxAttempts) {
      const told = `gave up after ${maxAttempts} attempts: ${reason}`
      throw new GaveUp(told, {attempts: maxAttempts, reason})
    }
    const retryInSeconds = retryAfter + this.#pause()
    this.#notBefore = now() + retryAfter
    this.#retryTimer = later(retryInSeconds, () => this.#connect())
    this.#tell('waiting', {retryInSeconds, code, reason})
  }

  /** Full jitter: anything up to a limit that doubles with every failure. */
  #pause() {
    const {backoffBaseSeconds, backoffCapSeconds} = this.#options
    const limit = backoffBaseSeconds * 2 ** Math.max(this.#failures - 1, 0)
    return Math.random() * Math.min(backoffCapSeconds, limit)
  }

  #fail(error) {
    const isOwn = error instanceof PayfeedError
    if (isOwn && this.#state === 'off') return
    const isHeard = this.#isRead || (isOwn && this.#options.onState)
    this.#off(error)
    if (!isHeard) report(error)
  }

  #off(error = null) {
    if (this.#state === 'off') return
    this.#failure = error
    globalThis.removeEventListener?.('online', this.#wake)
    globalThis.removeEventListener?.('pageshow', this.#wake)
    globalThis.document?.removeEventListener('visibilitychange', this.#wake)
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#ackTimer)
    this.#ackTimer = null
    if (this.#link) this.#hangUp(this.#link)
    this.#link = null
    this.#offer?.done(false)
    this.#offer = null
    this.#tell('off', {reason: error?.message, ...error})
    this.#meet()
  }

  #tell(state, {retryInSeconds = null, code = null, reason = null} = {}) {
    this.#state = state
    this.#call('onState', {state, retryInSeconds, code, reason})
  }

  /** Callbacks that only look on do not stop the feed. */
  #call(callback, value) {
    try {
      this.#options[callback]?.(value)
    } catch (error) {
      report(error)
    }
  }
}
