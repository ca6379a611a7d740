;(() => {
  const PERIODS = {
    hour: {shown: 48, move: (date, by) => date.setHours(date.getHours() + by)},
    day: {shown: 31, move: (date, by) => date.setDate(date.getDate() + by)},
    week: {shown: 26, move: (date, by) => date.setDate(date.getDate() + 7 * by)},
    month: {shown: 24, move: (date, by) => date.setMonth(date.getMonth() + by)}
  }

  /** A feed that is younger has a plot of this many periods, too. */
  const MIN_SHOWN = 12

  /** The start of the local hour, day, week (from Monday) or month around a time. */
  const startOf = (timestamp, period) => {
    const date = new Date(timestamp * 1000)
    if (period === 'hour') date.setMinutes(0, 0, 0)
    else date.setHours(0, 0, 0, 0)
    if (period === 'week') date.setDate(date.getDate() - ((date.getDay() + 6) % 7))
    if (period === 'month') date.setDate(1)
    return date
  }

  /** Amount and fee of a payment in `unit`: millisatoshi for `sat`, or a currency. */
  const valueOf = ({amount_msat, fee_msat, fiat}, unit) => {
    if (unit === 'sat') return {amount: amount_msat, fee: fee_msat}
    if (fiat?.currency !== unit) return {amount: 0, fee: 0}
    const amount = Math.abs(Number(fiat.amount))
    return {amount, fee: (amount * fee_msat) / amount_msat}
  }

  const add = (sum, payment, unit) => {
    const {amount, fee} = valueOf(payment, unit)
    if (payment.direction === 'in') sum.received += amount
    else sum.sent += amount
    sum.fees += fee
  }

  const emptySum = start => ({start, received: 0, sent: 0, fees: 0, total: 0})

  /** The start of the period that is some periods before the one around a time. */
  const startBefore = (timestamp, period, count) => {
    const date = startOf(timestamp, period)
    PERIODS[period].move(date, -count)
    return date
  }

  /**
   * The starts of the shown periods. The last is the one around `last`. The first is the
   * one around `first`, within the limits of what a plot shows. Unix seconds.
   */
  const starts = (period, first, last) => {
    const {shown} = PERIODS[period]
    const all = Array.from({length: shown}, (_, index) =>
      startBefore(last, period, shown - 1 - index)
    )
    const firstStart = startOf(first, period)
    return all.filter(
      (start, index) => start >= firstStart || index >= shown - MIN_SHOWN
    )
  }

  /**
   * The periods that can be chosen for what is known from `first` to `last`: each shows
   * more than the ones before it.
   */
  const periods = (first, last) => {
    const names = Object.keys(PERIODS)
    const isFilled = (name, index) => {
      const shorter = names[index - 1]
      if (!shorter) return true
      return first * 1000 < startBefore(last, shorter, PERIODS[shorter].shown - 1)
    }
    return names.filter(isFilled)
  }

  /**
   * Sums of confirmed payments for the shown hours, days, weeks or months, oldest first:
   * `{start, received, sent, fees, total}`. `first` is when what is known begins, `last`
   * when it ends. `total` is received minus sent minus fees, from the first payment on.
   * Satoshi are summed in millisatoshi, which is exact.
   */
  const sums = (payments, period, unit, {first, last}) => {
    const found = starts(period, first, last).map(emptySum)
    const before = emptySum()
    const times = found.map(({start}) => start / 1000)
    for (const payment of payments) {
      const index = times.findLastIndex(time => time <= payment.timestamp)
      add(found[index] ?? before, payment, unit)
    }
    let total = before.received - before.sent - before.fees
    for (const sum of found) sum.total = total += sum.received - sum.sent - sum.fees
    return unit === 'sat' ? found.map(toSat) : found
  }

  /**
   * Sums of confirmed payments on the local day that contains `timestamp`:
   * `{payments, sat, fiat}`, with received, sent and fees in satoshi and in `currency`.
   */
  const ofDay = (payments, timestamp, currency) => {
    const date = startOf(timestamp, 'day')
    const start = date.getTime() / 1000
    PERIODS.day.move(date, 1)
    const end = date.getTime() / 1000
    const isOfDay = payment => payment.timestamp >= start && payment.timestamp < end
    const found = payments.filter(isOfDay)
    const sat = emptySum()
    const fiat = emptySum()
    for (const payment of found) {
      add(sat, payment, 'sat')
      add(fiat, payment, currency)
    }
    return {payments: found.length, sat: toSat(sat), fiat}
  }

  const STEPS = [1, 2, 5]

  /** 0.001, 0.002, 0.005, 0.01 … to more than all bitcoin, in satoshi. */
  const LADDER = Array.from({length: 19}, (_, power) =>
    STEPS.map(step => Number(`${step}e${power - 3}`))
  ).flat()

  /**
   * The number of confirmed payments per size, smallest first:
   * `{start, end, received, sent}`, for amounts from `start` to below `end`.
   */
  const sizes = (payments, unit) => {
    const found = LADDER.map((start, index) => {
      return {start, end: LADDER[index + 1], received: 0, sent: 0}
    })
    for (const payment of payments) {
      const {amount} = valueOf(payment, unit)
      const size = found.findLast(
        ({start}) => start <= (unit === 'sat' ? amount / 1000 : amount)
      )
      if (size) size[payment.direction === 'in' ? 'received' : 'sent'] += 1
    }
    const isUsed = ({received, sent}) => received || sent
    return found.slice(found.findIndex(isUsed), found.findLastIndex(isUsed) + 1)
  }

  const toSat = ({start, received, sent, fees, total}) => ({
    start,
    received: received / 1000,
    sent: sent / 1000,
    fees: fees / 1000,
    total: total / 1000
  })

  Payfeed.statistics = {sums, sizes, ofDay, startOf, periods}
})()
