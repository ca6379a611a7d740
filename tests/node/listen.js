// A client as in LNbits' guide: package ws, an address with the key, `payment`.
const WebSocket = require('ws')

const [base, key] = process.argv.slice(2)
const socket = new WebSocket(`${base}/api/v1/ws/${key}`)
socket.on('open', () => console.log('open'))
socket.on('message', data => {
  const {payment} = JSON.parse(data.toString())
  if (!payment) return
  const valid =
    typeof payment.payment_hash === 'string' &&
    typeof payment.amount === 'number' &&
    payment.amount > 0 &&
    ['pending', 'confirmed', 'failed'].includes(payment.status)
  console.log(JSON.stringify({valid, amount: payment.amount}))
})
