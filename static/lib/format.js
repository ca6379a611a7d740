;(() => {
  const STEPS = [
    ['day', 86400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1]
  ]
  /** That of the words: a language without texts is shown in English. */
  const locale = () => Payfeed.locales[window.i18n.global.locale] ?? Payfeed.locales.en
  const formatters = new Map()
  const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

  /** One of Intl's formatters, kept, as creating one is slow: rows have several. */
  const formatter = (kind, style) => {
    const name = `${kind} ${locale()} ${JSON.stringify(style)}`
    if (!formatters.has(name)) formatters.set(name, new Intl[kind](locale(), style))
    return formatters.get(name)
  }
  const number = () => formatter('NumberFormat', {maximumFractionDigits: 3})
  const moment = (timestamp, style) =>
    formatter('DateTimeFormat', style).format(timestamp * 1000)

  Payfeed.format = {
    number: value => number().format(value),

    /** `amount` in satoshi, with up to three decimals. */
    sat(amount) {
      return `${number().format(amount)} sat`
    },

    /** Bytes as "1.4 MiB", with up to one decimal. */
    size(bytes) {
      const power = bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10)
      const rounded = Math.round((bytes / 1024 ** power) * 10) / 10
      return `${number().format(rounded)} ${SIZES[power]}`
    },

    /** A share of 1 as "42%". */
    percent: share =>
      share.toLocaleString(locale(), {style: 'percent', maximumFractionDigits: 0}),

    /** `currency` is a code of LNbits; browsers do not know all of them. */
    fiat({amount, currency}) {
      const style = {style: 'currency', currency}
      try {
        return Number(amount).toLocaleString(locale(), style)
      } catch {
        return `${amount} ${currency}`
      }
    },

    /** "3 minutes ago"; both in Unix seconds. */
    age(timestamp, now) {
      const seconds = Math.max(0, now - timestamp)
      const [unit, length] = STEPS.find(([, length]) => seconds >= length) ?? STEPS[3]
      const words = formatter('RelativeTimeFormat', {numeric: 'auto'})
      return words.format(-Math.floor(seconds / length), unit)
    },

    /** A Date in the parts that `style` (of Intl.DateTimeFormat) names. */
    date(date, style) {
      return date.toLocaleString(locale(), style)
    },

    /** The day of an `<input type="date">`. */
    day(day) {
      return new Date(`${day}T00:00`).toLocaleDateString(locale(), {
        dateStyle: 'medium'
      })
    },

    /** Unix seconds as "12:04", or with the date if that is not today. */
    recent(timestamp, timeStyle = 'short') {
      const isToday =
        new Date(timestamp * 1000).toDateString() === new Date().toDateString()
      return moment(timestamp, {timeStyle, ...(!isToday && {dateStyle: 'medium'})})
    },

    /** Unix seconds as local date and time, with the zone. */
    time(timestamp) {
      return moment(timestamp, {dateStyle: 'medium', timeStyle: 'long'})
    }
  }
})()
