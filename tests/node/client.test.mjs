// The client by itself, with a fake WebSocket class.
import assert from 'node:assert/strict'
import {once} from 'node:events'
import {readFile} from 'node:fs/promises'
import {createServer} from 'node:http'
import {test} from 'node:test'
import {
  BadAddress,
  GaveUp,
  InvalidFrame,
  PayfeedClient,
  parseFrame
} from 'lnbits-payfeed'
import WebSocket, {WebSocketServer} from 'ws'

class Socket {
  static all = []
  readyState = 1
  sent = []

  constructor(address, protocols) {
    Object.assign(this, {address, protocols})
    Socket.all.push(this)
  }

  static get last() {
    return Socket.all.at(-1)
  }

  send(text) {
    this.sent.push(JSON.parse(text))
  }

  close() {
    this.readyState = 3
  }

  pause() {
    this.isPaused = true
  }

  resume() {
    this.isPaused = false
  }

  receive(frame) {
    this.onmessage?.({data: JSON.stringify(frame)})
  }

  hello(cursor = 'e-0', members = {}) {
    const position = {wallet_id: 'w', head: cursor, cursor}
    this.receive({
      type: 'hello',
      ...position,
      recovered: true,
      heartbeat: 20,
      ...members
    })
  }

  event(number) {
    this.receive({type: 'test', id: `e-${number}`, timestamp: 1, data: {message: 'm'}})
  }

  end(code = 1012) {
    this.readyState = 3
    this.onclose?.({code, reason: ''})
  }
}

const settled = () => new Promise(resolve => setImmediate(resolve))
const soon = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000))

async function until(condition) {
  const hangGuard = performance.now() + 10_000
  while (!condition()) {
    assert.ok(performance.now() < hangGuard, `not true in time: ${condition}`)
    await settled()
  }
}

function opened(options = {}) {
  Socket.all = []
  const states = []
  const onState = ({state}) => states.push(state)
  const pauses = {backoffBaseSeconds: 0, backoffCapSeconds: 0}
  const common = {url: 'http://localhost', key: 'pfk_a', WebSocket: Socket, onState}
  const client = new PayfeedClient({...common, ...pauses, ...options})
  return {client, states}
}

/** The error that the client throws as an uncaught one while `job` runs. */
async function uncaught(job) {
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const caught = new Promise(resolve => process.once('uncaughtException', resolve))
  try {
    await job()
    return await caught
  } finally {
    for (const listener of listeners) process.on('uncaughtException', listener)
  }
}

test('an event waits until the promise of the previous event is fulfilled', async () => {
  const ids = []
  let finish
  const onEvent = event => {
    ids.push(event.id)
    return new Promise(resolve => (finish = resolve))
  }
  const {client} = opened({onEvent})
  client.start()
  Socket.last.hello()
  Socket.last.event(1)
  Socket.last.event(2)
  await settled()
  assert.deepEqual(ids, ['e-1'])
  assert.equal(client.cursor, 'e-0')
  finish()
  await settled()
  assert.deepEqual(ids, ['e-1', 'e-2'])
  assert.equal(client.cursor, 'e-1')
  client.stop()
})

test('an onEvent that throws stops the client, and the event is handed out again', async () => {
  const ids = []
  let isBroken = true
  const onEvent = async event => {
    if (isBroken && event.id === 'e-2') throw new Error('no paper')
    ids.push(event.id)
  }
  const {client, states} = opened({onEvent})
  const error = await uncaught(async () => {
    client.start()
    Socket.last.hello()
    for (const number of [1, 2, 3]) Socket.last.event(number)
    await settled()
  })
  assert.equal(error.message, 'no paper')
  assert.equal(states.at(-1), 'disconnected')
  assert.equal(client.cursor, 'e-1')
  isBroken = false
  client.start()
  assert.match(Socket.last.address, /since=e-1$/)
  Socket.last.hello('e-1')
  Socket.last.event(2)
  await settled()
  assert.deepEqual(ids, ['e-1', 'e-2'])
  client.stop()
})

