/** All texts of the page and the display. Every other language is one more such file. */
Payfeed.addTexts(
  'en',
  {
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
    documentation: 'Documentation',
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
      webhooks: 'Webhooks',
      subscribers: 'Subscribers',
      send: 'Send',
      display: 'Displays'
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
      what: 'Payments and messages of this wallet, when they arrive.',
      search: 'Search',
      filters: 'Filters',
      export: 'Export',
      export_question:
        'Export all kept events that the filters let through, not only those that are loaded here. A search does not narrow them.',
      formats: {
        csv: 'Payments as CSV, for a spreadsheet',
        jsonl: 'All events as JSON lines, with signatures'
      },
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
      from: 'From',
      to: 'To',
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
      not_kept: 'This event is not in the feed of this wallet, or is no longer kept.'
    },
    today: {
      title: 'Today and yesterday',
      received: 'Received',
      sent: 'Sent',
      fees: 'Fees',
      payments: 'Payments',
      balance: 'Balance',
      yesterday: 'yesterday {value}',
      failed: 'The sums of today could not be loaded.'
    },
    event: {
      received: 'Received, confirmed',
      sent: 'Sent, confirmed',
      pending: 'Pending: not paid yet',
      failed: 'Failed: nothing was paid',
      fiat: 'Value when it was paid',
      fee: 'Fee',
      settled: 'Settled',
      recorded: 'Recorded',
      memo: 'Memo',
      comment: 'Comment',
      external_id: 'External id',
      labels: 'Labels',
      truncated: 'Cut because it is too long',
      id: 'Event id',
      copy_hash: 'Copy the payment hash',
      webhook: 'Webhook {name}',
      wallet: 'Open the wallet in LNbits',
      frame: 'Frame as JSON',
      copy_frame: 'Copy the frame'
    },
    empty_feed: {
      title: 'No payments yet',
      what: 'Create an invoice and pay it from any wallet. The payment appears here immediately.',
      create: 'Create an invoice for {amount}',
      memo: 'My first Payfeed payment',
      scan: 'Scan or copy this invoice, and pay it.',
      connect: 'Connect a program',
      display: 'Open a display'
    },
    plots: {
      what: 'What this wallet received and sent over time, or how large its payments are.',
      sums: 'Received, sent, fees and the running total',
      sizes: 'Number of payments by amount',
      hour: 'Hour',
      day: 'Day',
      week: 'Week',
      month: 'Month',
      size: 'Amount',
      received: 'Received',
      sent: 'Sent',
      fees: 'Fees',
      total: 'Running total',
      unknown: 'No figures',
      begins: 'The feed begins {time}. There are no figures for the time before.',
      kept_since:
        'Events are kept since {time}, for at most {days} days. There are no figures for older ones.',
      nothing: 'No payments.',
      filtered: 'Only: {filter}.',
      of_failed: 'Failed payments paid nothing: there are no sums.',
      unfilter: 'Show everything',
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
      closed:
        'The owner of this wallet has closed the feed to the invoice key. Use an access key.',
      no_key: 'Paste an access key. The address and the code appear then.',
      show: 'Show the key',
      hide: 'Hide the key',
      address: 'WebSocket address',
      copy_address: 'Copy the address',
      header: 'Key, as a header',
      copy_header: 'Copy the header',
      in_address: 'Address that contains the key',
      in_address_means:
        'Only for programs that cannot send a header: addresses are stored in logs and histories.',
      copy_address_with_key: 'Copy the address with the key',
      verify: 'Verify signatures',
      verify_means:
        'The code then contains the signing secret of the feed. Do not put it into a page that others can open.',
      verify_without_secret:
        'The owner of this wallet has the signing secret: put it in place of whsec_….',
      copy_snippet: 'Copy the code',
      qr: 'The address, for a phone or a device. Anyone with this key can read the feed.',
      language: {
        browser: 'Browser',
        vue: 'Vue',
        checkout: 'Checkout page',
        python: 'Python',
        node: 'Node',
        php: 'PHP',
        go: 'Go',
        wscat: 'wscat',
        curl: 'curl',
        homeassistant: 'Home Assistant',
        esp32: 'ESP32',
        nginx: 'nginx'
      }
    },
    filter: {
      events: 'Events',
      by_name: 'Types by name',
      names: 'Names of types, separated by commas',
      names_hint:
        'For example: payment, door. The name message stands for all messages.',
      minimum: 'Minimum (sat)',
      status: 'Status',
      statuses: {confirmed: 'Confirmed', failed: 'Failed', any: 'Any status'},
      payment_hash: 'Payment hash',
      external_id: 'External id of the invoice',
      from: 'from {amount}',
      tag: 'tag {tag}',
      hash: 'payment {start}…',
      id: 'external id {id}',
      since: 'from {day}',
      until: 'to {day}'
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
      narrow: 'Read only some events',
      narrow_means:
        'The filter is fixed for the key. Such a key cannot send, and sees no balance.',
      public: 'Public',
      public_means:
        'For a page that anyone can open: memo, comment and your own identifiers of a payment are empty.',
      rename: 'Rename',
      rename_name: 'Rename {name}',
      rename_question: 'New name of the key “{name}”',
      expiry: 'Expires',
      expiries: {
        never: 'never',
        minutes: 'in 10 minutes',
        hour: 'in 1 hour',
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
        'Revoke the key “{name}”? Programs that use it are disconnected immediately. Connected now: {count}.',
      revoked_keys: 'Revoked keys: {count}',
      close: 'Close the feed',
      close_question:
        'Close the feed to the invoice key? Programs that use it are disconnected immediately. Connected now, beside this page: {count}.',
      allow_inkey: 'Allow the invoice key to read the feed',
      allow_inkey_means:
        'If this is off, only access keys and your admin key can read the feed.',
      mirror_to_inkey: 'Mirror payments to LNbits’ own socket',
      mirror_to_inkey_means:
        'If this is on, programs that use LNbits’ own WebSocket of the invoice key also receive Payfeed’s frames.',
      mirror_question:
        'Stop the mirror? Programs on LNbits’ own WebSocket of the invoice key receive no more frames of Payfeed. Payfeed cannot count them.',
      stop_mirror: 'Stop the mirror',
      extra_members: 'Members of LNbits’ extra',
      extra_members_means:
        'Payments carry these members, for example an order number that your shop stores there. Names separated by commas, at most 10.',
      secret: 'Signing secret',
      secret_means:
        'Programs use this secret to verify that an event comes from this feed and is unchanged.',
      channel: 'Channel',
      channel_means:
        'LNbits’ own WebSocket with this name also carries the live events. Anyone who knows the name can write to it: verify signatures.',
      rotate: 'Rotate',
      rotate_secret:
        'Create a new signing secret. Programs that verify signatures need the new one. How long does the current one remain valid? Clients of Payfeed 0.1.0 accept no event while both are valid. Connected now, beside this page: {count}.',
      overlap: 'Events are signed with the previous secret too, until {until}.',
      end_question:
        'End the previous secret now? Programs that still use it can no longer verify events. Connected now, beside this page: {count}.',
      rotated_secret: 'The feed has a new signing secret.',
      rotated_channel: 'The feed has a new channel.',
      rotate_channel:
        'Create a new channel? Programs that use the old one receive no more events. Payfeed cannot count them.'
    },
    kept_events: {
      title: 'Kept events',
      since: 'Events since {time}: {events}, {mib} MiB.',
      none: 'No events yet.',
      limits:
        'Events are kept for {days} days, at most {events} and {mib} MiB. The administrator of this server sets these limits.',
      before: 'Erase what was recorded before (UTC)',
      erase: 'Erase',
      all: 'Erase all events',
      nothing: 'No events were recorded before {day}.',
      question:
        'Erase the events that were recorded before {day}, for good? Number of events: {events}.',
      question_all:
        'Erase all events of this feed, for good? Number of events: {events}.',
      erased: 'Erased events: {events}.'
    },
    webhooks: {
      title: 'Webhooks',
      what: 'Payfeed sends events to the URL of your program as signed requests, and repeats them for three days until they arrive.',
      none: 'No webhooks yet.',
      create: 'Create a webhook',
      change: 'Change the webhook',
      save: 'Save',
      created:
        'The webhook is created. Copy its secret to your program, then send a test.',
      changed: 'The webhook is changed.',
      state: {
        delivering: 'Delivering',
        sending: 'Sending, {waiting} waiting',
        retrying: 'Retrying since {since}, {waiting} waiting',
        paused: 'Disabled by you',
        gone: 'Stopped: receiver answered 410',
        failed: 'Stopped: every request failed for five days',
        blocked: 'Stopped: an event could not be delivered in order'
      },
      since: 'since {since}',
      probe: 'next probe {time}',
      waiting: 'waiting: {waiting}',
      lag: 'not tried yet: {lag}',
      failed: 'failed: {failed}',
      in_order: 'in order',
      url_hint: 'It begins with https://',
      description: 'Description',
      description_hint: 'For example: web shop',
      ordered: 'Deliver in order',
      ordered_what:
        'Each event waits until the one before it is delivered. If an event cannot be delivered for three days, the webhook stops.',
      test: 'Send a test',
      test_passed: 'Delivered: status {status} after {ms} ms.',
      test_failed: 'Not delivered: status {status} after {ms} ms.',
      test_no_answer: 'Not delivered: {error}',
      edit: 'Edit',
      secret: 'Secret',
      secret_what:
        'Your program uses it to verify each request, with a library of Standard Webhooks.',
      rotate_question:
        'Create a new secret. How long does the current one remain valid? Not delivered yet: {count}.',
      overlaps: {
        hour: 'For 1 hour',
        day: 'For 1 day',
        week: 'For 7 days',
        none: 'It ends immediately, for a secret that leaked'
      },
      rotated: 'The webhook has a new secret.',
      overlap: 'Requests are signed with the previous secret too, until {until}.',
      end: 'End now',
      end_question:
        'End the previous secret now? Programs that still use it can no longer verify requests. Not delivered yet: {count}.',
      ended: 'The previous secret has ended.',
      disable: 'Disable',
      disable_question:
        'Disable this webhook? Nothing is sent until you enable it. Then you choose whether the events in between are sent. Not delivered yet: {count}.',
      disabled: 'The webhook is disabled.',
      enable: 'Enable',
      enable_question: 'Enable this webhook. Where does it continue?',
      starts: {
        stopped: 'From where it stopped: missed events are sent',
        now: 'From now: missed events are not sent'
      },
      enabled: 'The webhook is enabled.',
      delete: 'Delete',
      delete_question:
        'Delete the webhook “{name}”? It sends nothing more, not even what is waiting. Its secret and its list of deliveries are deleted. The events remain in the feed. Not delivered yet: {count}.',
      deleted: 'The webhook is deleted.',
      resend: 'Resend',
      resend_failed: 'Resend all failed',
      resent: 'Sent again: {count}',
      delivery: {
        title: 'Deliveries',
        show: 'Show',
        all: 'All',
        delivered: 'Delivered',
        waiting: 'Waiting',
        retrying: 'Retrying',
        failed: 'Failed',
        attempts: 'attempts: {attempts}',
        next: 'next attempt {time}',
        status: 'status {status} after {ms} ms',
        probe: 'probe',
        none: 'No deliveries.',
        more: 'Load older deliveries'
      }
    },
    subscribers: {
      title: 'Connected subscribers',
      what: 'Programs and pages that are connected to this feed now. This page is one of them.',
      since: 'connected {age} from {address}',
      lag: 'behind: {lag}',
      no_lag: 'up to date',
      failed: 'The list could not be loaded. The next attempt is in 2 seconds.'
    },
    send: {
      purpose:
        'Try out what programs receive: send an event or a message of your own to all subscribers.',
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
      not_connected: 'Not connected',
      page: 'Payfeed display',
      no_key:
        'The address of this page has no key. Open the address that Payfeed shows for this display, or add # and an access key to its end.',
      none: 'Waiting for a payment',
      total: 'Total: {total}',
      goal: 'Progress towards the goal',
      of_goal: '{percent} of {goal}',
      enable_sound: 'Tap for sound'
    },
    displays: {
      title: 'Displays for the counter or the stream',
      what: 'A display is a public page that shows the last payment. Save one, then open its address on the device.',
      why: 'Anyone with this address sees the amounts and times of received payments, but no memos. The key is after the #, so no server logs it.',
      own_key:
        'Only the owner of a wallet can save displays. This address works with an access key that the owner gave you. Anyone with it can read what the key reads.',
      none: 'No displays yet.',
      failed: 'The displays could not be loaded.',
      create: 'New display',
      save: 'Save the display',
      name: 'Name',
      name_hint: 'Where it is shown, for example: front counter',
      revoked: 'Its key is revoked: remove it, and create a new display.',
      open_name: 'Open {name}',
      show_name: 'Address of {name}',
      edit_name: 'Edit {name}',
      remove_name: 'Remove {name}',
      remove: 'Remove',
      remove_question:
        'Remove the display “{name}”? Its key is revoked: every screen that shows it stops. Connected now: {count}.',
      key: 'Access key with the scope read',
      key_invalid: 'This is not an access key.',
      address: 'Address of the display',
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
      alert: 'Seconds that a payment is shown (0: always)',
      fiat: 'Value in fiat, where LNbits knows it',
      memos: 'Memos, if the key reads them',
      sound: 'Sound for every payment',
      volume: 'Volume (0 to 100)',
      qr: 'QR code of a Lightning address or LNURL',
      qr_invalid: 'This is neither a Lightning address nor an LNURL.'
    }
  },
  'en'
)
