// @ts-check
/** @import {Options, CustomEvent, PaymentEvent, State} from '../../clients/js/index.d.ts' */

/**
 * A live feed of a wallet's payments, for browsers and Node >= 20; docs/javascript.md.
 *
 * PayfeedError
 * ├── BadAddress       address, key, secret or option cannot be used as given
 * ├── InvalidFrame     a frame of the wrong shape: an item for `onInvalid` and the loop
 * ├── WrongSignature   an event was not signed with `secret`; the feed stops before it
 * ├── Refused          the server closed for good: `code` 4400, 4401 or 4403
 * ├── PaymentTimeout   `waitForPayment`: the payment is not in the log in time
 * ├── RequestFailed    a request of `PayfeedApi` failed: `status`, 0 without an answer
 * └── GaveUp           `maxAttempts` connections failed in a row; `code` is the last one's
 */

const FINAL_CODES = [4400, 4401, 4403]
const BROKEN = 1006
const IDLE_HEARTBEATS = 2.5
const ACK_PAUSE_SECONDS = 0.25
const CLOSE_SECONDS = 1
const REMEMBERED_IDS = 10000
const DONE_JOBS = 1000 // their places are given back together
const MAX_FRAME_CHARS = 4 * 2 ** 20
const FRAME_TOO_LARGE = 1009
// Frames waiting for a slow callback. Beyond the first limit a socket is paused, if its
// class can pause. Beyond the second the connection is closed; the client reconnects
// after it has processed them.
const PAUSE_BEYOND = {frames: 100, chars: 2 ** 20}
const CLOSE_BEYOND = {frames: 5000, chars: 8 * 2 ** 20}
const MAX_RETRY_AFTER_SECONDS = 3600
const LAST_TIMESTAMP = 32_503_680_000 // the year 3000
const MARK = ',"signature":"v1,'
const SIGNATURE = /^v1,[A-Za-z0-9+/]{43}=$/

// The names are literals, as bundlers shorten the names of classes.
export class PayfeedError extends Error {
  /** @type {string} */
  get name() {
    return 'PayfeedError'
  }
}

export class BadAddress extends PayfeedError {
  get name() {
    return /** @type {const} */ ('BadAddress')
  }
}

/**
 * `isEvent`: the frame says that it is an event, so it may be a payment. `id`: its event
 * id, or null. `raw`: the frame as it arrived, null if it was binary.
 */
export class InvalidFrame extends PayfeedError {
  /**
   * @param {any} reason
   * @param {any} [members]
   */
  constructor(reason, {id = null, isEvent = false, raw = null} = {}) {
    super(reason)
    /** @type {'invalid'} */
    this.type = 'invalid'
    /** @type {string | null} */
    this.id = id
    /** @type {boolean} */
    this.isEvent = isEvent
    /** @type {string} */
    this.reason = reason
    /** @type {string | null} */
    this.raw = raw
  }

  get name() {
    return /** @type {const} */ ('InvalidFrame')
  }
}

export class WrongSignature extends PayfeedError {
  constructor(message, eventId) {
    super(message)
    /** @type {string | null} */
    this.eventId = eventId
  }

  get name() {
    return /** @type {const} */ ('WrongSignature')
  }
}

export class Refused extends PayfeedError {
  constructor(reason, code) {
    super(`${reason} (${code})`)
    /** @type {4400 | 4401 | 4403} */
    this.code = code
    /** @type {string} */
    this.reason = reason
  }

  get name() {
    return /** @type {const} */ ('Refused')
  }
}

export class PaymentTimeout extends PayfeedError {
  constructor(paymentHash, timeoutSeconds) {
    super(`payment ${paymentHash} did not arrive within ${timeoutSeconds} s`)
    /** @type {string} */
    this.paymentHash = paymentHash
    /** @type {number} */
    this.timeoutSeconds = timeoutSeconds
  }

  get name() {
    return /** @type {const} */ ('PaymentTimeout')
  }
}

export class GaveUp extends PayfeedError {
  constructor(reason, attempts, code = null) {
    super(`gave up after ${attempts} attempts: ${reason}`)
    /** @type {number | null} */
    this.code = code
    /** @type {number} */
    this.attempts = attempts
    /** @type {string} */
    this.reason = reason
  }

  get name() {
    return /** @type {const} */ ('GaveUp')
  }
}

export class RequestFailed extends PayfeedError {
  constructor(status, detail) {
    super(status ? `HTTP ${status}: ${detail}` : detail)
    /** @type {number} */
    this.status = status
    /** @type {string} */
    this.detail = detail
  }

  get name() {
    return /** @type {const} */ ('RequestFailed')
  }
}

const isText = value => typeof value === 'string'
const isId = value =>
  isText(value) && /^[a-z0-9]{1,16}-(0|[1-9][0-9]{0,17})$/.test(value)
// a counted repetition, {64}, would be the slowest check of a payment
const isHash = value =>
  isText(value) && value.length === 64 && /^[0-9a-f]+$/.test(value)
const isOwnType = value => isText(value) && /^[a-z0-9_.-]{1,64}$/.test(value)
const isWhole = Number.isInteger
const isNumber = Number.isFinite
const isPositive = value => isNumber(value) && value > 0
const isNotNegative = value => isNumber(value) && value >= 0
const isObject = value =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isTexts = value => Array.isArray(value) && value.every(isText)
const isMissing = value => value == null
const oneOf = allowed => value => allowed.includes(value)

