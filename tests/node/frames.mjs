// Parses and verifies frames, and prints the results as JSON.
// Standard input: {name: {text, secret}}, JSON.
import {readFileSync} from 'node:fs'
import {isReceived, parseFrame, verifySignature} from 'lnbits-payfeed'

async function parse({text, secret}) {
  const verifies = secret && (await verifySignature(text, secret).catch(String))
  try {
    const frame = parseFrame(text)
    return {frame, verifies, isReceived: isReceived(frame)}
  } catch (error) {
    return {error: error.name, verifies}
  }
}

const frames = Object.entries(JSON.parse(readFileSync(0)))
const results = await Promise.all(
  frames.map(async ([name, frame]) => [name, await parse(frame)])
)
console.log(JSON.stringify(Object.fromEntries(results)))
