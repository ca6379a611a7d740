// Recorded frames and changed ones through parsing and verifying; prints what happened.
// Standard input: {name: {text, secret}}, JSON.
import {readFileSync} from 'node:fs'
import {isReceived, parseFrame, verifySignature} from 'lnbits-payfeed'

async function look({text, secret}) {
  const verifies = secret && (await verifySignature(text, secret).catch(String))
  try {
    const frame = parseFrame(text)
    return {frame, verifies, isReceived: isReceived(frame)}
  } catch (error) {
    return {error: error.name, verifies}
  }
}

const frames = Object.entries(JSON.parse(readFileSync(0)))
const seen = await Promise.all(
  frames.map(async ([name, one]) => [name, await look(one)])
)
console.log(JSON.stringify(Object.fromEntries(seen)))