test('after stop and start the next event waits for the event in progress', async () => {
  const ids = []
  let finish
  const onEvent = ({id}) => {
    ids.push(id)
    return new Promise((resolve, reject) => (finish = {resolve, reject}))
  }
  const {client, states} = opened({onEvent})
  client.start()
  Socket.last.hello()
  Socket.last.event(1)
  await settled()
  const again = async () => {
    client.stop()
    client.start()
    Socket.last.hello(client.cursor)
    for (const number of [ids.length, ids.length + 1]) Socket.last.event(number)
    await settled()
  }
  await again()
  assert.deepEqual(ids, ['e-1'])
  finish.resolve()
  await settled()
  assert.deepEqual(ids, ['e-1', 'e-2'])
  assert.equal(client.cursor, 'e-1')
  await again()
  const error = await uncaught(async () => {
    finish.reject(new Error('no paper'))
    await settled()
  })
  assert.equal(error.message, 'no paper')
  assert.equal(states.at(-1), 'disconnected')
  assert.deepEqual(ids, ['e-1', 'e-2'])
  assert.equal(client.cursor, 'e-1')
})

test('a gap without onGap and without a loop is a warning', async t => {
  const warn = t.mock.method(console, 'warn', () => {})
  for (const onGap of [undefined, () => {}]) {
    const {client} = opened({onGap})
    client.start()
    Socket.last.hello('e-6', {recovered: false})
    Socket.last.receive({type: 'gap', since: 'e-2', oldest: 'e-7', reason: 'expired'})
    await settled()
    assert.equal(client.cursor, 'e-6')
    client.stop()
    assert.equal(warn.mock.callCount(), 1)
  }
  assert.match(warn.mock.calls[0].arguments[0], /after e-2 are lost/)
})

test('an error in another callback does not stop the client', async () => {
  const ids = []
  const onInvalid = () => {
    throw new Error('a typo')
  }
  const {client} = opened({onInvalid, onEvent: ({id}) => ids.push(id)})
  const error = await uncaught(async () => {
    client.start()
    Socket.last.hello()
    Socket.last.receive({type: 'heartbeat'})
    Socket.last.event(1)
    await settled()
  })
  assert.equal(error.message, 'a typo')
  assert.deepEqual(ids, ['e-1'])
  client.stop()
})

test('no event is handed out after stop', async () => {
  const ids = []
  const secret = 'whsec_YQ=='
  const {client, states} = opened({secret, onEvent: ({id}) => ids.push(id)})
  client.start()
  Socket.last.hello()
  Socket.last.event(1)
  client.stop()
  await soon(0.05)
  assert.deepEqual(ids, [])
  assert.deepEqual(states, ['connecting', 'disconnected'])
  assert.equal(Socket.last.readyState, 3)
})

test('leaving a loop does not process its event, unless it is acknowledged', async () => {
  for (const [isAcked, cursor] of [
    [false, 'e-1'],
    [true, 'e-2']
  ]) {
    const {client} = opened()
    setImmediate(() => {
      Socket.last.hello()
      for (const number of [1, 2, 3]) Socket.last.event(number)
    })
    for await (const {id} of client) {
      if (id === 'e-1') continue
      if (isAcked) client.ack(id)
      break
    }
    assert.equal(client.cursor, cursor)
  }
})

test('the newest ack is sent at most four times per second, and on stop', async () => {
  const {client} = opened({onEvent: ({id}) => client.ack(id)})
  client.start()
  Socket.last.hello()
  const started = performance.now()
  for (let number = 1; number <= 40; number += 1) {
    Socket.last.event(number)
    await soon(0.02)
  }
  const seconds = (performance.now() - started) / 1000
  client.stop()
  const {sent} = Socket.last
  assert.ok(sent.length <= 4 * seconds + 2, `${sent.length} in ${seconds} s`)
  assert.ok(sent.length >= 2)
  assert.deepEqual(sent.at(-1), {type: 'ack', id: 'e-40'})
})

test('the socket is paused while many events wait', async () => {
  let finish
  const onEvent = () => new Promise(resolve => (finish = resolve))
  const {client} = opened({onEvent})
  client.start()
  Socket.last.hello()
  for (let number = 1; number <= 101; number += 1) Socket.last.event(number)
  await settled()
  assert.equal(Socket.last.isPaused, true)
  while (client.cursor !== 'e-101') {
    finish()
    await settled()
  }
  assert.equal(Socket.last.isPaused, false)
  client.stop()
})

