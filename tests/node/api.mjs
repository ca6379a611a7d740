// Calls methods of PayfeedApi, one after the other, and prints their results as JSON.
// node api.mjs <url> <key> [secret]; standard input: [[method, ...arguments]], JSON.
// An error is printed as {error, status}. `export` returns the text of the file.
import {readFileSync} from 'node:fs'
import {PayfeedApi} from 'lnbits-payfeed'
import WebSocket from 'ws'

const [url, key, secret] = process.argv.slice(2)
const api = new PayfeedApi({url, key, secret, WebSocket})

async function call([method, ...args]) {
  try {
    if (method !== 'export') return await api[method](...args)
    const parts = []
    await api.export(part => parts.push(part), ...args)
    return Buffer.concat(parts).toString()
  } catch (error) {
    return {error: error.name, status: error.status, detail: error.message}
  }
}

const results = []
for (const step of JSON.parse(readFileSync(0))) results.push(await call(step))
console.log(JSON.stringify(results))