// A shape has a rule for each member. A rule is called with the object, not the member, as
// engines read a member fast whose name stands in the code.
const EVENT = {id: it => isId(it.id), timestamp: it => isWhole(it.timestamp)}
const PAYMENT = {
  payment_hash: it => isHash(it.payment_hash),
  amount: it => isPositive(it.amount),
  amount_msat: it => isWhole(it.amount_msat) && it.amount_msat > 0,
  fee: it => isNotNegative(it.fee),
  fee_msat: it => isWhole(it.fee_msat) && it.fee_msat >= 0,
  memo: it => isText(it.memo),
  status: it => ['confirmed', 'failed', 'pending'].includes(it.status),
  direction: it => it.direction === 'in' || it.direction === 'out',
  timestamp: it => isWhole(it.timestamp),
  wallet_id: it => isText(it.wallet_id),
  tag: it => isMissing(it.tag) || isText(it.tag),
  comment: it => isMissing(it.comment) || isText(it.comment),
  fiat: it => isMissing(it.fiat) || isObject(it.fiat),
  external_id: it => isMissing(it.external_id) || isText(it.external_id),
  labels: it => isMissing(it.labels) || isTexts(it.labels),
  extra: it => isMissing(it.extra) || isObject(it.extra),
  truncated: it => isMissing(it.truncated) || isTexts(it.truncated)
}
const STATES = new Map(
  Object.entries({
    hello: {
      wallet_id: it => isText(it.wallet_id),
      head: it => isId(it.head),
      cursor: it => isId(it.cursor),
      heartbeat: it => isPositive(it.heartbeat)
    },
    gap: {
      since: it => isText(it.since),
      oldest: it => isMissing(it.oldest) || isText(it.oldest),
      reason: it => isText(it.reason)
    },
    balance_update: {
      wallet_id: it => isText(it.wallet_id),
      balance: it => isNumber(it.balance),
      balance_msat: it => isWhole(it.balance_msat),
      timestamp: it => isWhole(it.timestamp)
    },
    heartbeat: {cursor: it => isId(it.cursor)},
    error: {
      code: it => isWhole(it.code),
      message: it => isText(it.message),
      retry_after: it => isMissing(it.retry_after) || isNotNegative(it.retry_after)
    }
  })
)
const EVENTS = new Map(
  Object.entries({
    payment: {...EVENT, payment: PAYMENT},
    message: {...EVENT, data: it => it.data !== undefined},
    test: {...EVENT, data: {message: it => isText(it.message)}}
  })
)
const OWN_EVENT = {...EVENT, type: it => isOwnType(it.type)}
const FRAME = {type: it => isText(it.type)}
const UNKNOWN = {id: it => isMissing(it.id) || isText(it.id)}
const LEADING_ID = /^{"type":"[a-z0-9_.-]{1,64}","id":"([^"]{1,35})"/

const isEvent = frame =>
  EVENTS.has(frame.type) || (!STATES.has(frame.type) && Object.hasOwn(frame, 'custom'))

/** The rules of each shape, listed once: every frame is checked. */
const shapes = new Map()

function rulesOf(shape) {
  let rules = shapes.get(shape)
  if (!rules) {
    rules = Object.entries(shape).map(([member, rule]) => ({member, rule}))
    shapes.set(shape, rules)
  }
  return rules
}

function check(value, shape, name = 'the frame') {
  if (!isObject(value)) throw new InvalidFrame(`${name} is no object`)
  const rules = rulesOf(shape)
  for (let i = 0; i < rules.length; i++) {
    const {member, rule} = rules[i]
    if (typeof rule !== 'function') check(value[member], rule, member)
    else if (!rule(value)) throw new InvalidFrame(`${member} is wrong`)
  }
}

const clamp = (value, min, max) => Math.min(Math.max(value, min), max)

/** What a server asks to wait; anything but a positive number counts as 0. */
const retrySeconds = value => clamp(value, 0, MAX_RETRY_AFTER_SECONDS) || 0

const heartbeatSeconds = value => clamp(value, 1, 3600)

const timestamp = value => clamp(value, 0, LAST_TIMESTAMP)

function clampMember(object, name, clamped) {
  if (typeof object?.[name] === 'number') object[name] = clamped(object[name])
}

/** Replaces numbers that no timer or date can hold, such as 1e400, by the nearest one. */
function clampNumbers(frame, isKnown) {
  if (isKnown || isEvent(frame)) clampMember(frame, 'timestamp', timestamp)
  if (frame.type === 'payment') clampMember(frame.payment, 'timestamp', timestamp)
  else if (frame.type === 'hello') clampMember(frame, 'heartbeat', heartbeatSeconds)
  else if (frame.type === 'error') clampMember(frame, 'retry_after', retrySeconds)
}

function parseJson(text) {
  if (!isText(text)) throw new InvalidFrame('a binary frame')
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidFrame('no valid JSON', {raw: text})
  }
}

/**
 * The checked frame, as docs/protocol.md has it. A type of a later protocol passes.
 * Timestamps, `heartbeat` and `retry_after` are clamped.
 * @param {string} text
 * @throws {InvalidFrame}
 */
export function parseFrame(text) {
  const frame = parseJson(text)
  try {
    check(frame, FRAME)
    const shape = EVENTS.get(frame.type) ?? STATES.get(frame.type)
    clampNumbers(frame, shape !== undefined)
    check(frame, shape ?? (isEvent(frame) ? OWN_EVENT : UNKNOWN))
  } catch (error) {
    const id = isId(frame?.id) ? frame.id : null
    const isOne = isObject(frame) && isText(frame.type) && isEvent(frame)
    throw Object.assign(/** @type {InvalidFrame} */ (error), {
      id,
      isEvent: isOne,
      raw: text
    })
  }
  return frame
}

/** The id of an event by the first characters of its text, which are copied. */
function leadingId(text) {
  const beginning = Array.from(text.slice(0, 200)).join('')
  const id = LEADING_ID.exec(beginning)?.[1]
  return isId(id) ? id : null
}

/**
 * What waits for its turn: a frame's text, the id of one too large (null if it is unknown),
 * or a job.
 * @param {any} link
 * @param {any} data
 * @param {any} [job]
 */
function toEntry(link, data, job = null) {
  if (!isText(data)) return {link, job, text: null, chars: 0, id: undefined}
  const chars = data.length
  if (chars <= MAX_FRAME_CHARS) return {link, job, text: data, chars, id: undefined}
  return {link, job, text: null, chars: 0, id: leadingId(data)}
}

/** The id that follows, as offsets have no holes. */
function nextId(id) {
  const [epoch, offset] = id.split('-')
  return `${epoch}-${BigInt(offset) + 1n}`
}

/**
 * Whether an item is a received payment: only then deliver goods.
 * @param {{type: string}} item
 * @returns {item is PaymentEvent}
 */
export function isReceived(item) {
  if (item.type !== 'payment') return false
  const {direction, status} = /** @type {PaymentEvent} */ (item).payment
  return direction === 'in' && status === 'confirmed'
}

/**
 * Seconds to pause after this many failures in a row. Full jitter: a random part of a
 * limit that doubles with every failure.
 */
export function backoffSeconds(failures, {baseSeconds = 0.5, capSeconds = 30} = {}) {
  const limit = baseSeconds * 2 ** Math.max(failures - 1, 0)
  return Math.random() * Math.min(capSeconds, limit)
}

