;(() => {
  const BACKGROUNDS = ['lnbits', 'dark', 'light', 'transparent']
  const MAX_RECENT = 20
  const MAX_ALERT_SECONDS = 3600
  const MAX_VOLUME = 100

  const defaults = () => ({
    background: 'lnbits',
    title: '',
    total: '',
    goal: 0,
    recent: 5,
    min_amount: 0,
    memos: true,
    fiat: false,
    alert: 0,
    sound: false,
    volume: 50,
    qr: ''
  })

  const number = (text, max) =>
    Math.min(Math.max(Math.floor(Number(text)) || 0, 0), max)

  /**
   * The options in the query of the display's address, documented in docs/page.md. No
   * option may be named `theme`, `dark`, `gradient`, `border` or `usr`: LNbits reads and
   * stores these on every page.
   */
  Payfeed.displayOptions = {
    defaults,

    read(query) {
      const text = name => query.get(name) ?? ''
      const options = defaults()
      if (BACKGROUNDS.includes(text('background')))
        options.background = text('background')
      if (query.has('volume')) options.volume = number(text('volume'), MAX_VOLUME)
      if (query.has('recent')) options.recent = number(text('recent'), MAX_RECENT)
      return {
        ...options,
        title: text('title'),
        total: text('total'),
        goal: number(text('goal'), 21e14),
        min_amount: number(text('min_amount'), 21e14),
        memos: text('memos') !== '0',
        fiat: text('fiat') === '1',
        alert: number(text('alert'), MAX_ALERT_SECONDS),
        sound: text('sound') === '1',
        qr: text('qr')
      }
    },

    /** Writes only options that differ from their defaults, for a short address. */
    write(options) {
      const query = new URLSearchParams()
      for (const [name, defaultValue] of Object.entries(defaults())) {
        const value = options[name] ?? ''
        if (value === '' || value === defaultValue) continue
        query.set(name, typeof value === 'boolean' ? Number(value) : value)
      }
      return query.toString()
    },

    /** Unix seconds from which `total` (`today` or a local time) counts, or null. */
    totalSince(total) {
      if (!total) return null
      const start = total === 'today' ? new Date() : new Date(total)
      if (total === 'today') start.setHours(0, 0, 0, 0)
      return Number.isNaN(start.getTime()) ? null : Math.floor(start / 1000)
    },

    /** The content of the QR code of a Lightning address or an LNURL; else empty. */
    qrText(qr) {
      const isPayable = /^([\w.+-]+@[\w.:-]+|lnurl1[a-z0-9]+)$/i.test(qr)
      return isPayable ? `lightning:${qr}` : ''
    }
  }
})()
