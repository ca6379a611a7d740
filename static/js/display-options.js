;(() => {
  const BACKGROUNDS = ['lnbits', 'dark', 'light', 'transparent']
  const MOST_RECENT = 20

  const usual = () => ({
    background: 'lnbits',
    title: '',
    total: '',
    goal: 0,
    recent: 5,
    min_amount: 0,
    sound: false,
    qr: ''
  })

  const number = (text, most) =>
    Math.min(Math.max(Math.floor(Number(text)) || 0, 0), most)

  /**
   * What the display's query can say; docs/page.md names every option. LNbits reads and
   * stores `theme`, `dark`, `gradient`, `border` and `usr` on every page: no option may
   * have such a name.
   */
  Payfeed.displayOptions = {
    usual,

    read(query) {
      const text = name => query.get(name) ?? ''
      const wished = usual()
      if (BACKGROUNDS.includes(text('background')))
        wished.background = text('background')
      if (query.has('recent')) wished.recent = number(text('recent'), MOST_RECENT)
      return {
        ...wished,
        title: text('title'),
        total: text('total'),
        goal: number(text('goal'), 21e14),
        min_amount: number(text('min_amount'), 21e14),
        sound: text('sound') === '1',
        qr: text('qr')
      }
    },

    /** Only what differs from the usual, so that addresses stay short. */
    write(wished) {
      const known = usual()
      const query = new URLSearchParams()
      for (const [name, value] of Object.entries(known)) {
        const wish = wished[name] ?? ''
        if (wish === '' || wish === value) continue
        query.set(name, wish === true ? '1' : wish)
      }
      return query.toString()
    },

    /** Unix seconds from which `total` counts, or null: `today` or a local time. */
    totalSince(total) {
      if (!total) return null
      const begin = total === 'today' ? new Date() : new Date(total)
      if (total === 'today') begin.setHours(0, 0, 0, 0)
      return Number.isNaN(begin.getTime()) ? null : Math.floor(begin / 1000)
    },

    /** What a wallet scans for a Lightning address or an LNURL; else empty. */
    qrText(qr) {
      const isKnown = /^([\w.+-]+@[\w.:-]+|lnurl1[a-z0-9]+)$/i.test(qr)
      return isKnown ? `lightning:${qr}` : ''
    }
  }
})()