const fromBase64 = text => Uint8Array.from(atob(text), char => char.charCodeAt(0))

/** Throws BadAddress at once, so that a wrong secret is no surprise later. */
function importSecret(secret) {
  if (!isText(secret)) throw new BadAddress('the signing secret is not a string')
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

async function isSigned(text, key) {
  const {id, timestamp} = JSON.parse(text)
  const at = text.lastIndexOf(MARK)
  const tail = text.slice(at + MARK.length)
  if (at < 0 || !tail.endsWith('"}')) return false
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text.slice(0, at)}}`)
  return isAnySigned(`v1,${tail.slice(0, -2)}`, signed, key)
}

/** During a rotation the server signs with both secrets. */
async function isAnySigned(signatures, signed, key) {
  const given = signatures.split(' ').filter(text => SIGNATURE.test(text))
  const verified = await Promise.all(
    given.map(text =>
      crypto.subtle.verify('HMAC', key, fromBase64(text.slice(3)), signed)
    )
  )
  return verified.includes(true)
}

/**
 * Whether an event's text, as it arrived, was signed with the feed's secret `whsec_…`.
 * @returns {Promise<boolean>} decided in constant time
 * @throws {BadAddress} the secret cannot be one
 */
export async function verifySignature(text, secret) {
  const key = await importSecret(secret)
  try {
    parseFrame(text)
    return await isSigned(text, key)
  } catch (error) {
    if (error instanceof InvalidFrame) return false
    throw error
  }
}

const header = (headers, name) => {
  if (typeof headers.get === 'function') return headers.get(name) ?? ''
  const found = Object.keys(headers).find(key => key.toLowerCase() === name)
  return String(found === undefined ? '' : headers[found])
}

/**
 * The event or gap in a request of a webhook, verified as Standard Webhooks; a malformed
 * event is an InvalidFrame, as in the loop. One of several signatures is enough.
 * @param {string | Uint8Array} body as it arrived
 * @param {Headers | Record<string, any>} headers
 * @param {string} secret the webhook's `whsec_…`
 * @throws {WrongSignature} answer with 400
 * @throws {InvalidFrame} the body is not a frame
 */
export async function verifyWebhook(body, headers, secret, {maxAgeSeconds = 300} = {}) {
  checkOptions({maxAgeSeconds})
  const key = await importSecret(secret)
  const id = header(headers, 'webhook-id')
  const stamp = header(headers, 'webhook-timestamp')
  if (!/^[0-9]{1,15}$/.test(stamp)) {
    throw new WrongSignature('the request has no webhook-timestamp', id)
  }
  if (Math.abs(Date.now() / 1000 - Number(stamp)) > maxAgeSeconds) {
    const reason = `the request was sent more than ${maxAgeSeconds} s from now`
    throw new WrongSignature(reason, id)
  }
  const text = isText(body) ? body : new TextDecoder().decode(body)
  const signed = new TextEncoder().encode(`${id}.${stamp}.${text}`)
  if (!(await isAnySigned(header(headers, 'webhook-signature'), signed, key))) {
    throw new WrongSignature(`the signature of event ${id} is wrong or missing`, id)
  }
  const item = parseItem(text)
  if (item.type === 'gap' || item.type === 'invalid' || isEvent(item)) return item
  throw new WrongSignature('the request contains neither an event nor a gap', id)
}

/** The frame; a malformed event is returned as InvalidFrame. */
function parseItem(text) {
  try {
    return parseFrame(text)
  } catch (error) {
    if (error instanceof InvalidFrame && error.isEvent) return error
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

const wrong = (name, value, expected) =>
  new BadAddress(`${name} must be ${expected}, not ${shown(value)}`)

function shown(value) {
  const text = isText(value) ? JSON.stringify(value) : String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

const PLACE = /^(@[0-9]{1,15}(\.[0-9]{1,9})?|[a-z0-9]{1,16}-(0|[1-9][0-9]{0,17}))$/
const MAX_AMOUNT = 21e14 // satoshi that will ever exist

/** @returns {[(value: any) => boolean, string]} */
const seconds = least => [
  value => isNumber(value) && value >= least,
  `a number of seconds, ${least} or more`
]
/** @type {[(value: any) => boolean, string]} */
const place = [
  value => isText(value) && PLACE.test(value),
  "an event id or '@<unix seconds>'"
]
/** @returns {[(value: any) => boolean, string]} */
const choice = (...values) => [oneOf(values), values.map(shown).join(' or ')]
/** @type {[(value: any) => boolean, string]} */
const callback = [value => typeof value === 'function', 'a function']

const typeNames = value =>
  Array.isArray(value) ? value : value === '' ? [] : String(value).split(',')

/**
 * What every option must be, in words; `null` counts as left out.
 * @type {Record<string, [(value: any) => boolean, string]>}
 */
const CHECKS = {
  since: [
    value => isText(value) && (/^(start|acked)$/.test(value) || PLACE.test(value)),
    "an event id, 'start', '@<unix seconds>' or 'acked'"
  ],
  until: place,
  before: place,
  types: [
    value => typeNames(value).every(name => isText(name) && isOwnType(name.trim())),
    'names of event types'
  ],
  direction: choice('in', 'out'),
  status: choice('confirmed', 'failed'),
  minAmount: [
    value => isNumber(value) && value >= 0 && value <= MAX_AMOUNT,
    'a number of satoshi, 0 or more'
  ],
  tag: [isText, 'a string'],
  externalId: [isText, 'a string'],
  paymentHash: [isHash, '64 lower-case hexadecimal digits'],
  maxAttempts: [
    value => (isWhole(value) || value === Infinity) && value >= 1,
    'an integer of at least 1'
  ],
  backoffBaseSeconds: seconds(0),
  backoffCapSeconds: seconds(0),
  stableSeconds: seconds(0),
  connectTimeoutSeconds: seconds(0.001),
  silenceSeconds: seconds(1),
  timeoutSeconds: seconds(0),
  maxAgeSeconds: seconds(0),
  waitSeconds: [value => isNumber(value) && value >= 0 && value <= 30, '0 to 30'],
  limit: [
    value => isWhole(value) && value >= 1 && value <= 1000,
    'an integer from 1 to 1000'
  ],
  kind: choice('jsonl', 'csv'),
  only: choice('failed', 'all'),
  balance: [value => typeof value === 'boolean', 'true or false'],
  signal: [value => typeof value?.aborted === 'boolean', 'an AbortSignal'],
  onEvent: callback,
  onGap: callback,
  onBalance: callback,
  onState: callback,
  onInvalid: callback
}

/** @throws {BadAddress} names the option and its value */
function checkOptions(options) {
  for (const [name, [isRight, expected]] of Object.entries(CHECKS)) {
    const value = options[name]
    if (value != null && !isRight(value)) throw wrong(name, value, expected)
  }
}

function checkKey(key) {
  if (!isText(key) || !/^[\w!#$%&'*+.^`|~-]+$/.test(key)) {
    throw new BadAddress('the key is empty or has characters that keys never have')
  }
}

