/** Amounts are satoshi with up to three decimals; the msat values are exact. */
export interface Payment {
  payment_hash: string
  amount: number
  amount_msat: number
  fee: number
  fee_msat: number
  memo: string
  status: 'pending' | 'confirmed' | 'failed'
  direction: 'in' | 'out'
  /** Settlement, Unix seconds. */
  timestamp: number
  wallet_id: string
  tag: string | null
  comment: string | null
  fiat: {[member: string]: unknown} | null
  /** The identifier that the merchant gave the invoice. From servers since 0.2.0. */
  external_id?: string | null
  /** LNbits' labels. From servers since 0.2.0. */
  labels?: string[]
  /** What the owner lets through of LNbits' `extra`. From servers since 0.2.0. */
  extra?: {[member: string]: string | number | boolean | null}
  /** The names of members that were cut, as the payment was too large. */
  truncated?: string[]
}

/** `timestamp`: when it was recorded, Unix seconds. */
export interface Recorded {
  id: string
  timestamp: number
  signature?: string
}

export interface PaymentEvent extends Recorded {
  type: 'payment'
  payment: Payment
  /** The key's readers are public: the texts of the payment are empty. */
  redacted?: true
}

export interface MessageEvent extends Recorded {
  type: 'message'
  data: unknown
}

export interface TestEvent extends Recorded {
  type: 'test'
  data: {message: string}
}

/** A custom message that brought its own `type`, for example `door.open`. */
export interface CustomEvent extends Recorded {
  type: string
  custom: true
}

/**
 * Events after `since` are lost; what is kept begins at `oldest`. `too_large`: the client
 * passed one frame of more than 4 MiB; the server still has its event, `oldest` is null.
 */
export interface Gap {
  type: 'gap'
  since: string
  oldest: string | null
  reason: 'expired' | 'unknown' | 'too_large'
}

export interface Balance {
  type: 'balance_update'
  wallet_id: string
  balance: number
  balance_msat: number
  timestamp: number
}

/** `Own` are the types of your own messages. */
export type FeedEvent<Own extends CustomEvent = never> =
  | PaymentEvent
  | MessageEvent
  | TestEvent
  | Own

export interface State {
  state: 'connecting' | 'connected' | 'reconnecting' | 'disconnected'
  retryInSeconds: number | null
  code: number | null
  reason: string | null
  /** What ended the feed, with `disconnected`: a PayfeedError, or the signal's reason. */
  error: PayfeedError | unknown
}

/** The parts of a WebSocket class that are used: the browser's, or that of `ws`. */
export type WebSocketClass = new (
  address: string,
  protocols: string[]
) => {
  close(): void
  send(text: string): void
  readonly readyState: number
}

export interface Options<Own extends CustomEvent = never> {
  /** LNbits' address; the page's own origin if left out. */
  url?: string
  /** An access key or the wallet's invoice key. */
  key: string
  /** Event id, `start`, `@<unix seconds>` or `acked`; left out: only what is new. */
  since?: string
  /** Names, or a text of names with commas. */
  types?: string[] | string
  direction?: 'in' | 'out'
  status?: 'confirmed' | 'failed'
  /** Satoshi. */
  minAmount?: number
  tag?: string
  /** 64 lower-case hex digits; `since` is then `start` if left out. */
  paymentHash?: string
  /** The identifier that the merchant gave the invoice. */
  externalId?: string
  /** The signing secret `whsec_…`: every event is verified. */
  secret?: string
  /** Failed connections in a row before `GaveUp`. */
  maxAttempts?: number
  backoffBaseSeconds?: number
  backoffCapSeconds?: number
  connectTimeoutSeconds?: number
  stableSeconds?: number
  /**
   * A connection on which nothing arrives for this long, at least 1, is closed; a ping is
   * sent after half of it. Left out: 2.5 heartbeats, without pings.
   */
  silenceSeconds?: number
  /** Ends the feed: the loop and `waitForPayment` throw its reason. */
  signal?: AbortSignal
  WebSocket?: WebSocketClass
  /** `text` is the frame as it arrived, which was signed. */
  onEvent?(event: FeedEvent<Own>, text: string): unknown
  onGap?(gap: Gap): unknown
  /** The loop yields balances too. */
  balance?: boolean
  onBalance?(balance: Balance): void
  onState?(state: State): void
  /** If `isEvent`, what it returns is awaited, and the feed stops if it throws. */
  onInvalid?(invalid: InvalidFrame): unknown
}

