;(() => {
  /** After this long without a heartbeat a connection is lost: docs/deployment.md. */
  const SILENCE_SECONDS = 75

  /** A line of an options object for the client; nothing without a secret. */
  const secretOption = (secret, indent) =>
    secret ? `\n${indent}secret: '${secret}',` : ''

  const browser = ({base, key, secret}) => `<script type="module">
  import {PayfeedClient} from '${base}/payfeed/static/js/payfeed-client.js'

  new PayfeedClient({
    url: '${base}',
    key: '${key}',${secretOption(secret, '    ')}
    onEvent({type, payment}) {
      if (type === 'payment') console.log(payment.direction, payment.amount, payment.memo)
    }
  }).start()
</script>`

  const vue = ({
    base,
    key,
    secret
  }) => `import {PayfeedClient} from '${base}/payfeed/static/js/payfeed-client.js'

export default {
  data: () => ({payments: []}),
  template: '<p v-for="payment in payments">{{ payment.amount }} sat {{ payment.memo }}</p>',
  mounted() {
    this.client = new PayfeedClient({
      url: '${base}',
      key: '${key}',${secretOption(secret, '      ')}
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

  const pythonCheck = secret => `import base64, hmac

secret = base64.b64decode("${secret}".removeprefix("whsec_"))


def is_signed(text, frame):
    body, _, signatures = text.rpartition(',"signature":"')
    signed = f"{frame['id']}.{frame['timestamp']}.{body}}}".encode()
    digest = hmac.digest(secret, signed, "sha256")
    expected = "v1," + base64.b64encode(digest).decode()
    given = signatures.removesuffix('"}').split(" ")
    return any([hmac.compare_digest(expected, signature) for signature in given])
`

  const python = ({socket, key, secret}) => `# pip install websockets
import asyncio, json, websockets
${secret && pythonCheck(secret)}

async def main():
    keys = ["payfeed.v1", "bearer.${key}"]
    async with websockets.connect("${socket}", subprotocols=keys) as feed:
        async for text in feed:
            frame = json.loads(text)
            if frame["type"] == "payment":${
              secret &&
              `
                if not is_signed(text, frame):
                    raise SystemExit("wrong signature")`
            }
                print(frame["payment"]["direction"], frame["payment"]["amount"], flush=True)


asyncio.run(main())`

  const nodeCheck = secret => `import {createHmac, timingSafeEqual} from 'node:crypto'

const secret = Buffer.from('${secret}'.replace('whsec_', ''), 'base64')

function isSigned(text, {id, timestamp}) {
  const end = text.lastIndexOf(',"signature":"')
  const signed = \`\${id}.\${timestamp}.\${text.slice(0, end)}}\`
  const digest = createHmac('sha256', secret).update(signed).digest('base64')
  const expected = Buffer.from(\`v1,\${digest}\`)
  const given = text.slice(end + 14, -2).split(' ').map(signature => Buffer.from(signature))
  return given.some(
    bytes => bytes.length === expected.length && timingSafeEqual(bytes, expected)
  )
}

`

  const node = ({socket, key, secret}) => `// Node 22 or later: node listen.mjs
${secret && nodeCheck(secret)}const feed = new WebSocket('${socket}', ['payfeed.v1', 'bearer.${key}'])
feed.onmessage = ({data}) => {
  const frame = JSON.parse(data)
  if (frame.type !== 'payment') return${
    secret && `\n  if (!isSigned(data, frame)) throw new Error('wrong signature')`
  }
  console.log(frame.payment.direction, frame.payment.amount)
}
feed.onclose = ({code, reason}) => console.log('closed', code, reason)`

  const phpCheck = secret => `
$secret = base64_decode(substr('${secret}', strlen('whsec_')));

function isSigned(string $text, array $frame, string $secret): bool
{
    $end = strrpos($text, ',"signature":"');
    $signed = "{$frame['id']}.{$frame['timestamp']}." . substr($text, 0, $end) . '}';
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $secret, true));
    foreach (explode(' ', substr($text, $end + 14, -2)) as $given) {
        if (hash_equals($expected, $given)) {
            return true;
        }
    }
    return false;
}
`

  const php = ({base, key, secret}) => `<?php // PHP 8: php listen.php
${secret && phpCheck(secret)}
$options = ['http' => [
    'header' => 'X-Api-Key: ${key}',
    'protocol_version' => 1.1,
    'timeout' => ${SILENCE_SECONDS}, // seconds; a heartbeat is due every 20
]];
$url = '${base}/payfeed/api/v1/sse?types=payment';
$feed = fopen($url, 'r', false, stream_context_create($options)) or exit(1);
while (($line = fgets($feed)) !== false) {
    $text = trim(substr($line, strlen('data: ')));
    $frame = str_starts_with($line, 'data: ') ? json_decode($text, true) : null;
    if (($frame['type'] ?? '') !== 'payment') {
        continue;
    }${
      secret &&
      `
    if (!isSigned($text, $frame, $secret)) {
        exit('wrong signature');
    }`
    }
    echo $frame['payment']['direction'], ' ', $frame['payment']['amount'], "\\n";
}`

  const goCheck = `
func isSigned(text, id string, timestamp int64) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		log.Fatal(err)
	}
	end := strings.LastIndex(text, \`,"signature":"\`)
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s}", id, timestamp, text[:end])
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, given := range strings.Split(text[end+14:len(text)-2], " ") {
		if hmac.Equal([]byte(expected), []byte(given)) {
			return true
		}
	}
	return false
}
`

  const go = ({base, key, secret}) => `// go run listen.go
package main

import (
	"bufio"
${secret && '\t"crypto/hmac"\n\t"crypto/sha256"\n\t"encoding/base64"\n'}	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"strings"
	"time"
)

const silence = ${SILENCE_SECONDS} * time.Second // a heartbeat is due every 20
${secret && `const secret = "${secret}"\n`}
type Frame struct {
	Type      string
	Id        string
	Timestamp int64
	Payment   struct {
		Direction string
		Amount    float64
	}
}
${secret && goCheck}
func main() {
	request, err := http.NewRequest("GET", "${base}/payfeed/api/v1/sse?types=payment", nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("X-Api-Key", "${key}")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	if response.StatusCode != 200 {
		log.Fatal(response.Status)
	}
	timer := time.AfterFunc(silence, func() { response.Body.Close() })
	lines := bufio.NewReader(response.Body)
	for {
		line, err := lines.ReadString('\\n')
		if err != nil {
			log.Fatal(err)
		}
		timer.Reset(silence)
		text := strings.TrimPrefix(strings.TrimSpace(line), "data: ")
		var frame Frame
		if json.Unmarshal([]byte(text), &frame) != nil || frame.Type != "payment" {
			continue
		}${
      secret &&
      `
		if !isSigned(text, frame.Id, frame.Timestamp) {
			log.Fatal("wrong signature")
		}`
    }
		fmt.Println(frame.Payment.Direction, frame.Payment.Amount)
	}
}`

  const wscat = ({socket, key}) =>
    `npx wscat --header "X-Api-Key: ${key}" --connect "${socket}?since=start"`

  const curl = ({base, key}) =>
    `curl -N -H "X-Api-Key: ${key}" --speed-limit 1 --speed-time ${SILENCE_SECONDS} \\
    "${base}/payfeed/api/v1/sse?since=start"`

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
    proxy_read_timeout ${SILENCE_SECONDS}s;
    proxy_send_timeout ${SILENCE_SECONDS}s;
    access_log off;
}`

  const homeassistant = ({
    base,
    key
  }) => `# configuration.yaml: the last received payment, read every 10 seconds.
# Without polling, over MQTT: payfeed bridge --homeassistant
rest:
  - resource: "${base}/payfeed/api/v1/events?types=payment&direction=in&status=confirmed&limit=1"
    headers:
      X-Api-Key: "${key}"
    scan_interval: 10
    sensor:
      - name: "Last payment"
        unique_id: payfeed_last_payment
        unit_of_measurement: "sat"
        value_template: "{{ value_json.events[0].payment.amount if value_json.events else 0 }}"
        json_attributes_path: "$.events[0].payment"
        json_attributes: [payment_hash, memo, comment, tag, timestamp]`

  /**
   * Code to start with, by name. Arguments: `Payfeed.location(…)`, `key`, and `secret`:
   * an empty text, or the signing secret for code that verifies signatures.
   */
  Payfeed.snippets = {
    ...{browser, vue, checkout, python, node, php, go},
    ...{wscat, curl, homeassistant, esp32, nginx}
  }

  /** The snippets that can verify signatures. */
  Payfeed.verifyingSnippets = ['browser', 'vue', 'python', 'node', 'php', 'go']

  /** The parts of LNbits' address that the snippets need. */
  Payfeed.location = ({protocol, hostname, host, port, origin}) => {
    const isSecure = protocol === 'https:'
    const socket = `${isSecure ? 'wss' : 'ws'}://${host}/payfeed/api/v1/ws`
    const defaultPort = isSecure ? 443 : 80
    return {base: origin, socket, host: hostname, port: port || defaultPort, isSecure}
  }
})()
