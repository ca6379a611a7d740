// Prints the seconds in which all events of a feed were read.
// node speed.mjs bare|client <url> <key> <count>
import {PayfeedClient} from 'lnbits-payfeed'
import WebSocket from 'ws'

const [kind, url, key, count] = process.argv.slice(2)
let [started, seen] = [0, 0]

/** Whether this was the last event. */
function take() {
  started ||= performance.now()
  seen += 1
  return seen === Number(count)
}

const finish = () => {
  console.log((performance.now() - started) / 1000)
  process.exit()
}

if (kind === 'bare') {
  const socket = new WebSocket(url.replace('http', 'ws'))
  socket.onmessage = ({data}) => {
    if (JSON.parse(data).type !== 'hello' && take()) finish()
  }
} else {
  const client = new PayfeedClient({url, key, WebSocket})
  for await (const event of client) {
    if (event.type === 'payment' && take()) finish()
  }
}
