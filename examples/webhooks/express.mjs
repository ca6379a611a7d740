// PAYFEED_WEBHOOK_SECRET=whsec_… node express.mjs
import {appendFileSync, existsSync, readFileSync} from 'node:fs'
import express from 'express'
import {Webhook} from 'standardwebhooks'

const webhook = new Webhook(process.env.PAYFEED_WEBHOOK_SECRET)
const paid = new Set(existsSync('paid') ? readFileSync('paid', 'utf8').split(/\s/) : [])

function receive(request, response) {
  let event
  try {
    event = webhook.verify(request.body, request.headers)
  } catch {
    return response.sendStatus(400)
  }
  const {id, payment: {direction, status, payment_hash, amount} = {}} = event
  if (direction === 'in' && status === 'confirmed' && !paid.has(id)) {
    appendFileSync('paid', `${id} ${payment_hash} ${amount}\n`)
    paid.add(id)
  }
  if (event.type === 'gap') console.log('Check the wallet: lost after', event.since)
  response.sendStatus(204)
}
const app = express().use(express.text({type: '*/*'}))
app.post('/payments', receive)
app.listen(process.env.PORT ?? 8000)
