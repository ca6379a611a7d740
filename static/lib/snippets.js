;(() => {
  const browser = ({base, key}) => `<script type="module">
  import {PayfeedClient} from '${base}/payfeed/static/js/payfeed-client.js'

  new PayfeedClient({
    url: '${base}',
    key: '${key}',
    onEvent({type, payment}) {
      if (type === 'payment') console.log(payment.direction, payment.amount, payment.memo)
    }
  }).start()
</script>`

  const vue = ({
    base,
    key
  }) => `import {PayfeedClient} from '${base}/payfeed/static/js/payfeed-client.js'

export default {
  data: () => ({payments: []}),
  template: '<p v-for="payment in payments">{{ payment.amount }} sat {{ payment.memo }}</p>',
  mounted() {
    this.client = new PayfeedClient({
      url: '${base}',
      key: '${key}',
      direction: 'in',
      status: 'confirmed',
      onEvent: ({payment}) => this.payments.unshift(payment)
    })
    this.client.start()
  },
  unmounted() {
    this.client.stop()
  }
}`

  /** It never has the key of the tab, which reads more than one payment. */
  const checkout = ({base}) => `<script type="module">
  // Your server creates the invoice, and for its payment hash a key with the admin key:
  //   POST ${base}/payfeed/api/v1/keys
  //   {"name": "checkout", "public": true, "expires_at": <Unix seconds>,
  //    "filter": {"payment_hash": "<payment hash>"}}
  import {PayfeedClient} from '${base}/payfeed/static/js/payfeed-client.js'

  const paymentHash = '<payment hash>'
  const client = new PayfeedClient({url: '${base}', key: '<key for this payment>'})
  await client.waitForPayment(paymentHash, {timeoutSeconds: 600})
  document.body.append('Thank you!')
</script>`

  const python = ({socket, key}) => `# pip install websockets
import asyncio, json, websockets


async def main():
    keys = ["payfeed.v1", "bearer.${key}"]
    async with websockets.connect("${socket}", subprotocols=keys) as feed:
        async for text in feed:
            frame = json.loads(text)
            if frame["type"] == "payment":
                print(frame["payment"]["direction"], frame["payment"]["amount"], flush=True)


asyncio.run(main())`

  const node = ({socket, key}) => `// Node 22 or later: node listen.mjs
const feed = new WebSocket('${socket}', ['payfeed.v1', 'bearer.${key}'])
feed.onmessage = ({data}) => {
  const {type, payment} = JSON.parse(data)
  if (type === 'payment') console.log(payment.direction, payment.amount)
}
feed.onclose = ({code, reason}) => console.log('closed', code, reason)`

  const wscat = ({socket, key}) =>
    `npx wscat --header "X-Api-Key: ${key}" --connect "${socket}?since=start"`

  const curl = ({base, key}) =>
    `curl -N -H "X-Api-Key: ${key}" "${base}/payfeed/api/v1/sse?since=start"`

  const esp32 = ({
    host,
    port,
    isSecure,
    key
  }) => `// Libraries: WebSockets (Markus Sattler), ArduinoJson 7
#include <ArduinoJson.h>
#include <WebSocketsClient.h>
#include <WiFi.h>

WebSocketsClient feed;

void onFrame(WStype_t type, uint8_t *text, size_t length) {
  JsonDocument frame;
  if (type != WStype_TEXT || deserializeJson(frame, text, length)) return;
  if (frame["type"] != "payment") return;
  Serial.println(frame["payment"]["amount_msat"].as<long long>());
}

void setup() {
  Serial.begin(115200);
  WiFi.begin("network", "password");
  feed.onEvent(onFrame);
  feed.enableHeartbeat(15000, 5000, 2);
  feed.${isSecure ? 'beginSSL' : 'begin'}("${host}", ${port},
    "/payfeed/api/v1/ws?direction=in&status=confirmed",
    ${isSecure ? 'nullptr, ' : ''}"payfeed.v1, bearer.${key}");
}

void loop() { feed.loop(); }`

  const nginx = () => `# inside the server { } that passes everything else to LNbits
location /payfeed/api/v1/ {
    proxy_pass http://127.0.0.1:5000;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_buffering off;
    proxy_read_timeout 1h;
    access_log off;
}`

  /** Code to start with, by name. Arguments: `Payfeed.location(…)` and `key`. */
  Payfeed.snippets = {browser, vue, checkout, python, node, wscat, curl, esp32, nginx}

  /** The parts of LNbits' address that the snippets need. */
  Payfeed.location = ({protocol, hostname, host, port, origin}) => {
    const isSecure = protocol === 'https:'
    const socket = `${isSecure ? 'wss' : 'ws'}://${host}/payfeed/api/v1/ws`
    const defaultPort = isSecure ? 443 : 80
    return {base: origin, socket, host: hostname, port: port || defaultPort, isSecure}
  }
})()
