// A TypeScript program that uses clients/js; compiled by `make check`.
import {
  InvalidFrame,
  isReceived,
  PayfeedClient,
  Refused,
  type CustomEvent
} from '../../clients/js/index.js'
import {FakeFeed} from '../../clients/js/testing.js'

interface DoorEvent extends CustomEvent {
  type: 'door.open'
  door: number
}

export async function listen(key: string): Promise<void> {
  const client = new PayfeedClient<DoorEvent>({key, WebSocket, minAmount: 0.5})
  try {
    for await (const item of client) {
      if (item.type === 'gap') console.log(item.oldest)
      else if (item instanceof InvalidFrame) item.raw?.trim()
      else if (item.type === 'payment') item.payment.amount_msat.toFixed()
      else if (item.type === 'door.open') item.door.toFixed()
      else if (item.type === 'test') item.data.message.trim()
      if (isReceived(item)) client.ack(item.id)
      // @ts-expect-error a gap has no id
      client.ack(item.id)
    }
  } catch (error) {
    if (error instanceof Refused && error.code === 4401) client.cursor?.trim()
  }
}

// @ts-expect-error the key is missing
new PayfeedClient({})

export async function drive(fake: FakeFeed): Promise<string> {
  const client = new PayfeedClient({
    ...fake.options,
    since: 'start',
    WebSocket: fake.WebSocket
  })
  fake.restart({isRestored: true})
  // @ts-expect-error the protocol has no such status
  fake.pay(1, '', {status: 'paid'})
  return fake.pay(21, 'coffee', {tag: 'lnurlp'}).payment.memo
}