test('events that arrived before a close are processed before reconnecting', async () => {
  const {client} = opened({onEvent: () => soon(0.02)})
  client.start()
  Socket.last.hello()
  Socket.last.event(1)
  Socket.last.event(2)
  Socket.last.end()
  await soon(0.2)
  assert.equal(Socket.all.length, 2)
  assert.match(Socket.last.address, /since=e-2$/)
  client.stop()
})

/** Cannot pause, like the browser's. */
class NativeSocket extends Socket {
  pause = undefined
}

const MEBIBYTE = 2 ** 20
const text = id => `{"type":"test","id":"${id}","timestamp":1,"data":{"message":""}}`
const padded = (id, chars) => {
  const missing = Math.max(0, chars - text(id).length)
  return text(id).replace('""', `"${'x'.repeat(missing)}"`)
}

for (const [name, count, chars] of [
  ['events', 6000, 0],
  ['text', 100, MEBIBYTE]
]) {
  test(`too many waiting ${name} close the connection until they are processed`, async () => {
    const ids = []
    let finish
    const finished = new Promise(resolve => (finish = resolve))
    const onEvent = async ({id}) => ids.push(id) && finished
    const {client, states} = opened({
      WebSocket: NativeSocket,
      maxAttempts: 1,
      onEvent,
      since: 'start'
    })
    client.start()
    Socket.last.hello()
    for (let number = 1; number <= count; number += 1) {
      Socket.last.onmessage?.({data: padded(`e-${number}`, chars)})
    }
    await settled()
    assert.equal(Socket.last.readyState, 3)
    assert.equal(Socket.all.length, 1)
    finish()
    await until(() => Socket.all.length === 2)
    assert.equal(ids.at(-1), client.cursor)
    assert.ok(ids.length < count)
    assert.match(Socket.last.address, new RegExp(`since=${client.cursor}$`))
    assert.ok(!states.includes('disconnected'))
    client.stop()
  })
}

test('the socket is paused for long frames too', async () => {
  const {client} = opened({onEvent: () => new Promise(() => {})})
  client.start()
  Socket.last.hello()
  for (const id of ['e-1', 'e-2']) {
    Socket.last.onmessage({data: padded(id, 0.6 * MEBIBYTE)})
  }
  assert.equal(Socket.last.isPaused, true)
  assert.equal(Socket.last.readyState, 1)
  client.stop()
})

test('a frame over 4 MiB is a gap, and the client continues after it', async () => {
  const items = []
  const onEvent = ({id}) => items.push(id)
  const {client} = opened({onEvent, onGap: gap => items.push({...gap})})
  client.start()
  Socket.last.hello()
  for (const [id, chars] of [
    ['e-1', 4 * MEBIBYTE],
    ['e-2', 4 * MEBIBYTE + 1]
  ]) {
    Socket.last.onmessage({data: padded(id, chars)})
  }
  await settled()
  const gap = {type: 'gap', since: 'e-1', oldest: null, reason: 'too_large'}
  assert.deepEqual(items, ['e-1', gap])
  assert.equal(client.cursor, 'e-2')
  Socket.last.onmessage({data: `"${'x'.repeat(4 * MEBIBYTE)}"`})
  await settled()
  assert.deepEqual(items.at(-1), {...gap, since: 'e-2'})
  assert.equal(client.cursor, 'e-2')
  Socket.last.event(3)
  await settled()
  assert.equal(client.cursor, 'e-3')
  assert.equal(Socket.all.length, 1)
  client.stop()
})

test('a frame that the WebSocket class refuses is skipped by a new connection', async () => {
  const server = new WebSocketServer({port: 0, host: '127.0.0.1'})
  const asked = []
  server.on('connection', (socket, {url}) => {
    const since = new URL(url, 'ws://x').searchParams.get('since')
    asked.push(since)
    const cursor = since === 'start' ? 'e-0' : since
    const hello = {wallet_id: 'w', head: 'e-3', cursor, heartbeat: 20}
    socket.send(JSON.stringify({type: 'hello', ...hello}))
    const from = Number(cursor.slice(2)) + 1
    for (let number = from; number <= 3; number += 1) {
      socket.send(padded(`e-${number}`, number === 2 ? 4000 : 100))
    }
  })
  await once(server, 'listening')
  class Small extends WebSocket {
    constructor(address, protocols) {
      super(address, protocols, {maxPayload: 2000})
    }
  }
  const {client} = opened({
    url: `http://127.0.0.1:${server.address().port}`,
    WebSocket: Small,
    since: 'start',
    maxAttempts: 1
  })
  const items = []
  for await (const {id, since, reason} of client) {
    items.push(id ?? `gap ${reason} after ${since}`)
    if (id === 'e-3') break
  }
  assert.deepEqual(items, ['e-1', 'gap too_large after e-1', 'e-3'])
  assert.deepEqual(asked, ['start', 'e-2'])
  server.close()
})

