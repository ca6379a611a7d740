import type {
  CustomEvent,
  MessageEvent,
  Options,
  Payment,
  PaymentEvent,
  WebSocketClass
} from './index.js'

/**
 * A wallet's feed in this process, for tests in Node. Events are kept, replayed, filtered
 * and signed with `secret`.
 */
export class FakeFeed {
  url: string
  key: string
  secret: string
  WebSocket: WebSocketClass
  /** `url`, `key`, `WebSocket`, and no pause before a reconnect. */
  readonly options: Pick<Options, 'url' | 'key' | 'WebSocket' | 'backoffBaseSeconds'>
  /** The newest id that was acknowledged. */
  acked: string | null
  /** The `since` of every connection so far. */
  connections: (string | null)[]

  /**
   * A payment of `amount` satoshi is received; with `{direction: 'out'}` it is sent.
   * @throws {TypeError | InvalidFrame} the protocol does not have the name, or the value
   */
  pay(amount: number, memo?: string, members?: Partial<Payment>): PaymentEvent
  /** An outgoing payment fails; otherwise as `pay`. */
  fail(amount: number, memo?: string, members?: Partial<Payment>): PaymentEvent
  /** A message is recorded: any JSON value; an object with a `type` is a custom event. */
  notify(message: unknown): MessageEvent | CustomEvent
  /** Every connection breaks; clients reconnect and resume. */
  drop(): void
  /**
   * All kept events are lost, and one that no client received. Every connection breaks,
   * and a client that resumes receives a gap.
   */
  gap(): void
  /**
   * The server restarts; clients reconnect and resume. `isRestored`: with an older
   * backup, so a client that resumes receives a gap.
   */
  restart(options?: {isRestored?: boolean}): void
  /**
   * Every connection, now and later, is closed with this close code. With 4400, 4401 and
   * 4403 (the default) clients stop; with others they try again.
   */
  refuse(code?: number, message?: string): void
  /** Connections are accepted again, after `refuse`. */
  accept(): void
}
