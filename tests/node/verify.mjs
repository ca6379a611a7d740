// Verifies requests of webhooks with the published library.
// Standard input: [{body, headers, secret}], JSON. Prints a list of event ids; null
// where the library refuses the request.
import {readFileSync} from 'node:fs'
import {Webhook} from 'standardwebhooks'

function verify({body, headers, secret}) {
  try {
    return new Webhook(secret).verify(body, headers).id
  } catch {
    return null
  }
}

console.log(JSON.stringify(JSON.parse(readFileSync(0)).map(verify)))
