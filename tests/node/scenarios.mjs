// Plays scenarios of the scripted server with the client, and prints the results as JSON.
// node scenarios.mjs <base> <key> <secret>, the scenarios as JSON on standard input.
import {readFileSync} from 'node:fs'
import {GaveUp, PayfeedClient, Refused, WrongSignature} from 'lnbits-payfeed'
import WebSocket from 'ws'

const [base, key, secret] = process.argv.slice(2)

function options(name, {since, secret: isSigned, ...chosen}) {
  const {max_attempts, stable_seconds, connect_timeout_seconds} = chosen
  return {
    url: `${base}/${name}`,
    key,
    since,
    secret: isSigned && secret,
    maxAttempts: max_attempts,
    stableSeconds: stable_seconds,
    connectTimeoutSeconds: connect_timeout_seconds,
    silenceSeconds: chosen.silence_seconds,
    backoffBaseSeconds: 0.05,
    backoffCapSeconds: 0.2,
    WebSocket
  }
}

function outcome(error) {
  if (error instanceof Refused) return `stopped ${error.code}`
  if (error instanceof GaveUp) return 'gave up'
  if (error instanceof WrongSignature) return 'wrong signature'
  throw error
}

function label({type, id, reason}) {
  if (type === 'gap') return `gap ${reason}`
  return type === 'invalid' ? `invalid ${id ?? ''}`.trim() : id
}

async function play([name, {client: chosen = {}, expect}]) {
  const items = []
  let invalid = 0
  const onInvalid = () => (invalid += 1)
  const client = new PayfeedClient({...options(name, chosen), onInvalid})
  const isAll = () =>
    expect.outcome === 'running' && items.length === expect.items.length
  try {
    for await (const item of client) {
      items.push(label(item))
      if (chosen.ack && item.id) client.ack(item.id)
      if (isAll()) return [name, {items, invalid, outcome: 'running'}]
    }
  } catch (error) {
    return [name, {items, invalid, outcome: outcome(error)}]
  }
  return [name, {items, invalid, outcome: 'ended'}]
}

const scenarios = Object.entries(JSON.parse(readFileSync(0)))
const results = await Promise.all(scenarios.map(play))
console.log(JSON.stringify(Object.fromEntries(results)))
