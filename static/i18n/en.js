/** All texts of the page and the display. Every other language is one more such file. */
Payfeed.addTexts('en', {
  wallet: 'Wallet',
  no_wallet: 'You have no wallet yet. Create one to see its feed.',
  received: 'Received {amount}',
  copy: 'Copy',
  copied: 'Copied',
  not_copied:
    'This browser does not allow the page to copy. Select the text and copy it.',
  close: 'Close',
  qr: 'QR code',
  cancel: 'Cancel',
  show: 'Show',
  hide: 'Hide',
  owner_only: 'Only the owner of this wallet can see and change this.',
  failure: {
    no_response:
      'LNbits does not respond. Check that it is running and that this device is online, then try again.',
    status: 'LNbits responded with status {status}. Try again later.'
  },
  tab: {
    live: 'Live',
    plots: 'Plots',
    connect: 'Connect',
    keys: 'Keys',
    subscribers: 'Subscribers',
    send: 'Send',
    display: 'Display'
  },
  state: {
    connected: 'Connected: payments appear immediately.',
    connecting: 'Connecting …',
    reconnecting: 'Not connected. No event will be missed.',
    next: 'Next attempt in {seconds} s.',
    disconnected: 'Not connected: {reason}',
    now: 'Try now'
  },
  live: {
    search: 'Search',
    filters: 'Filters',
    type: 'Type',
    types: {
      all: 'All events',
      payment: 'Payments',
      message: 'Messages',
      test: 'Tests'
    },
    direction: 'Direction',
    directions: {both: 'Received and sent', in: 'Received', out: 'Sent'},
    min_amount: 'Minimum amount (sat)',
    tag: 'Tag',
    in: 'Received',
    out: 'Sent',
    pending: 'Pending',
    failed: 'Failed',
    message: 'Message',
    test: 'Test',
    no_memo: 'no memo',
    fee: 'fee {amount}',
    nothing: 'No matching events.',
    loading: 'Loading …',
    more: 'Load older events',
    beginning: 'There are no older events.',
    frame: 'Frame of this event'
  },
  empty_feed: {
    title: 'No payments yet',
    what: 'Create an invoice and pay it from any wallet. The payment appears here immediately.',
    create: 'Create an invoice for {amount}',
    memo: 'My first Payfeed payment',
    scan: 'Scan or copy this invoice, and pay it.'
  },
  plots: {
    sums: 'Received, sent, fees and the running total',
    sizes: 'Number of payments by amount',
    hour: 'Hour',
    day: 'Day',
    week: 'Week',
    size: 'Amount',
    received: 'Received',
    sent: 'Sent',
    fees: 'Fees',
    total: 'Running total',
    nothing: 'No payments yet.',
    incomplete: 'The payments could not be loaded.',
    no_chart: 'This LNbits has no Chart.js. The table below shows the same numbers.',
    without_fiat: 'Payments without an amount in {currency}, not included: {count}.'
  },
  connect: {
    what: 'A program needs this address and a key to read the feed.',
    inkey: 'Invoice key',
    access: 'Access key',
    inkey_means:
      'The invoice key can also create invoices. Use it for testing, and access keys for devices.',
    access_means:
      'Create access keys in the Keys tab. Each has a name, limited scopes, and can be revoked.',
    paste: 'Paste the access key',
    show: 'Show the key',
    hide: 'Hide the key',
    address: 'WebSocket address',
    copy_address: 'Copy the address',
    copy_snippet: 'Copy the code',
    qr: 'The address, for a phone or a device. Anyone with this key can read the feed.',
    language: {
      browser: 'Browser',
      vue: 'Vue',
      python: 'Python',
      node: 'Node',
      wscat: 'wscat',
      curl: 'curl',
      esp32: 'ESP32',
      nginx: 'nginx'
    }
  },
  keys: {
    title: 'Access keys',
    what: 'Create one key for each device or program, so that you can recognize and revoke it.',
    none: 'No access keys yet.',
    failed: 'The access keys could not be loaded.',
    create: 'Create a key',
    name: 'Name',
    name_hint: 'The device or program that uses this key, for example: front till',
    scope: {
      read: 'read: receive payments and messages',
      notify: 'notify: send messages',
      balance: 'balance: receive the balance of the wallet'
    },
    expiry: 'Expires',
    expiries: {
      never: 'never',
      day: 'in 1 day',
      month: 'in 30 days',
      year: 'in 1 year'
    },
    once: 'This key is shown only once. Store it now.',
    stored: 'I have stored it',
    used: 'used {age}',
    unused: 'never used',
    lag: 'not acknowledged: {lag}',
    expires: 'expires {time}',
    expired: 'expired',
    revoked: 'revoked',
    revoke: 'Revoke',
    revoke_name: 'Revoke {name}',
    revoke_really:
      'Revoke the key “{name}”? All programs that use it are disconnected immediately.',
    allow_inkey: 'Allow the invoice key to read the feed',
    allow_inkey_means:
      'If this is off, only access keys and your admin key can read the feed.',
    mirror_to_inkey: 'Mirror payments to LNbits’ own socket',
    mirror_to_inkey_means:
      'If this is on, programs that use LNbits’ own WebSocket of the invoice key also receive Payfeed’s frames.',
    secret: 'Signing secret',
    secret_means:
      'Programs use this secret to verify that an event comes from this feed and is unchanged.',
    channel: 'Channel',
    channel_means:
      'LNbits’ own WebSocket with this name also carries the live events. Anyone who knows the name can write to it: verify signatures.',
    rotate: 'Rotate',
    rotate_secret:
      'Create a new signing secret? Programs that verify signatures need the new one.',
    rotated_secret: 'The feed has a new signing secret.',
    rotated_channel: 'The feed has a new channel.',
    rotate_channel:
      'Create a new channel? Programs that use the old one receive no more events.'
  },
  subscribers: {
    title: 'Connected subscribers',
    what: 'This page is one of them.',
    since: 'connected {age} from {address}',
    lag: 'behind: {lag}',
    no_lag: 'up to date',
    failed: 'The list could not be loaded. The next attempt is in 2 seconds.'
  },
  send: {
    test_title: 'Test event',
    test_what: 'All subscribers receive it. It is not a payment.',
    test: 'Send a test event',
    title: 'Custom message',
    what: 'All subscribers receive it, and it is stored like a payment.',
    text: 'Text',
    json: 'JSON',
    message: 'Message',
    hint_text: 'Sent without changes.',
    hint_json: 'An object with "type" becomes a frame of that type.',
    send: 'Send',
    sent: 'Sent as {id}. Connected subscribers: {delivered}.',
    too_long: 'The message is longer than {bytes} bytes.',
    invalid_json: 'This is not valid JSON: {error}',
    infinite: 'A number is too large.',
    too_deep: 'The message has more than {nesting} levels of nesting.',
    reserved_member: 'The member "{member}" is reserved.',
    reserved_type: 'The type "{type}" is reserved.',
    invalid_type:
      'A type has 1 to 64 characters: a to z, 0 to 9, dot, dash and underscore.'
  },
  public_display: {
    connected: 'connected',
    connecting: 'Connecting …',
    reconnecting: 'Not connected.',
    next: 'Reconnecting in {seconds} s',
    disconnected: 'Not connected: {reason}',
    no_key: 'add # and an access key to the end of this page’s address.',
    none: 'Waiting for a payment',
    total: 'Total: {total}',
    goal: 'Progress towards the goal',
    enable_sound: 'Tap for sound'
  },
  display_builder: {
    title: 'A display for the counter or the stream',
    what: 'A public page that shows the last payment. Choose the options, copy the address, and open it on the device.',
    why: 'Anyone with this address can read the whole feed. Use a separate key with only the scope read: it cannot see the balance or send, and you can revoke it separately. The key is after the #, so no server logs it.',
    create_key: 'Create a key for it',
    key: 'Access key with the scope read',
    key_invalid: 'This is not an access key.',
    key_name: 'display',
    address: 'Address of the display',
    copy: 'Copy the address of the display',
    open: 'Open the display',
    preview: 'Preview',
    background: 'Background',
    backgrounds: {
      lnbits: 'theme of LNbits',
      dark: 'dark',
      light: 'light',
      transparent: 'transparent, for overlays'
    },
    heading: 'Heading',
    total: 'Running total since',
    totals: {none: 'no total', today: 'today', time: 'a chosen time'},
    since: 'Since',
    goal: 'Goal of the total (sat)',
    recent: 'Number of recent payments',
    min_amount: 'Minimum amount (sat)',
    sound: 'Sound for every payment',
    qr: 'QR code of a Lightning address or LNURL',
    qr_invalid: 'This is neither a Lightning address nor an LNURL.'
  }
})