/** What the loop yields; a `Balance` only with the option `balance`. */
export type Item<Own extends CustomEvent = never> =
  | FeedEvent<Own>
  | Gap
  | Balance
  | InvalidFrame

/** Events of one wallet, in order, each handed out once. */
export class PayfeedClient<Own extends CustomEvent = never> {
  /** @throws {BadAddress} what is given cannot be used */
  constructor(options: Options<Own>)
  /** Everything up to this id is processed. */
  readonly cursor: string | null
  start(): void
  stop(): void
  retryNow(): void
  /** This event, or the event with this id, and all before it are processed. */
  ack(event: string | {id: string | null}): void
  /**
   * The event of a payment, when it is in the log; it may be there already. Received and
   * confirmed, unless asked otherwise; without `timeoutSeconds` there is no limit.
   * @throws {PaymentTimeout} and what the loop throws
   */
  waitForPayment(
    paymentHash: string,
    options?: {
      timeoutSeconds?: number
      direction?: 'in' | 'out'
      status?: 'confirmed' | 'failed'
      /** Default: that of the client. */
      signal?: AbortSignal
    }
  ): Promise<PaymentEvent>
  /** Invalid frames only if `isEvent`. */
  [Symbol.asyncIterator](): AsyncGenerator<Item<Own>, void>
}

/** The checked frame, its numbers clamped. @throws {InvalidFrame} */
export function parseFrame(text: string): {type: string; [member: string]: unknown}
/** @throws {BadAddress} the secret cannot be one */
export function verifySignature(text: string, secret: string): Promise<boolean>
/**
 * The event or gap in a request of a webhook, verified as Standard Webhooks.
 * `body` as it arrived. @throws {WrongSignature} answer with 400
 */
export function verifyWebhook(
  body: string | Uint8Array,
  headers: Headers | {[name: string]: string | string[] | undefined},
  secret: string,
  options?: {maxAgeSeconds?: number}
): Promise<FeedEvent<CustomEvent> | Gap | InvalidFrame>
/** Money came in: the only case to hand out goods. */
export function isReceived(item: {type: string}): item is PaymentEvent

/** The filters of all reading requests. */
export type EventFilter = Pick<
  Options,
  'types' | 'direction' | 'status' | 'minAmount' | 'tag' | 'paymentHash' | 'externalId'
>

/** A recorded event, and how many subscribers were connected. */
export interface Sent {
  id: string
  delivered: number
}

/** A part of the log, oldest event first; the next page begins after `cursor`. */
export interface EventsPage {
  events: (FeedEvent<CustomEvent> | InvalidFrame)[]
  head: string
  cursor: string
  oldest: string | null
  hasMore: boolean
  /** False if events after `since` are lost. */
  recovered: boolean
}

interface Cancel {
  signal?: AbortSignal
}

/** An answer of the server, as docs/protocol.md and docs/webhooks.md have it. */
export type Answer = {[member: string]: any}

/**
 * Requests beside the feed. `notify` and `test` need the scope `notify`, keys and webhooks
 * the wallet's admin key. All throw BadAddress and RequestFailed; nothing is repeated.
 */