test('only event ids are sent as since', async () => {
  for (const cursor of [
    'e'.repeat(MEBIBYTE),
    'E-1',
    'e-01',
    'e-1\n',
    'e',
    '',
    'start'
  ]) {
    const invalid = []
    const onInvalid = ({reason}) => invalid.push(reason)
    const {client} = opened({onInvalid, since: 'e-1'})
    client.start()
    Socket.last.hello(cursor)
    Socket.last.hello('e-1', {head: cursor})
    Socket.last.receive({type: 'heartbeat', cursor})
    Socket.last.receive({type: 'future', id: cursor})
    Socket.last.receive({type: 'test', id: cursor, timestamp: 1, data: {message: ''}})
    await settled()
    assert.equal(client.cursor, 'e-1')
    assert.equal(invalid.length, 4)
    client.stop()
  }
})

test('the client waits at most one hour for retry_after', async () => {
  for (const [asked, seconds] of [
    ['1e300', 3600],
    ['1e400', 3600],
    ['3601', 3600],
    ['7', 7],
    ['-5', 0],
    ['-1e400', 0],
    ['null', 0]
  ]) {
    let pause
    const onState = ({retryInSeconds}) => (pause ??= retryInSeconds)
    const {client} = opened({onState})
    client.start()
    const data = `{"type":"error","code":4429,"message":"","retry_after":${asked}}`
    Socket.last.onmessage({data})
    Socket.last.end(4429)
    await settled()
    client.stop()
    assert.equal(pause, seconds, asked)
  }
})

