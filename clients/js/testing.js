/**
 * A fake feed for the tests of programs that use this package, in Node; without network.
 *
 *     const fake = new FakeFeed()
 *     const client = new PayfeedClient({...fake.options, since: 'start'})
 *     fake.pay(21, 'coffee')
 */
import {createHash, createHmac, randomBytes} from 'node:crypto'
import {parseFrame} from './payfeed-client.js'

const HEARTBEAT_SECONDS = 20
const BROKEN = 1006
const RESTART = 1012
const CLOSED = 3
const EXACT_FILTERS = ['direction', 'status', 'tag', 'payment_hash', 'external_id']

const seconds = () => Math.floor(Date.now() / 1000)

/** What is left out of a payment; the amounts are satoshi. */
const emptyPayment = isFailed => ({
  fee: 0,
  fee_msat: 0,
  status: isFailed ? 'failed' : 'confirmed',
  direction: isFailed ? 'out' : 'in',
  timestamp: seconds(),
  wallet_id: 'fake',
  tag: null,
  comment: null,
  fiat: null,
  external_id: null,
  labels: [],
  extra: {}
})

/** Whether the filters of a query let an event pass. */
function accepts(query, {type, custom, payment}) {
  const types = query.get('types')?.split(',') ?? [type]
  if (!types.includes(type) && !(custom && types.includes('message'))) return false
  const exact = EXACT_FILTERS.filter(name => query.has(name))
  const least = query.get('min_amount')
  if (!payment) return !exact.length && least === null
  if (payment.amount < Number(least ?? 0)) return false
  return exact.every(name => payment[name] === query.get(name))
}

/** The part of a WebSocket that the client uses. */
class FakeSocket {
  readyState = 0
  onopen = null
  onmessage = null
  onclose = null

  constructor(address) {
    this.query = new URL(address).searchParams
  }

  open() {
    this.readyState = 1
    this.onopen?.({})
  }

  deliver(frame) {
    this.put(JSON.stringify({...frame, timestamp: seconds()}))
  }

  /** Deliver an event if it passes the filters. */
  offer(text) {
    if (accepts(this.query, JSON.parse(text))) this.put(text)
  }

  put(text) {
    this.onmessage?.({data: text})
  }

  end(code, reason) {
    this.readyState = CLOSED
    this.onclose?.({code, reason})
  }

  endWith(code, message) {
    this.deliver({type: 'error', code, message, retry_after: null})
    this.end(code, message)
  }
}

/** A wallet's feed in this process. Events are kept, replayed, filtered and signed. */
export class FakeFeed {
  url = 'http://fake.invalid'
  key = 'pfk_fake'
  secret = `whsec_${randomBytes(32).toString('base64')}`
  acked = null
  connections = []
  #open = new Set()
  #refusal = null
  #epochs = 0
  #epoch = ''
  #head = 0
  #kept = new Map()

  constructor() {
    this.#beginEpoch()
    const [connect, onFrame] = [this.#connect.bind(this), this.#onFrame.bind(this)]
    const forget = socket => this.#open.delete(socket)
    /** The class to hand to PayfeedClient. */
    this.WebSocket = class extends FakeSocket {
      constructor(address, protocols) {
        super(address)
        queueMicrotask(() => connect(this, protocols))
      }

      send(text) {
        onFrame(this, JSON.parse(text))
      }

      close() {
        this.readyState = CLOSED
        forget(this)
      }
    }
  }

  /** The options of a PayfeedClient that reads this feed and reconnects soon. */
  get options() {
    const {url, key, WebSocket} = this
    return {url, key, WebSocket, backoffBaseSeconds: 0}
  }

  pay(amount, memo = '', members = {}) {
    return this.#pay(amount, memo, members, false)
  }

  fail(amount, memo = '', members = {}) {
    return this.#pay(amount, memo, members, true)
  }

  notify(message) {
    if (typeof message?.type === 'string') {
      return this.#record(message.type, {...message, custom: true})
    }
    return this.#record('message', {custom: true, data: message})
  }

  drop() {
    this.#endAll(socket => socket.end(BROKEN, ''))
  }

  gap() {
    this.#head += 1
    this.#kept.clear()
    this.drop()
  }

  restart({isRestored = false} = {}) {
    if (isRestored) {
      this.#beginEpoch()
      this.acked = null
    }
    this.#endAll(socket => socket.endWith(RESTART, 'The server restarts.'))
  }

  refuse(code = 4403, message = 'The key is revoked.') {
    this.#refusal = [code, message]
    this.#endAll(socket => socket.endWith(code, message))
  }

  accept() {
    this.#refusal = null
  }

  #beginEpoch() {
    this.#epochs += 1
    this.#epoch = `fake${this.#epochs}`
    this.#head = 0
    this.#kept = new Map()
  }

