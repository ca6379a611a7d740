;(() => {
  const PERIODS = {
    hour: {shown: 48, move: (date, by) => date.setHours(date.getHours() + by)},
    day: {shown: 31, move: (date, by) => date.setDate(date.getDate() + by)},
    week: {shown: 26, move: (date, by) => date.setDate(date.getDate() + 7 * by)}
  }

  /** The start of the local hour, day or week (from Monday) that contains a time. */
  const startOf = (timestamp, period) => {
    const date = new Date(timestamp * 1000)
    if (period === 'hour') date.setMinutes(0, 0, 0)
    else date.setHours(0, 0, 0, 0)
    if (period === 'week') date.setDate(date.getDate() - ((date.getDay() + 6) % 7))
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

  /** The starts of the shown periods, the current one last. */
  const starts = period => {
    const {shown, move} = PERIODS[period]
    const now = startOf(Date.now() / 1000, period)
    return Array.from({length: shown}, (_, index) => {
      const start = new Date(now)
      move(start, index - shown + 1)
      return start
    })
  }

  /**
   * Sums of confirmed payments for the last hours, days or weeks, oldest first:
   * `{start, received, sent, fees, total}`. `total` is received minus sent minus fees,
   * from the first payment on. Satoshi are summed in millisatoshi, which is exact.
   */
  const sums = (payments, period, unit) => {
    const found = starts(period).map(emptySum)
    const byStart = new Map(found.map(sum => [sum.start.getTime(), sum]))
    const before = emptySum()
    for (const payment of payments) {
      const start = startOf(payment.timestamp, period).getTime()
      add(byStart.get(start) ?? before, payment, unit)
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
    const day = startOf(timestamp, 'day').getTime()
    const isOfDay = payment => startOf(payment.timestamp, 'day').getTime() === day
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

  Payfeed.statistics = {sums, sizes, ofDay, startOf}
})()
