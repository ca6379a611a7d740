// Deliver goods once for every payment, also after crashes.
// In a checkout of Payfeed: npm pack ./clients/js; npm install ws ./lnbits-payfeed-*.tgz
// PAYFEED_URL=https://lnbits.example.org PAYFEED_KEY=pfk_… node listen.mjs
import {existsSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {isReceived, PayfeedClient} from 'lnbits-payfeed'
import WebSocket from 'ws'

const {PAYFEED_URL, PAYFEED_KEY, PAYFEED_STATE = 'listen.state'} = process.env
let saved = existsSync(PAYFEED_STATE) ? readFileSync(PAYFEED_STATE, 'utf8') : undefined

// After a crash an event may arrive again, with the same id.
async function handOut({id, payment}) {
  console.log(`${payment.amount} sat for '${payment.memo}' (${id})`)
}

// Renaming is atomic: after a crash the file holds the old or the new cursor.
function save(cursor) {
  if (!cursor || cursor === saved) return
  writeFileSync(`${PAYFEED_STATE}.new`, cursor, {flush: true})
  renameSync(`${PAYFEED_STATE}.new`, PAYFEED_STATE)
  saved = cursor
}

const client = new PayfeedClient({
  url: PAYFEED_URL,
  key: PAYFEED_KEY,
  types: ['payment'],
  since: saved,
  WebSocket,
  onState: ({state}) => state === 'connected' && save(client.cursor)
})
for await (const event of client) {
  if (event.type === 'gap' || event.type === 'invalid')
    console.log('Check the wallet:', event.reason, event.since ?? event.raw)
  else if (isReceived(event)) await handOut(event)
  if (event.id) client.ack(event.id)
  save(client.cursor)
}