export class PayfeedApi {
  constructor(
    options: Pick<Options, 'key'> & Pick<Options, 'url' | 'secret' | 'WebSocket'>
  )
  /** Any JSON value. With `idempotencyKey` the request is safe to repeat. */
  notify(message: unknown, options?: {idempotencyKey?: string} & Cancel): Promise<Sent>
  test(options?: Cancel): Promise<Sent>
  /** After `since`, or before the id `before`, or the newest. `limit`: 1 to 1000. */
  events(
    options?: {
      since?: string
      before?: string
      limit?: number
      waitSeconds?: number
    } & EventFilter &
      Cancel
  ): Promise<EventsPage>
  waitForPayment: PayfeedClient['waitForPayment']
  /** Calls `write` with each part of the file, in order, and awaits it. */
  export(
    write: (part: Uint8Array) => unknown,
    options?: {kind?: 'jsonl' | 'csv'; since?: string; until?: string} & EventFilter &
      Cancel
  ): Promise<void>
  listKeys(options?: Cancel): Promise<Answer[]>
  createKey(
    name: string,
    options?: {
      scopes?: string[]
      /** Unix seconds. */
      expiresAt?: number
      filter?: Answer
      public?: boolean
    } & Cancel
  ): Promise<Answer>
  renameKey(keyId: string, name: string, options?: Cancel): Promise<Answer>
  revokeKey(keyId: string, options?: Cancel): Promise<Answer>
  listWebhooks(options?: Cancel): Promise<Answer[]>
  createWebhook(
    url: string,
    options?: {
      description?: string
      since?: string
      ordered?: boolean
      filter?: Answer
    } & Cancel
  ): Promise<Answer>
  getWebhook(webhookId: string, options?: Cancel): Promise<Answer>
  updateWebhook(webhookId: string, changes: Answer, options?: Cancel): Promise<Answer>
  deleteWebhook(webhookId: string, options?: Cancel): Promise<Answer>
  testWebhook(webhookId: string, options?: Cancel): Promise<Answer>
  listDeliveries(
    webhookId: string,
    options?: {state?: string; before?: string; limit?: number} & Cancel
  ): Promise<Answer>
  getDelivery(webhookId: string, eventId: string, options?: Cancel): Promise<Answer>
  resend(webhookId: string, eventId: string, options?: Cancel): Promise<Answer>
  resendSince(
    webhookId: string,
    since: string,
    options?: {only?: 'failed' | 'all'} & Cancel
  ): Promise<Answer>
}

/** The client's backoff: a random pause, its limit doubling with every failure. */
export function backoffSeconds(
  failures: number,
  options?: {baseSeconds?: number; capSeconds?: number}
): number

/** The `name` of each class is a literal, also in a bundle. */
export class PayfeedError extends Error {}
export class BadAddress extends PayfeedError {
  readonly name: 'BadAddress'
}
/** A frame of the wrong shape. */
export class InvalidFrame extends PayfeedError {
  readonly name: 'InvalidFrame'
  type: 'invalid'
  /** The event's id, null if the frame has none of the right shape. */
  id: string | null
  /** The frame says that it is an event, so it may be a payment. */
  isEvent: boolean
  reason: string
  /** The frame as it arrived, null if it was binary. */
  raw: string | null
}
export class WrongSignature extends PayfeedError {
  readonly name: 'WrongSignature'
  eventId: string | null
}
export class Refused extends PayfeedError {
  readonly name: 'Refused'
  code: 4400 | 4401 | 4403
  reason: string
}
/** `status` is 0 without an answer; `detail` is the server's reason. */
export class RequestFailed extends PayfeedError {
  readonly name: 'RequestFailed'
  status: number
  detail: string
}
export class PaymentTimeout extends PayfeedError {
  readonly name: 'PaymentTimeout'
  paymentHash: string
  timeoutSeconds: number
}
export class GaveUp extends PayfeedError {
  readonly name: 'GaveUp'
  attempts: number
  /** The close code of the last connection, null without one. */
  code: number | null
  reason: string
}
