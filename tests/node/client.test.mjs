// The client alone, over a WebSocket class that the tests play themselves.
import assert from 'node:assert/strict'
import {test} from 'node:test'
import {BadAddress, GaveUp, PayfeedClient} from 'lnbits-payfeed'

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

  tell(frame) {
    this.onmessage?.({data: JSON.stringify(frame)})
  }

  hello(cursor = 'e-0', members = {}) {
    const place = {wallet_id: 'w', head: cursor, cursor}
    this.tell({type: 'hello', ...place, recovered: true, heartbeat: 20, ...members})
  }

  event(number) {
    this.tell({type: 'test', id: `e-${number}`, timestamp: 1, data: {message: 'm'}})
  }

  end(code = 1012) {
    this.readyState = 3
    this.onclose?.({code, reason: ''})
  }
}

const settled = () => new Promise(resolve => setImmediate(resolve))
const soon = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000))

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

test('an event waits until the promise of the one before is kept', async () => {
  const told = []
  let finish
  const onEvent = event => {
    told.push(event.id)
    return new Promise(resolve => (finish = resolve))
  }
  const {client} = opened({onEvent})
  client.start()
  Socket.last.hello()
  Socket.last.event(1)
  Socket.last.event(2)
  await settled()
  assert.deepEqual(told, ['e-1'])
  assert.equal(client.cursor, 'e-0')
  finish()
  await settled()
  assert.deepEqual(told, ['e-1', 'e-2'])
  assert.equal(client.cursor, 'e-1')
  client.stop()
})

test('onEvent that throws stops the feed, and the event comes again', async () => {
  const told = []
  let isBroken = true
  const onEvent = async event => {
    if (isBroken && event.id === 'e-2') throw new Error('no paper')
    told.push(event.id)
  }
  const {client, states} = opened({onEvent})
  const error = await uncaught(async () => {
    client.start()
    Socket.last.hello()
    for (const number of [1, 2, 3]) Socket.last.event(number)
    await settled()
  })
  assert.equal(error.message, 'no paper')
  assert.equal(states.at(-1), 'off')
  assert.equal(client.cursor, 'e-1')
  isBroken = false
  client.start()
  assert.match(Socket.last.address, /since=e-1$/)
  Socket.last.hello('e-1')
  Socket.last.event(2)
  await settled()
  assert.deepEqual(told, ['e-1', 'e-2'])
  client.stop()
})

test('stopped and started while an event is processed, the next one waits', async () => {
  const told = []
  let finish
  const onEvent = ({id}) => {
    told.push(id)
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
    for (const number of [told.length, told.length + 1]) Socket.last.event(number)
    await settled()
  }
  await again()
  assert.deepEqual(told, ['e-1'])
  finish.resolve()
  await settled()
  assert.deepEqual(told, ['e-1', 'e-2'])
  assert.equal(client.cursor, 'e-1')
  await again()
  const error = await uncaught(async () => {
    finish.reject(new Error('no paper'))
    await settled()
  })
  assert.equal(error.message, 'no paper')
  assert.equal(states.at(-1), 'off')
  assert.deepEqual(told, ['e-1', 'e-2'])
  assert.equal(client.cursor, 'e-1')
})

test('a gap that nobody is there to be told of is a warning', async t => {
  const warn = t.mock.method(console, 'warn', () => {})
  for (const onGap of [undefined, () => {}]) {
    const {client} = opened({onGap})
    client.start()
    Socket.last.hello('e-6', {recovered: false})
    Socket.last.tell({type: 'gap', since: 'e-2', oldest: 'e-7', reason: 'expired'})
    await settled()
    assert.equal(client.cursor, 'e-6')
    client.stop()
    assert.equal(warn.mock.callCount(), 1)
  }
  assert.match(warn.mock.calls[0].arguments[0], /after e-2 are lost/)
})

test('a callback that looks on may throw without stopping the feed', async () => {
  const told = []
  const onInvalid = () => {
    throw new Error('a typo')
  }
  const {client} = opened({onInvalid, onEvent: ({id}) => told.push(id)})
  const error = await uncaught(async () => {
    client.start()
    Socket.last.hello()
    Socket.last.tell({type: 'payment'})
    Socket.last.event(1)
    await settled()
  })
  assert.equal(error.message, 'a typo')
  assert.deepEqual(told, ['e-1'])
  client.stop()
})

test('nothing is told after stop', async () => {
  const told = []
  const secret = 'whsec_YQ=='
  const {client, states} = opened({secret, onEvent: ({id}) => told.push(id)})
  client.start()
  Socket.last.hello()
  Socket.last.event(1)
  client.stop()
  await soon(0.05)
  assert.deepEqual(told, [])
  assert.deepEqual(states, ['connecting', 'off'])
  assert.equal(Socket.last.readyState, 3)
})

test('a loop that is left has not processed its event, unless it said so', async () => {
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

test('acks are the newest, at most four a second, the last one at stop', async () => {
  const {client} = opened({onEvent: ({id}) => client.ack(id)})
  client.start()
  Socket.last.hello()
  const begun = performance.now()
  for (let number = 1; number <= 40; number += 1) {
    Socket.last.event(number)
    await soon(0.02)
  }
  const seconds = (performance.now() - begun) / 1000
  client.stop()
  const {sent} = Socket.last
  assert.ok(sent.length <= 4 * seconds + 2, `${sent.length} in ${seconds} s`)
  assert.ok(sent.length >= 2)
  assert.deepEqual(sent.at(-1), {type: 'ack', id: 'e-40'})
})

test('who is behind is not read from until it has caught up', async () => {
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

test('what has arrived before the end is processed before the next try', async () => {
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

test('only a connection that lasted forgives failures', async () => {
  for (const [stableSeconds, state] of [
    [30, 'off'],
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

test('an error that nobody listens for is an uncaught one', async () => {
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

test('back online: no wait but for retry_after, and a silent socket is asked', async () => {
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
  assert.equal(states.at(-1), 'waiting')
  page.dispatchEvent(new Event('online'))
  assert.equal(states.at(-1), 'connecting')
  Socket.last.tell({type: 'error', code: 4429, message: 'many', retry_after: 600})
  Socket.last.end(4429)
  await settled()
  page.dispatchEvent(new Event('online'))
  assert.equal(states.at(-1), 'waiting')
  client.retryNow()
  assert.equal(states.at(-1), 'connecting')
  client.stop()
  const count = Socket.all.length
  page.dispatchEvent(new Event('online'))
  assert.equal(Socket.all.length, count)
})

test('addresses, filters and the key go where they belong', () => {
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
  const wanted = {
    types: 'payment,door.open',
    min_amount: '0.500',
    tag: 'a&b',
    since: '@1'
  }
  assert.deepEqual(Object.fromEntries(searchParams), wanted)
  assert.deepEqual(Socket.last.protocols, ['payfeed.v1', 'bearer.pfk_a'])
  client.stop()
})

test('what cannot be meant is refused without its key', () => {
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