  #id(offset) {
    return `${this.#epoch}-${offset}`
  }

  #pay(amount, memo, members, isFailed) {
    const payment = {
      payment_hash: createHash('sha256')
        .update(this.#id(this.#head + 1))
        .digest('hex'),
      amount,
      amount_msat: Math.round(amount * 1000),
      memo,
      ...emptyPayment(isFailed)
    }
    const unknown = Object.keys(members).filter(name => !(name in payment))
    if (unknown.length) throw new TypeError(`a payment has no member ${unknown}`)
    return this.#record('payment', {payment: {...payment, ...members}})
  }

  #record(type, members) {
    const [id, timestamp] = [this.#id(this.#head + 1), seconds()]
    const body = JSON.stringify({type, id, timestamp, ...members})
    const key = Buffer.from(this.secret.replace('whsec_', ''), 'base64')
    const signed = `${id}.${timestamp}.${body}`
    const signature = createHmac('sha256', key).update(signed).digest('base64')
    const text = `${body.slice(0, -1)},"signature":"v1,${signature}"}`
    const event = parseFrame(text)
    this.#head += 1
    this.#kept.set(this.#head, text)
    for (const socket of this.#open) socket.offer(text)
    return event
  }

  #connect(socket, protocols) {
    if (socket.readyState === CLOSED) return
    this.connections.push(socket.query.get('since'))
    socket.open()
    const isKnown = protocols.includes(`bearer.${this.key}`)
    const refusal = this.#refusal ?? (isKnown ? null : [4401, 'The key is unknown.'])
    if (refusal) return socket.endWith(...refusal)
    this.#open.add(socket)
    this.#begin(socket)
  }

  #begin(socket) {
    const isForPayment = socket.query.has('payment_hash')
    const since = socket.query.get('since') ?? (isForPayment ? 'start' : null)
    const {start, reason} = this.#resolve(since)
    socket.deliver({
      type: 'hello',
      protocol: 1,
      wallet_id: 'fake',
      head: this.#id(this.#head),
      cursor: this.#id(start),
      recovered: !reason,
      heartbeat: HEARTBEAT_SECONDS
    })
    const oldest = this.#kept.size ? this.#id(start + 1) : null
    if (reason) socket.deliver({type: 'gap', since, oldest, reason})
    for (const [offset, text] of this.#kept) if (offset > start) socket.offer(text)
  }

  /** The offset to begin after, and the reason of a gap. */
  #resolve(since) {
    const [oldest = this.#head + 1] = this.#kept.keys()
    const beforeOldest = oldest - 1
    if (since === null) return {start: this.#head}
    if (since === 'start') return {start: beforeOldest}
    if (since.startsWith('@')) return {start: this.#before(Number(since.slice(1)))}
    const id = since === 'acked' ? (this.acked ?? this.#id(0)) : since
    const [epoch, offset] = [id.split('-')[0], Number(id.split('-')[1])]
    const isUnknown = epoch !== this.#epoch || offset > this.#head
    if (isUnknown) return {start: beforeOldest, reason: 'unknown'}
    if (offset < beforeOldest) return {start: beforeOldest, reason: 'expired'}
    return {start: offset}
  }

  /** The offset before the first event of this time or later. */
  #before(timestamp) {
    for (const [offset, text] of this.#kept) {
      if (JSON.parse(text).timestamp >= timestamp) return offset - 1
    }
    return this.#head
  }

  #endAll(end) {
    const sockets = [...this.#open]
    this.#open.clear()
    sockets.forEach(end)
  }

  #onFrame(socket, {type, id}) {
    if (type === 'ping') return socket.deliver({type: 'pong'})
    const [epoch, offset] = id.split('-')
    const known = Number((this.acked ?? this.#id(0)).split('-')[1])
    if (epoch === this.#epoch && Number(offset) > known) this.acked = id
  }
}