/** @param {any} options */
function filters({minAmount, types, ...options}) {
  const {direction, status, tag, paymentHash, externalId} = options
  const given = {
    types: types == null ? null : String(types),
    ...{direction, status, tag},
    min_amount: minAmount == null ? null : Number(minAmount).toFixed(3),
    payment_hash: paymentHash,
    external_id: externalId
  }
  return Object.entries(given).flatMap(([name, value]) =>
    value == null || value === '' ? [] : [[name, value]]
  )
}

const defaults = () => ({
  url: globalThis.location?.origin,
  WebSocket: globalThis.WebSocket,
  maxAttempts: Infinity,
  backoffBaseSeconds: 0.5,
  backoffCapSeconds: 30,
  connectTimeoutSeconds: 10,
  stableSeconds: 30
})

/** @returns {any} */
const withoutUndefined = options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))

/**
 * The options of a connection, without filters and callbacks.
 * @param {Options<any>} options
 */
const connectionOptions = ({url, key, secret, WebSocket, ...options}) => {
  const {maxAttempts, backoffBaseSeconds, backoffCapSeconds} = options
  const {connectTimeoutSeconds, stableSeconds, silenceSeconds} = options
  return {
    ...{url, key, secret, WebSocket, maxAttempts, backoffBaseSeconds},
    ...{backoffCapSeconds, connectTimeoutSeconds, stableSeconds, silenceSeconds}
  }
}

const eventName = ({id}) => (id ? `event ${id}` : 'an event')

const isBeyond = (waiting, limit) =>
  waiting.frames > limit.frames || waiting.chars > limit.chars

const now = () => performance.now() / 1000

/** @returns {any} a number in browsers, an object in Node */
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
 * What `onEvent` and `onGap` return is awaited before the next frame, and what
 * `onInvalid` returns for an event. If one throws, the feed stops before that event, and
 * the error is thrown as an uncaught one.
 * Options and their defaults: docs/javascript.md and clients/js/index.d.ts.
 * @template {CustomEvent} [Own=never]
 */
export class PayfeedClient {
  /** @type {Options<Own> & ReturnType<typeof defaults>} */
  #options
  #address
  #secretKey
  #mayAck
  /** @type {State['state']} */
  #state = 'disconnected'
  /** @type {any} the current connection, until it has ended */
  #link = null
  #failures = 0
  /** @type {any} */
  #failure = null
  /** @type {any} */
  #retryTimer = null
  #notBefore = 0
  /** @type {string | null} */
  #position = null
  #seen = new Map()
  /** @type {string[]} the remembered ids, in a ring: the oldest is replaced */
  #ids = []
  #current = null
  #count = 0
  /** @type {any[]} what waits for its turn, from `#nextJob` on */
  #jobs = []
  #nextJob = 0
  #isWorking = false
  /** @type {{id: string | null, number: number, isSent: boolean}} */
  #acked = {id: null, number: 0, isSent: true}
  #isAcking = false
  /** @type {any} */
  #ackTimer = null
  #nextAckAt = 0
  #isRead = false
  /** @type {any} a loop that waits */
  #reader = null
  /** @type {any} an item for the loop, and what is done when it was processed */
  #offer = null
  /** @type {any} the offer that the loop has taken */
  #taken = null

