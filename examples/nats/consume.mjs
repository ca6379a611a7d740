// npm install @nats-io/transport-node @nats-io/jetstream
// NATS_URL=nats://n1.example.org,nats://n2.example.org node consume.mjs till
import {jetstream, jetstreamManager} from '@nats-io/jetstream'
import {connect} from '@nats-io/transport-node'

const name = process.argv[2]
const durable_name = `${name}-goods` // the stream stores the position of this consumer
const filter_subject = `payfeed.${name}.>`
const servers = process.env.NATS_URL.split(',')
const connection = await connect({servers, maxReconnectAttempts: -1})
const manager = await jetstreamManager(connection)
const stream = await manager.streams.find(filter_subject)
const settings = {durable_name, filter_subject, ack_policy: 'explicit'}
await manager.consumers.add(stream, settings)
const consumer = await jetstream(connection).consumers.get(stream, durable_name)
for await (const message of await consumer.consume()) {
  console.log(message.subject, JSON.stringify(message.json()))
  await message.ackAck() // after a crash an event may arrive again
}
