// npm install express ws, and the client: docs/clients.md
// PAYFEED_URL=https://lnbits.example.org PAYFEED_KEY=pfk_… node express.mjs
import {appendFileSync, existsSync, readFileSync} from 'node:fs'
import express from 'express'
import {PayfeedClient} from 'lnbits-payfeed'
import WebSocket from 'ws' // Node 22 has it built in

const {PAYFEED_URL: url, PAYFEED_KEY: key, PORT = 8000} = process.env
// Each line is a payment and its event id: the last id is where the feed resumes.
const text = existsSync('paid') ? readFileSync('paid', 'utf8') : ''
const lines = text.split('\n').filter(Boolean)
const paid = new Set(lines.map(line => line.split(' ')[1]))

async function readFeed() {
  const since = lines.at(-1)?.split(' ')[0] ?? 'start'
  const filter = {direction: 'in', status: 'confirmed'}
  for await (const item of new PayfeedClient({url, key, since, WebSocket, ...filter})) {
    if (item.type !== 'payment') {
      console.log(`Check the wallet: ${item.type}, ${item.reason}`)
      continue
    }
    const {payment_hash: hash, amount} = item.payment
    appendFileSync('paid', `${item.id} ${hash} ${amount}\n`)
    paid.add(hash)
  }
}

const app = express()
app.get('/orders/:hash', ({params}, response) => {
  response.json({paid: paid.has(params.hash)})
})
app.listen(PORT)
// The feed ends only with an error, which ends the program: without the feed the server
// would look healthy.
await readFeed()