test('the client waits at most one hour for Retry-After', async () => {
  let header
  const server = createServer()
  server.on('upgrade', (_, socket) =>
    socket.end(`HTTP/1.1 429 Too Many Requests\r\nRetry-After: ${header}\r\n\r\n`)
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}`
  for (const [asked, seconds] of [
    ['1000000', 3600],
    ['1e300', 3600],
    ['-1', 0],
    ['NaN', 0],
    ['2', 2]
  ]) {
    header = asked
    let pause = null
    const onState = ({retryInSeconds}) => (pause ??= retryInSeconds)
    const {client} = opened({url, WebSocket, onState})
    client.start()
    await until(() => pause !== null)
    client.stop()
    assert.equal(pause, seconds, asked)
  }
  server.close()
})

test('numbers that timers and dates cannot hold are clamped', () => {
  const hash = 'ab'.repeat(32)
  const payment = `{"payment_hash":"${hash}","amount":1,"amount_msat":1000,"fee":0,
    "fee_msat":0,"memo":"","status":"confirmed","direction":"in","wallet_id":"w",
    "timestamp":N}`
  const event = `{"type":"payment","id":"e-1","timestamp":N,"payment":${payment}}`
  const own = '{"type":"x","id":"e-1","custom":true,"timestamp":N,"heartbeat":N}'
  const hello =
    '{"type":"hello","wallet_id":"w","head":"e-0","cursor":"e-0","heartbeat":N}'
  for (const [number, timestamp, heartbeat] of [
    ['1e400', 32_503_680_000, 3600],
    [`1${'0'.repeat(30)}`, 32_503_680_000, 3600],
    [`1${'0'.repeat(400)}`, 32_503_680_000, 3600],
    ['-1e400', 0, 1],
    ['-7', 0, 1],
    ['0', 0, 1],
    ['1700000000', 1700000000, 3600],
    ['1e-300', null, 1],
    ['20', 20, 20]
  ]) {
    const parse = frame => parseFrame(frame.replaceAll('N', number))
    assert.equal(parse(hello).heartbeat, heartbeat, number)
    if (timestamp === null) continue
    const frame = parse(event)
    assert.equal(frame.timestamp, timestamp, number)
    assert.equal(frame.payment.timestamp, timestamp, number)
    assert.equal(parse(own).timestamp, timestamp, number)
    assert.equal(parse(own).heartbeat, Number(number))
  }
})

test('the cursor of a heartbeat is acknowledged when no event waits for its ack', async () => {
  for (const [cases, acks] of [
    [['heartbeat e-3'], ['e-3']],
    [['heartbeat e-3', 'heartbeat e-3'], ['e-3']],
    [['event 1', 'heartbeat e-3'], []],
    [
      ['event 1', 'ack e-1', 'heartbeat e-3'],
      ['e-1', 'e-3']
    ],
    [['event 1', 'ack e-1', 'event 2', 'heartbeat e-3'], ['e-1']]
  ]) {
    const {client} = opened({since: 'acked', onEvent: () => {}})
    client.start()
    const {last: socket} = Socket
    socket.hello()
    for (const [kind, id] of cases.map(text => text.split(' '))) {
      if (kind === 'event') socket.event(Number(id))
      if (kind === 'heartbeat')
        socket.receive({type: 'heartbeat', head: id, cursor: id})
      if (kind === 'ack') client.ack(id)
      await settled()
      if (kind === 'ack') await until(() => socket.sent.length)
    }
    client.stop() // sends the ack that is due
    const ids = socket.sent.map(({id}) => id)
    assert.deepEqual(ids, acks, cases)
  }
})

test('without acks of the program the client sends none', async () => {
  for (const options of [{since: 'start'}, {since: 'acked', key: 'invoicekey'}]) {
    const {client} = opened(options)
    client.start()
    Socket.last.hello()
    Socket.last.receive({type: 'heartbeat', head: 'e-3', cursor: 'e-3'})
    await until(() => client.cursor === 'e-3')
    client.stop()
    assert.deepEqual(Socket.last.sent, [])
  }
})

const BROKEN = {type: 'payment', id: 'e-1', timestamp: 1, payment: {amount: -5}}

test('onInvalid for a payment is awaited, and stops the client if it throws', async () => {
  const items = []
  let finish
  const onInvalid = item => {
    items.push(item)
    return new Promise((resolve, reject) => (finish = {resolve, reject}))
  }
  const onEvent = ({id}) => items.push(id)
  const {client, states} = opened({onInvalid, onEvent})
  client.start()
  Socket.last.hello()
  Socket.last.receive(BROKEN)
  Socket.last.event(2)
  await settled()
  const [invalid] = items
  assert.ok(invalid instanceof InvalidFrame)
  const {type, id, reason, raw, isEvent} = invalid
  assert.deepEqual({type, id, isEvent}, {type: 'invalid', id: 'e-1', isEvent: true})
  assert.equal(raw, JSON.stringify(BROKEN))
  assert.equal(reason, 'payment_hash is wrong')
  assert.equal(client.cursor, 'e-0')
  assert.equal(items.length, 1)
  finish.resolve()
  await settled()
  assert.equal(items[1], 'e-2')
  Socket.last.receive({...BROKEN, id: 'e-3'})
  Socket.last.event(4)
  await settled()
  const error = await uncaught(async () => {
    finish.reject(new Error('no paper'))
    await settled()
  })
  assert.equal(error.message, 'no paper')
  assert.equal(states.at(-1), 'disconnected')
  assert.equal(client.cursor, 'e-2')
})

test('a loop gets an invalid payment before later events', async () => {
  const {client} = opened()
  setImmediate(() => {
    Socket.last.hello()
    Socket.last.event(1)
    Socket.last.receive({...BROKEN, id: 'e-2'})
    Socket.last.receive({...BROKEN, id: 7})
    Socket.last.event(3)
  })
  const items = []
  for await (const {type, id} of client) {
    items.push([type, id])
    if (id) client.ack(id)
    if (id === 'e-3') break
  }
  const invalid = ['e-2', null].map(id => ['invalid', id])
  assert.deepEqual(items, [['test', 'e-1'], ...invalid, ['test', 'e-3']])
  assert.equal(client.cursor, 'e-3')
})

test('an invalid payment without onInvalid is an uncaught error and a state', async () => {
  const reasons = []
  const onState = ({state, reason}) => reason && reasons.push([state, reason])
  const ids = []
  const {client} = opened({onState, onEvent: ({id}) => ids.push(id)})
  const error = await uncaught(async () => {
    client.start()
    Socket.last.hello()
    Socket.last.receive(BROKEN)
    Socket.last.event(2)
    await settled()
  })
  assert.ok(error instanceof InvalidFrame)
  assert.equal(error.id, 'e-1')
  const reason = 'event e-1 is invalid: payment_hash is wrong'
  assert.deepEqual(reasons, [['connected', reason]])
  assert.deepEqual(ids, ['e-2'])
  client.stop()
})

test('an invalid payment that is not signed stops the client', async () => {
  const {client, states} = opened({secret: 'whsec_YQ==', onInvalid: () => {}})
  client.start()
  Socket.last.hello()
  Socket.last.receive(BROKEN)
  await until(() => states.at(-1) === 'disconnected')
  assert.equal(client.cursor, 'e-0')
})

test('only a stable connection resets the count of failures', async () => {
  for (const [stableSeconds, state] of [
    [30, 'disconnected'],
    [0, 'connecting']
  ]) {
    const {client, states} = opened({maxAttempts: 2, stableSeconds})
    client.start()
    for (const socketNumber of [1, 2]) {
      assert.equal(Socket.all.length, socketNumber)
      Socket.last.hello()
      await settled()
      Socket.last.end()
      await soon(0.02)
    }
    assert.equal(states.at(-1), state)
    client.stop()
  }
})

test('an error without onState is an uncaught error', async () => {
  const {client} = opened({maxAttempts: 1, onState: undefined})
  const error = await uncaught(async () => {
    client.start()
    Socket.last.end()
  })
  assert.ok(error instanceof GaveUp)
})

test('pauses are random below a limit that doubles up to the cap', async () => {
  const pauses = []
  const {client} = opened({
    backoffBaseSeconds: 1,
    backoffCapSeconds: 8,
    onState: ({retryInSeconds}) =>
      retryInSeconds !== null && pauses.push(retryInSeconds)
  })
  const {random} = Math
  Math.random = () => 0.5
  client.start()
  for (let attempt = 0; attempt < 6; attempt += 1) {
    Socket.last.end(1006)
    await settled()
    client.retryNow()
  }
  Math.random = random
  client.stop()
  assert.deepEqual(pauses, [0.5, 1, 2, 4, 4, 4])
})

test('going online reconnects, except during retry_after, or sends a ping', async () => {
  const page = new EventTarget()
  for (const name of ['addEventListener', 'removeEventListener']) {
    globalThis[name] = page[name].bind(page)
  }
  const {client, states} = opened({backoffBaseSeconds: 600, backoffCapSeconds: 600})
  client.start()
  Socket.last.hello()
  await settled()
  page.dispatchEvent(new Event('online'))
  assert.deepEqual(Socket.last.sent, [{type: 'ping'}])
  Socket.last.end(1006)
  await settled()
  assert.equal(states.at(-1), 'reconnecting')
  page.dispatchEvent(new Event('online'))
  assert.equal(states.at(-1), 'connecting')
  Socket.last.receive({type: 'error', code: 4429, message: 'many', retry_after: 600})
  Socket.last.end(4429)
  await settled()
  page.dispatchEvent(new Event('online'))
  assert.equal(states.at(-1), 'reconnecting')
  client.retryNow()
  assert.equal(states.at(-1), 'connecting')
  client.stop()
  const count = Socket.all.length
  page.dispatchEvent(new Event('online'))
  assert.equal(Socket.all.length, count)
})

test('filters are in the address, and the key in the subprotocols', () => {
  const {client} = opened({
    url: 'https://shop.example/lnbits/payfeed/',
    since: '@1',
    types: ['payment', 'door.open'],
    minAmount: 0.5,
    tag: 'a&b'
  })
  const {client: other} = opened({types: 'payment'})
  other.start()
  assert.match(Socket.last.address, /types=payment$/)
  other.stop()
  client.start()
  const {protocol, pathname, searchParams} = new URL(Socket.last.address)
  assert.equal(`${protocol}${pathname}`, 'wss:/lnbits/payfeed/api/v1/ws')
  const query = {
    types: 'payment,door.open',
    min_amount: '0.500',
    tag: 'a&b',
    since: '@1'
  }
  assert.deepEqual(Object.fromEntries(searchParams), query)
  assert.deepEqual(Socket.last.protocols, ['payfeed.v1', 'bearer.pfk_a'])
  client.stop()
})

test('invalid options are refused, without showing a key', () => {
  for (const url of [
    undefined,
    'localhost:5000',
    'ftp://localhost',
    'http://user:pass@localhost',
    'http://localhost/payfeed/api/v1/ws/0123456789abcdef',
    'http://localhost/?api-key=0123456789abcdef'
  ]) {
    assert.throws(
      () => opened({url}),
      error => error instanceof BadAddress && !error.message.includes('0123')
    )
  }
  for (const options of [
    {key: undefined},
    {key: 'two words'},
    {key: 'clé'},
    {maxAttempts: 0},
    {secret: 'whsec_%'},
    {secret: 'whsec_'}
  ]) {
    assert.throws(() => opened(options), BadAddress)
  }
})

test('an option that cannot be used is refused with its name and value', () => {
  for (const [options, text] of [
    [{direction: 'inn'}, `direction must be "in" or "out", not "inn"`],
    [{status: 'paid'}, `status must be "confirmed" or "failed", not "paid"`],
    [{since: 'nonsense'}, 'since must be an event id'],
    [{since: '@yesterday'}, 'not "@yesterday"'],
    [{types: 'payment,,test'}, 'types must be names of event types'],
    [{types: ['Payment']}, 'types must be names of event types, not Payment'],
    [{minAmount: NaN}, 'minAmount must be a number of satoshi, 0 or more, not NaN'],
    [{minAmount: -1}, 'not -1'],
    [{tag: 7}, 'tag must be a string, not 7'],
    [{paymentHash: 'tea'}, 'paymentHash must be 64 lower-case hexadecimal digits'],
    [{maxAttempts: 1.5}, 'maxAttempts must be an integer of at least 1, not 1.5'],
    [{maxAttempts: NaN}, 'not NaN'],
    [{backoffBaseSeconds: -1}, 'backoffBaseSeconds must be a number of seconds'],
    [{backoffCapSeconds: NaN}, 'backoffCapSeconds'],
    [
      {stableSeconds: '30'},
      'stableSeconds must be a number of seconds, 0 or more, not "30"'
    ],
    [{connectTimeoutSeconds: 0}, 'connectTimeoutSeconds'],
    [{silenceSeconds: 0.5}, 'silenceSeconds must be a number of seconds, 1 or more'],
    [{signal: 'stop'}, 'signal must be an AbortSignal'],
    [{onEvent: 'print'}, 'onEvent must be a function, not "print"']
  ]) {
    assert.throws(
      () => opened(options),
      error => error instanceof BadAddress && error.message.includes(text),
      text
    )
  }
})

test('the options in the documents are accepted', () => {
  for (const options of [
    {since: 'start'},
    {since: 'acked'},
    {since: '@1700000000.5'},
    {since: 'q7xk2p-41'},
    {types: ''},
    {types: []},
    {types: 'payment, door.open'},
    {maxAttempts: Infinity},
    {minAmount: 0.5, direction: null, onGap: undefined}
  ]) {
    assert.ok(opened(options).client)
  }
})

test('waitForPayment refuses what is no payment hash and no time', async () => {
  const {client} = opened()
  for (const [hash, options] of [
    [undefined, {}],
    ['tea', {}],
    ['a'.repeat(64), {timeoutSeconds: NaN}],
    ['a'.repeat(64), {timeoutSeconds: -1}],
    ['a'.repeat(64), {direction: 'inn'}]
  ]) {
    await assert.rejects(client.waitForPayment(hash, options), BadAddress)
  }
  assert.equal(Socket.all.length, 0)
})

test('the name of an error survives a bundler that renames classes', async () => {
  const source = await readFile(new URL(import.meta.resolve('lnbits-payfeed')), 'utf8')
  const names = [...source.matchAll(/class (\w+) extends (?:Payfeed)?Error/g)]
  let renamed = source
  names.forEach(([, name], number) => {
    renamed = renamed.replaceAll(
      new RegExp(`(?<!')\\b${name}\\b(?!')`, 'g'),
      `a${number}`
    )
  })
  const bundle = await import(`data:text/javascript,${encodeURIComponent(renamed)}`)
  assert.equal(bundle.BadAddress, undefined)
  names.forEach(([, name], number) => {
    assert.equal(new bundle[`a${number}`]('why').name, name)
  })
})

test('a feed that gave up differs from one that was stopped', async () => {
  const errors = []
  const onState = ({state, error}) => state === 'disconnected' && errors.push(error)
  const {client} = opened({maxAttempts: 1, onState})
  client.start()
  Socket.last.end(1012)
  await settled()
  client.start()
  client.stop()
  assert.deepEqual(
    errors.map(error => error && [error.name, error.attempts, error.code]),
    [['GaveUp', 1, 1012], null]
  )
})

test('a signal ends the loop with its reason', async () => {
  const controller = new AbortController()
  const {client, states} = opened({signal: controller.signal})
  setImmediate(() => Socket.last.hello())
  setImmediate(() => controller.abort(new Error('the page is closed')))
  await assert.rejects(async () => {
    for await (const item of client) assert.fail(item.type)
  }, /the page is closed/)
  assert.equal(Socket.last.readyState, 3)
  assert.equal(states.at(-1), 'disconnected')
})

test('a signal that was aborted before opens no connection', async () => {
  const {client} = opened({signal: AbortSignal.abort()})
  await assert.rejects(client.waitForPayment('a'.repeat(64)), {name: 'AbortError'})
  client.start()
  assert.equal(Socket.all.length, 0)
})

test('a ping is sent after half of the silence, and then the connection is closed', async () => {
  const {client, states} = opened({silenceSeconds: 1})
  client.start()
  Socket.last.hello()
  await until(() => Socket.last.sent.length === 1)
  assert.deepEqual(Socket.last.sent, [{type: 'ping'}])
  await until(() => states.includes('reconnecting'))
  client.stop()
})

test('ack takes an event or its id', async () => {
  for (const chosen of [event => event, event => event.id]) {
    const {client} = opened({onEvent: event => client.ack(chosen(event))})
    client.start()
    Socket.last.hello()
    Socket.last.event(1)
    await settled()
    client.stop()
    assert.deepEqual(Socket.last.sent, [{type: 'ack', id: 'e-1'}])
  }
})

test('the loop yields balances only with the option balance', async () => {
  const wallet = {wallet_id: 'w', balance: 5, balance_msat: 5000, timestamp: 1}
  for (const [balance, expected] of [
    [undefined, ['test']],
    [true, ['balance_update', 'test']]
  ]) {
    const {client} = opened({balance})
    setImmediate(() => {
      Socket.last.hello()
      Socket.last.receive({type: 'balance_update', ...wallet})
      Socket.last.event(1)
    })
    const types = []
    for await (const {type} of client) {
      types.push(type)
      if (type === 'test') break
    }
    assert.deepEqual(types, expected)
  }
})

test('items that are asked for together arrive in order', async () => {
  const {client} = opened()
  const loop = client[Symbol.asyncIterator]()
  const asked = [loop.next(), loop.next()]
  Socket.last.hello()
  Socket.last.event(1)
  Socket.last.event(2)
  const found = await Promise.all(asked)
  assert.deepEqual(
    found.map(({value}) => value.id),
    ['e-1', 'e-2']
  )
  client.stop()
})

test('an item is processed when the next one is asked for, and not if the loop is left', async () => {
  const {client} = opened()
  const loop = client[Symbol.asyncIterator]()
  const first = loop.next()
  Socket.last.hello()
  Socket.last.event(1)
  Socket.last.event(2)
  await first
  assert.equal(client.cursor, 'e-0')
  await loop.next()
  assert.equal(client.cursor, 'e-1')
  await loop.return()
  assert.equal(client.cursor, 'e-1')
  assert.deepEqual(await loop.next(), {value: undefined, done: true})
})

test('a loop that never began does not stop the client', async () => {
  const {client, states} = opened()
  client.start()
  await client[Symbol.asyncIterator]().return()
  assert.deepEqual(states, ['connecting'])
  client.stop()
})

test('the newest 10,000 ids are remembered', async () => {
  const ids = []
  const {client} = opened({onEvent: ({id}) => ids.push(id)})
  client.start()
  Socket.last.hello()
  for (let number = 1; number <= 10_001; number++) {
    Socket.last.event(number)
    if (number % 50 === 0) await settled()
  }
  for (const number of [10_001, 2, 1]) Socket.last.event(number)
  await until(() => ids.length >= 10_002)
  assert.deepEqual(ids.slice(-2), ['e-10001', 'e-1'])
  client.stop()
})
