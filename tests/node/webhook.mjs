// Verifies requests of webhooks with the client.
// Standard input: [{body, headers, secret, maxAgeSeconds}], JSON; `headers` as an object,
// and for the second half of the runs as Headers. Prints a list of `<type> <id>` or errors.
import {readFileSync} from 'node:fs'
import {verifyWebhook} from 'lnbits-payfeed'

async function verify({body, headers, secret, maxAgeSeconds}) {
  const results = []
  for (const given of [headers, new Headers(headers)]) {
    const verifying = verifyWebhook(body, given, secret, {maxAgeSeconds})
    const outcome = verifying.then(({type, id, since}) => `${type} ${id ?? since}`)
    results.push(await outcome.catch(error => error.name))
  }
  return results[0] === results[1] ? results[0] : results
}

const requests = JSON.parse(readFileSync(0))
console.log(JSON.stringify(await Promise.all(requests.map(verify))))