  /**
   * @param {Options<Own>} options
   * @throws {BadAddress} an option cannot be used
   */
  constructor(options) {
    this.#options = {...defaults(), ...withoutUndefined(options)}
    const {url, key, secret, WebSocket} = this.#options
    this.#address = socketAddress(url)
    checkKey(key)
    checkOptions(this.#options)
    if (!WebSocket) throw new BadAddress('give a `WebSocket` class, as of package ws')
    this.#mayAck = key.startsWith('pfk_')
    this.#isAcking = this.#options.since === 'acked'
    if (secret != null) this.#secretKey = importSecret(secret)
  }

  /** Everything up to this id is processed: store it, give it as `since` next time. */
  get cursor() {
    return this.#position ?? this.#options.since ?? null
  }

  /** Connects and stays connected until `stop`, a refusal or a failure. */
  start() {
    if (this.#state !== 'disconnected') return
    this.#state = 'connecting'
    this.#failure = null
    this.#failures = 0
    const {signal} = this.#options
    if (signal?.aborted) return this.#off(signal.reason)
    signal?.addEventListener('abort', this.#abort)
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

  #abort = () => this.#off(this.#options.signal?.reason)

  /** Does not wait any longer for the next attempt. */
  retryNow() {
    if (this.#state === 'reconnecting') this.#connect()
  }

  /**
   * This event and all before it are processed. An access key's place on the server
   * moves too: at most four times a second, always the newest.
   * @param {string | {id: string | null}} event or its id
   */
  ack(event) {
    const id = isText(event) ? event : event.id
    if (id === null) return
    this.#isAcking = true
    const number = this.#seen.get(id) ?? 0
    if (number <= this.#acked.number) return
    this.#acked = {id, number, isSent: false}
    if (id === this.#current) this.#position = id
    this.#scheduleAck()
  }

  /**
   * The event of a payment, when it is in the log; it may be there already. It has a
   * connection of its own, which reconnects like a feed: this client does not move.
   * @param {string} paymentHash
   * @param {{timeoutSeconds?: number, direction?: 'in' | 'out', status?: 'confirmed' | 'failed', signal?: AbortSignal}} [options]
   * @returns {Promise<PaymentEvent>}
   * @throws {BadAddress | PaymentTimeout | InvalidFrame | Refused | WrongSignature | GaveUp}
   */
  async waitForPayment(
    paymentHash,
    {timeoutSeconds, direction = 'in', status = 'confirmed', signal} = {}
  ) {
    checkOptions({timeoutSeconds, paymentHash: String(paymentHash)})
    const client = new PayfeedClient({
      ...connectionOptions(this.#options),
      ...{types: 'payment', direction, status, paymentHash, since: 'start'},
      signal: signal ?? this.#options.signal
    })
    const isLimited = timeoutSeconds != null
    const timer = isLimited && later(timeoutSeconds, () => client.stop())
    try {
      for await (const item of client) {
        if (item.type === 'invalid') throw item
        // a server before 0.2.0 sends other payments too
        if (item.type !== 'payment') continue
        if (item.payment.payment_hash === paymentHash) return item
      }
    } finally {
      clearTimeout(timer)
    }
    throw new PaymentTimeout(paymentHash, timeoutSeconds)
  }

  /**
   * Events, gaps and invalid events, one loop at a time; leaving the loop stops the feed.
   * It is no generator, as that costs several turns of the event loop for every event.
   * @returns {AsyncGenerator<any, void>}
   */
  [Symbol.asyncIterator]() {
    let isOpen = false
    let isClosed = false
    const close = () => {
      if (isOpen) this.#endLoop()
      isOpen = false
      isClosed = true
    }
    const loop = {
      next: () => {
        if (isClosed) return Promise.resolve({value: undefined, done: true})
        if (!isOpen) {
          isOpen = true
          this.#isRead = true
          this.start()
        }
        return this.#next(close)
      },
      async return(value) {
        close()
        return {value: await value, done: true}
      },
      async throw(error) {
        close()
        throw error
      },
      [Symbol.asyncIterator]: () => loop
    }
    return /** @type {any} */ (loop)
  }

  #endLoop() {
    this.#finishTaken(false)
    this.stop()
    this.#isRead = false
  }

  /** The loop asks for the next item: it has processed the one before. */
  #next(close) {
    if (this.#reader) return this.#reader.promise.then(() => this.#next(close))
    this.#finishTaken(true)
    this.#work()
    if (this.#offer) return Promise.resolve(this.#take())
    if (this.#state === 'disconnected') return this.#over(close)
    this.#reader = {close}
    this.#reader.promise = new Promise((resolve, reject) => {
      this.#reader.resolve = resolve
      this.#reader.reject = reject
    })
    return this.#reader.promise
  }

  #over(close) {
    const failure = this.#failure
    close()
    if (failure) return Promise.reject(failure)
    return Promise.resolve({value: undefined, done: true})
  }

  #take() {
    const offer = (this.#taken = this.#offer)
    this.#offer = null
    return {value: offer.item, done: false}
  }

  #finishTaken(isProcessed) {
    const taken = this.#taken
    this.#taken = null
    this.#finish(taken, isProcessed)
  }

  #connect() {
    clearTimeout(this.#retryTimer)
    const {key, WebSocket} = this.#options
    const address = new URL(this.#address)
    address.search = String(new URLSearchParams(filters(this.#options)))
    if (this.cursor) address.searchParams.set('since', this.cursor)
    let socket
    try {
      socket = new WebSocket(address.href, ['payfeed.v1', `bearer.${key}`])
    } catch (error) {
      return this.#fail(new BadAddress(/** @type {Error} */ (error).message))
    }
    const link = {
      ...{socket, since: this.cursor, timer: null, hello: null, goodbye: null},
      receivedAt: 0,
      waiting: {frames: 0, chars: 0}
    }
    this.#link = link
    this.#listen(link)
    this.#watch(link)
    this.#setState('connecting')
  }

  #listen(link) {
    const {socket} = link
    let trouble = ''
    let isTooLarge = false
    socket.onopen = () => this.#watch(link)
    socket.onmessage = ({data}) => {
      link.receivedAt = now()
      this.#receive(link, toEntry(link, data))
    }
    socket.onerror = ({message, error}) => {
      trouble = message
      // package ws closes by itself, but with 1006 on this side
      isTooLarge = error?.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
    }
    socket.onclose = ({code, reason}) =>
      this.#ended(link, isTooLarge ? FRAME_TOO_LARGE : code, reason || trouble)
    // the package ws reports the HTTP answer; browsers do not
    socket.on?.('unexpected-response', (_, {statusCode, headers}) => {
      const reason = `HTTP ${statusCode} where 101 is due`
      this.#ended(link, BROKEN, reason, retrySeconds(headers['retry-after']))
    })
  }

  #receive(link, entry) {
    this.#enqueue(entry)
    const {waiting, socket} = link
    if (!isBeyond(waiting, PAUSE_BEYOND)) return
    socket.pause?.()
    if (!isBeyond(waiting, CLOSE_BEYOND)) return
    this.#ended(link, null, 'events arrive faster than they are processed')
    link.isBehind = true
  }

  /** One frame after the other, over all connections: callbacks take their time. */
  #enqueue(entry) {
    const {waiting} = entry.link
    waiting.frames += 1
    waiting.chars += entry.chars
    this.#jobs.push(entry)
    // a job never runs inside the call that adds it
    if (this.#jobs.length - this.#nextJob === 1) queueMicrotask(() => this.#work())
  }

  #nextEntry() {
    const entry = this.#jobs[this.#nextJob]
    if (!entry) return null
    this.#jobs[this.#nextJob++] = undefined
    if (this.#nextJob === this.#jobs.length || this.#nextJob === DONE_JOBS) {
      this.#jobs.splice(0, this.#nextJob)
      this.#nextJob = 0
    }
    return entry
  }

  /**
   * Until a job returns a promise, which is awaited, or an item is offered to the loop,
   * which calls again when it has processed it.
   */
  #work() {
    while (!this.#isWorking && !this.#offer && !this.#taken) {
      const entry = this.#nextEntry()
      if (!entry) return
      this.#isWorking = true
      let pending
      try {
        if (entry.link === this.#link)
          pending = entry.job ? entry.job() : this.#process(entry)
      } catch (error) {
        this.#isWorking = false
        this.#fail(error)
        continue
      }
      if (pending) {
        const fail = error => this.#fail(error)
        pending
          .then(() => this.#worked(entry), fail)
          .then(() => {
            this.#isWorking = false
            this.#work()
          })
        return
      }
      this.#isWorking = false
      this.#worked(entry)
    }
  }

  #worked({link: {waiting, socket}, chars}) {
    waiting.frames -= 1
    waiting.chars -= chars
    if (!waiting.frames && socket.isPaused) socket.resume()
  }

  /**
   * Closes a connection on which nothing arrives after `from`. What arrives only sets
   * `link.receivedAt`, as a timer per frame is slow: the timer looks at it.
   */
  #watch(link, mostSeconds = Infinity, from = now()) {
    clearTimeout(link.timer)
    if (link.ended) return
    const seconds = Math.min(this.#silence(link), mostSeconds)
    const isPinging = link.hello && this.#options.silenceSeconds != null
    const isAsking = isPinging && mostSeconds === Infinity
    const first = isAsking ? seconds / 2 : seconds
    const end = () => this.#ended(link, BROKEN, `nothing was received for ${seconds} s`)
    const ask = () => {
      this.#send({type: 'ping'})
      this.#expect(link, from + seconds, from, end)
    }
    this.#expect(link, from + first, from, isAsking ? ask : end)
  }

  #silence({hello}) {
    const {connectTimeoutSeconds, silenceSeconds} = this.#options
    if (!hello) return connectTimeoutSeconds
    return silenceSeconds ?? hello.heartbeat * IDLE_HEARTBEATS
  }

  #expect(link, at, from, missed) {
    link.timer = later(at - now(), () => {
      if (link.receivedAt > from) this.#watch(link, Infinity, link.receivedAt)
      else if (link.socket.isPaused) this.#watch(link)
      else missed()
    })
  }

  /** A promise if it takes time. */
  #process({link, text, id}) {
    if (id !== undefined) return this.#passTooLarge(link, id)
    let frame
    try {
      frame = parseFrame(text)
    } catch (error) {
      return this.#refuse(link, error)
    }
    if (isEvent(frame)) return this.#event(link, frame, 'onEvent', text)
    if (frame.type === 'gap') return this.#gap(link, frame)
    if (frame.type === 'balance_update') return this.#balance(frame)
    if (frame.type === 'hello') this.#greet(link, frame)
    else if (frame.type === 'heartbeat') this.#pass(frame.cursor)
    else if (frame.type === 'error') this.#part(link, frame)
    else if (isId(frame.id)) this.#position = frame.id
  }

  async #balance(frame) {
    this.#call('onBalance', frame)
    if (this.#options.balance && this.#isRead) await this.#hand(frame)
  }

  /** An event of the wrong shape may be a payment: it is handed out as events are. */
  #refuse(link, invalid) {
    if (invalid.isEvent) return this.#event(link, invalid, 'onInvalid', invalid.raw)
    this.#call('onInvalid', invalid)
  }

  /**
   * The filter left out everything up to this cursor. It is acknowledged unless an event
   * still waits for its ack: otherwise retention overtakes readers with a narrow filter.
   */
  #pass(cursor) {
    this.#position = cursor
    const {id, number} = this.#acked
    if (!this.#isAcking || number !== this.#count || id === cursor) return
    this.#acked = {id: cursor, number, isSent: false}
    this.#scheduleAck()
  }

  /**
   * Before a gap has been reported, the position must stay: it would be hidden. The newest
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
    this.#setState('connected')
  }

  #part(link, {code, message, retry_after}) {
    link.goodbye = {code, reason: message, retryAfter: retry_after ?? 0}
  }

  async #gap(link, gap, cursor = link.hello?.cursor) {
    if (!this.#options.onGap && !this.#isRead) {
      console.warn(`Payfeed: events after ${gap.since} are lost; give \`onGap\``)
    }
    await this.#options.onGap?.(gap)
    const isProcessed = await this.#hand(gap)
    if (isProcessed && cursor) this.#position = cursor
  }

  /** `id`: the id of the event in the frame, null if it is unknown. */
  async #passTooLarge(link, id) {
    if (this.#seen.has(id)) return
    const since = this.cursor ?? ''
    const gap = {type: 'gap', since, oldest: null, reason: 'too_large'}
    await this.#gap(link, gap, id)
  }

  /** `item`: an event, or an invalid one, whose id may be null. */
  #event(link, item, callback, text) {
    if (!this.#secretKey) return this.#give(link, item, callback, text)
    const give = () => this.#give(link, item, callback, text)
    return this.#verify(item, text).then(give)
  }

  /** To the callback, then to the loop. A promise if the callback returns one. */
  #give(link, item, callback, text) {
    const {id} = item
    if (link !== this.#link || this.#seen.has(id)) return
    if (id) this.#remember(id)
    if (callback === 'onInvalid') this.#alarm(item)
    let pending
    try {
      pending = this.#options[callback]?.(item, text)
    } catch (error) {
      this.#settle(item, false)
      throw error
    }
    if (typeof pending?.then !== 'function') return this.#offerItem(item)
    return Promise.resolve(pending).then(
      () => this.#offerItem(item),
      error => {
        this.#settle(item, false)
        throw error
      }
    )
  }

  /** The position moves when an event was processed; otherwise it is handed out again. */
  #settle({id}, isProcessed) {
    this.#current = null
    if (isProcessed) this.#position = id ?? this.#position
    else if (this.#position !== id) this.#seen.delete(id)
  }

  /** Without `onInvalid` and a loop: an uncaught error, and a state with its reason. */
  #alarm(invalid) {
    if (this.#options.onInvalid || this.#isRead) return
    const reason = `${eventName(invalid)} is invalid: ${invalid.reason}`
    report(invalid)
    this.#setState(this.#state, {reason})
  }

  async #verify(item, text) {
    if (await isSigned(text, await this.#secretKey)) return
    const {id} = item
    const reason = `the signature of ${eventName(item)} is wrong or missing`
    this.#call('onInvalid', new InvalidFrame(reason, {id, isEvent: true, raw: text}))
    throw new WrongSignature(reason, id)
  }

  #remember(id) {
    this.#current = id
    const slot = this.#count % REMEMBERED_IDS
    const oldest = this.#ids[slot]
    this.#ids[slot] = id
    this.#seen.set(id, ++this.#count)
    // an id that was given back and came again has another number
    if (this.#seen.get(oldest) === this.#count - REMEMBERED_IDS)
      this.#seen.delete(oldest)
  }

  /** To the loop; whether it was processed. */
  #hand(item) {
    return new Promise(done => this.#offerItem(item, done))
  }

  /**
   * @param {any} item
   * @param {any} done called when it was processed, or now if there is no loop; left out
   *   for an event
   */
  #offerItem(item, done = null) {
    const offer = {item, done}
    if (!this.#isRead) return this.#finish(offer, true)
    this.#offer = offer
    this.#meet()
  }

  #finish(offer, isProcessed) {
    if (!offer) return
    if (offer.done) offer.done(isProcessed)
    else this.#settle(offer.item, isProcessed)
  }

  /** Brings a waiting loop together with an item or with the end. */
  #meet() {
    const isOver = this.#state === 'disconnected'
    const reader = this.#reader
    if (!reader || !(this.#offer || isOver)) return
    this.#reader = null
    if (this.#offer) reader.resolve(this.#take())
    else this.#over(reader.close).then(reader.resolve, reader.reject)
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
    if (this.#state === 'reconnecting' && now() >= this.#notBefore) this.#connect()
    if (this.#state !== 'connected' || !this.#send({type: 'ping'})) return
    this.#watch(this.#link, this.#options.connectTimeoutSeconds)
  }

  /** What has arrived is processed before the end of its connection. */
  #ended(link, code, reason, retryAfter = 0) {
    if (link.ended) return
    link.ended = {code, reason: reason || 'the connection ended', retryAfter, at: now()}
    this.#hangUp(link)
    this.#enqueue(toEntry(link, null, () => this.#lost(link)))
  }

  #hangUp({socket, timer}) {
    clearTimeout(timer)
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
    later(CLOSE_SECONDS, () => socket.terminate?.()).unref?.()
  }

  /** Decides what follows: an error for good, or a pause and another attempt. */
  async #lost(link) {
    const isPassed = await this.#passUnreceived(link)
    if (link !== this.#link) return
    this.#link = null
    const {hello, helloAt, goodbye, ended} = link
    const {maxAttempts, stableSeconds} = this.#options
    const {code, reason, retryAfter} = goodbye ?? ended
    if (FINAL_CODES.includes(code)) {
      throw new Refused(reason, code)
    }
    const isStable = hello && ended.at - helloAt >= stableSeconds
    const isAhead = isPassed || (link.isBehind && this.cursor !== link.since)
    this.#failures = isStable || isAhead ? 0 : this.#failures + 1
    if (this.#failures >= maxAttempts) {
      throw new GaveUp(reason, this.#failures, code)
    }
    const {backoffBaseSeconds: baseSeconds, backoffCapSeconds: capSeconds} =
      this.#options
    const pause = backoffSeconds(this.#failures, {baseSeconds, capSeconds})
    const retryInSeconds = retryAfter + pause
    this.#notBefore = now() + retryAfter
    this.#retryTimer = later(retryInSeconds, () => this.#connect())
    this.#setState('reconnecting', {retryInSeconds, code, reason})
  }

  /**
   * A frame that the socket class or a proxy refuses would end every connection. Its id
   * is unknown, so the client passes one event per connection.
   */
  async #passUnreceived(link) {
    if (link.ended.code !== FRAME_TOO_LARGE || !isId(this.#position)) return false
    await this.#passTooLarge(link, nextId(this.#position))
    return true
  }

  #fail(error) {
    const isOwn = error instanceof PayfeedError
    if (isOwn && this.#state === 'disconnected') return
    const isHeard = this.#isRead || (isOwn && this.#options.onState)
    this.#off(error)
    if (!isHeard) report(error)
  }

  #unlisten() {
    this.#options.signal?.removeEventListener('abort', this.#abort)
    globalThis.removeEventListener?.('online', this.#wake)
    globalThis.removeEventListener?.('pageshow', this.#wake)
    globalThis.document?.removeEventListener('visibilitychange', this.#wake)
  }

  /** @param {any} [error] */
  #off(error = null) {
    if (this.#state === 'disconnected') return
    this.#failure = error
    this.#unlisten()
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#ackTimer)
    this.#ackTimer = null
    if (this.#link) this.#hangUp(this.#link)
    this.#link = null
    const offer = this.#offer
    this.#offer = null
    this.#finish(offer, false)
    const {message: reason = null, code = null} = error ?? {}
    this.#setState('disconnected', {reason, code, error})
    this.#meet()
  }

  /**
   * @param {State['state']} state
   * @param {Partial<State>} [details]
   */
  #setState(state, details = {}) {
    const {retryInSeconds = null, code = null, reason = null, error = null} = details
    this.#state = state
    this.#call('onState', {state, retryInSeconds, code, reason, error})
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

const REQUEST_SECONDS = 10

/** The texts of the events in an answer of `GET events`: what was signed. */
function eventTexts(text) {
  const begin = /^\s*\{\s*"events"\s*:\s*\[/.exec(text)
  if (!begin) throw new RequestFailed(200, 'the answer is not a page of events')
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs
  token.lastIndex = begin[0].length
  const texts = []
  let [depth, from, match] = [0, 0, token.exec(text)]
  for (; match; match = token.exec(text)) {
    const [found] = match
    if (found === '{' || found === '[') {
      if (depth === 0) from = match.index
      depth += 1
    } else if (found === '}' || found === ']') {
      if (depth === 0) break
      depth -= 1
      if (depth === 0) texts.push(text.slice(from, token.lastIndex))
    }
  }
  return texts
}

/** An event of a later protocol is invalid too: a page has only events. */
function parseEvent(text) {
  try {
    const event = parseFrame(text)
    if (isEvent(event)) return event
    return new InvalidFrame('not an event', {isEvent: true, raw: text})
  } catch (error) {
    if (error instanceof InvalidFrame) return error
    throw error
  }
}

const query = given =>
  Object.entries(given).flatMap(([name, value]) =>
    value == null || value === '' ? [] : [[name, String(value)]]
  )

/**
 * Requests beside the feed: send, read pages and files, manage keys and webhooks.
 *
 *     const api = new PayfeedApi({url, key})
 *     await api.notify('table 3 is free')
 *
 * Nothing is repeated: what may have been done must not be done twice. All methods take
 * a `signal`, and throw BadAddress and RequestFailed. clients/js/index.d.ts describes them.
 */
export class PayfeedApi {
  #options
  #base
  #secretKey

  /** @param {any} options */
  constructor(options) {
    const given = {url: globalThis.location?.origin, ...withoutUndefined(options)}
    this.#options = given
    this.#base = socketAddress(given.url).replace(/^ws/, 'http').replace(/\/ws$/, '')
    checkKey(given.key)
    if (given.secret != null) this.#secretKey = importSecret(given.secret)
  }

  async notify(message, {idempotencyKey, signal} = /** @type {any} */ ({})) {
    const headers = idempotencyKey == null ? {} : {'Idempotency-Key': idempotencyKey}
    const answer = await this.#json('POST', 'notify', message, {signal, headers})
    return {id: answer.id, delivered: answer.delivered}
  }

  async test({signal} = /** @type {any} */ ({})) {
    const answer = await this.#json('POST', 'test', null, {signal})
    return {id: answer.id, delivered: answer.delivered}
  }

  async events({signal, ...options} = /** @type {any} */ ({})) {
    checkOptions({signal, ...options})
    const {since, before, limit = 100, waitSeconds = 0} = options
    const given = [...query({since, before, limit, wait: waitSeconds})]
    const search = new URLSearchParams([...given, ...filters(options)])
    const seconds = REQUEST_SECONDS + waitSeconds
    const answer = await this.#request('GET', `events?${search}`, {signal, seconds})
    const text = await answer.text()
    const {head, cursor, oldest, has_more: hasMore, recovered} = parseAnswer(text)
    const events = []
    for (const eventText of eventTexts(text)) {
      const event = parseEvent(eventText)
      if (this.#secretKey && !(await isSigned(eventText, await this.#secretKey))) {
        const reason = `the signature of ${eventName(event)} is wrong or missing`
        throw new WrongSignature(reason, event.id)
      }
      events.push(event)
    }
    return {events, head, cursor, oldest, hasMore, recovered}
  }

  /** @param {string} paymentHash */
  waitForPayment(paymentHash, options = {}) {
    return new PayfeedClient(this.#options).waitForPayment(paymentHash, options)
  }

  async export(write, {kind = 'jsonl', signal, ...options} = /** @type {any} */ ({})) {
    checkOptions({kind, signal, ...options})
    const {since, until} = options
    const search = new URLSearchParams([...query({since, until}), ...filters(options)])
    const path = `export.${kind}?${search}`
    const answer = await this.#request('GET', path, {signal, seconds: Infinity})
    for await (const part of parts(answer)) await write(part)
  }

  listKeys(options) {
    return this.#json('GET', 'keys', undefined, options)
  }

  createKey(
    name,
    {scopes = ['read'], expiresAt, filter, ...options} = /** @type {any} */ ({})
  ) {
    const {public: isPublic = false, signal} = options
    const body = {name, scopes, expires_at: expiresAt, filter, public: isPublic}
    return this.#json('POST', 'keys', body, {signal})
  }

  renameKey(keyId, name, options) {
    return this.#json('PATCH', `keys/${encodeURIComponent(keyId)}`, {name}, options)
  }

  revokeKey(keyId, options) {
    return this.#json('DELETE', `keys/${encodeURIComponent(keyId)}`, undefined, options)
  }

  listWebhooks(options) {
    return this.#json('GET', 'webhooks', undefined, options)
  }

  async createWebhook(url, {signal, ...options} = /** @type {any} */ ({})) {
    checkOptions({since: options.since})
    const {description, since, ordered, filter} = options
    const body = {url, description, since, ordered, filter}
    return this.#json('POST', 'webhooks', body, {signal})
  }

  getWebhook(webhookId, options) {
    return this.#webhook('GET', webhookId, '', undefined, options)
  }

  updateWebhook(webhookId, changes, options) {
    return this.#webhook('PATCH', webhookId, '', changes, options)
  }

  deleteWebhook(webhookId, options) {
    return this.#webhook('DELETE', webhookId, '', undefined, options)
  }

  testWebhook(webhookId, options) {
    return this.#webhook('POST', webhookId, '/test', {}, options)
  }

  listDeliveries(webhookId, {state, before, limit, signal} = /** @type {any} */ ({})) {
    const search = new URLSearchParams(query({state, before, limit}))
    return this.#webhook('GET', webhookId, `/deliveries?${search}`, undefined, {signal})
  }

  getDelivery(webhookId, eventId, options) {
    const path = `/deliveries/${encodeURIComponent(eventId)}`
    return this.#webhook('GET', webhookId, path, undefined, options)
  }

  resend(webhookId, eventId, options) {
    return this.#webhook('POST', webhookId, '/resend', {event: eventId}, options)
  }

  async resendSince(
    webhookId,
    since,
    {only = 'failed', signal} = /** @type {any} */ ({})
  ) {
    checkOptions({since, only})
    return this.#webhook('POST', webhookId, '/resend', {since, only}, {signal})
  }

  #webhook(method, webhookId, path, value, options) {
    const route = `webhooks/${encodeURIComponent(webhookId)}${path}`
    return this.#json(method, route, value, options)
  }

  async #json(method, path, value, {signal, headers} = /** @type {any} */ ({})) {
    const body = value === undefined ? undefined : JSON.stringify(value)
    const answer = await this.#request(method, path, {signal, headers, body})
    return parseAnswer(await answer.text())
  }

  /**
   * Follows no redirects: the key must not be sent to another address.
   * @param {any} options
   */
  async #request(method, path, options) {
    const {signal, headers, body, seconds = REQUEST_SECONDS} = options
    checkOptions({signal})
    const timeout = Number.isFinite(seconds)
      ? [AbortSignal.timeout(seconds * 1000)]
      : []
    const signals = [...timeout, ...(signal ? [signal] : [])]
    let answer
    try {
      answer = await fetch(`${this.#base}/${path}`, {
        ...{method, body, redirect: 'error', signal: AbortSignal.any(signals)},
        headers: {
          'Content-Type': 'application/json',
          'X-Api-Key': this.#options.key,
          ...headers
        }
      })
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      throw new RequestFailed(0, unanswered(error, seconds))
    }
    if (!answer.ok) throw new RequestFailed(answer.status, await detail(answer))
    return answer
  }
}

function unanswered(error, seconds) {
  if (error.name === 'TimeoutError') return `no answer within ${seconds} s`
  return error.cause?.message ?? error.message
}

async function detail(answer) {
  try {
    return String((await answer.json()).detail)
  } catch {
    return answer.statusText
  }
}

function parseAnswer(text) {
  try {
    const answer = JSON.parse(text)
    if (typeof answer === 'object' && answer) return answer
  } catch {
    // the same error as for a number or a text
  }
  throw new RequestFailed(200, "the answer is not Payfeed's")
}

/** The parts of a body; Safari's streams are not iterable. */
async function* parts(answer) {
  const reader = answer.body.getReader()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      yield part.value
    }
  } finally {
    await reader.cancel()
  }
}
