// Programs are tested with a fake feed, which behaves like a server; no network.
import assert from 'node:assert/strict'
import {afterEach, beforeEach, test} from 'node:test'
import {GaveUp, InvalidFrame, PayfeedClient, Refused} from 'lnbits-payfeed'
import {FakeFeed} from 'lnbits-payfeed/testing'

let fake, client, items

function open(options = {}) {
  client = new PayfeedClient({...fake.options, since: 'start', ...options})
  items = client[Symbol.asyncIterator]()
}

const next = async () => (await items.next()).value

beforeEach(() => {
  fake = new FakeFeed()
  open({secret: fake.secret})
})

afterEach(() => client.stop())

test('a payment arrives signed', async () => {
  const paid = fake.pay(21.5, 'coffee', {tag: 'lnurlp'})
  assert.deepEqual(await next(), paid)
  assert.equal(paid.payment.amount_msat, 21500)
  assert.equal(paid.payment.direction, 'in')
})

test('a failed payment arrives', async () => {
  fake.fail(5)
  const {status, direction} = (await next()).payment
  assert.deepEqual([status, direction], ['failed', 'out'])
})

test('after a drop the client resumes', async () => {
  const first = fake.pay(1)
  assert.deepEqual(await next(), first)
  fake.drop()
  const second = fake.pay(2)
  assert.deepEqual(await next(), second)
  assert.equal(fake.connections.length, 2)
})

test('a restart loses nothing', async () => {
  fake.pay(1)
  await next()
  fake.restart()
  const second = fake.pay(2)
  assert.deepEqual(await next(), second)
})

test('lost events are a gap', async () => {
  fake.pay(1)
  fake.pay(2)
  await next()
  await next()
  fake.gap()
  const third = fake.pay(3)
  const {type, oldest, reason} = await next()
  assert.deepEqual([type, oldest, reason], ['gap', third.id, 'expired'])
  assert.deepEqual(await next(), third)
})

test('a restored backup is a gap', async () => {
  fake.pay(1)
  await next()
  fake.restart({isRestored: true})
  assert.equal((await next()).reason, 'unknown')
})

test('a refusal ends the loop', async () => {
  fake.pay(1)
  await next()
  fake.refuse()
  await assert.rejects(next(), error => error instanceof Refused && error.code === 4403)
})

test('a temporary refusal is retried', async () => {
  client.stop()
  open({maxAttempts: 2})
  fake.refuse(4429, 'Too many connections.')
  await assert.rejects(next(), GaveUp)
})

test('another key is unknown', async () => {
  open({key: 'pfk_other'})
  await assert.rejects(next(), error => error instanceof Refused && error.code === 4401)
})

test('an acknowledged event is known to the feed', async () => {
  const first = fake.pay(1)
  client.ack(await next())
  client.stop()
  assert.equal(fake.acked, first.id)
})

test('filters leave out events', async () => {
  fake.notify({type: 'door.open', door: 4})
  fake.pay(1)
  fake.fail(9)
  const paid = fake.pay(5)
  open({direction: 'in', minAmount: 2})
  assert.deepEqual(await next(), paid)
  open({types: 'message'})
  assert.equal((await next()).door, 4)
})

test('one payment is waited for', async () => {
  fake.pay(1)
  const paid = fake.pay(2, '', {payment_hash: 'ab'.repeat(32)})
  assert.deepEqual(await client.waitForPayment('ab'.repeat(32)), paid)
})

test('members that payments do not have are errors', () => {
  assert.throws(() => fake.pay(1, '', {label: 'bar'}), TypeError)
  assert.throws(() => fake.pay(1, '', {direction: 'up'}), InvalidFrame)
})
