;(() => {
  const PERIODS = {
    hour: {shown: 48, move: (date, by) => date.setHours(date.getHours() + by)},
    day: {shown: 31, move: (date, by) => date.setDate(date.getDate() + by)},
    week: {shown: 26, move: (date, by) => date.setDate(date.getDate() + 7 * by)}
  }

  /** The local hour, day or week (from Monday) in which a moment lies. */
  const beginOf = (timestamp, period) => {
    const date = new Date(timestamp * 1000)
    if (period === 'hour') date.setMinutes(0, 0, 0)
    else date.setHours(0, 0, 0, 0)
    if (period === 'week') date.setDate(date.getDate() - ((date.getDay() + 6) % 7))
    return date
  }

  /** Amount and fee of a payment in `unit`: `sat`, or the currency LNbits noted. */
  const worth = ({amount_msat, fee_msat, fiat}, unit) => {
    if (unit === 'sat') return {amount: amount_msat, fee: fee_msat}
    if (fiat?.currency !== unit) return {amount: 0, fee: 0}
    const amount = Math.abs(Number(fiat.amount))
    return {amount, fee: (amount * fee_msat) / amount_msat}
  }

  const add = (sum, payment, unit) => {
    const {amount, fee} = worth(payment, unit)
    if (payment.direction === 'in') sum.received += amount
    else sum.sent += amount
    sum.fees += fee
  }

  const emptySum = begin => ({begin, received: 0, sent: 0, fees: 0, total: 0})

  /** The begins of the shown periods; the last one is now. */
  const begins = period => {
    const {shown, move} = PERIODS[period]
    const now = beginOf(Date.now() / 1000, period)
    return Array.from({length: shown}, (_, index) => {
      const begin = new Date(now)
      move(begin, index - shown + 1)
      return begin
    })
  }

  /**
   * Sums of confirmed payments for the last hours, days or weeks, oldest first:
   * `{begin, received, sent, fees, total}`; `total` is what came minus what went, from
   * the first payment on. Satoshi are summed in millisatoshi: exact.
   */
  Payfeed.sums = (payments, period, unit) => {
    const sums = begins(period).map(emptySum)
    const byBegin = new Map(sums.map(sum => [sum.begin.getTime(), sum]))
    const before = emptySum()
    for (const payment of payments) {
      const begin = beginOf(payment.timestamp, period).getTime()
      add(byBegin.get(begin) ?? before, payment, unit)
    }
    let total = before.received - before.sent - before.fees
    for (const sum of sums) sum.total = total += sum.received - sum.sent - sum.fees
    return unit === 'sat' ? sums.map(toSat) : sums
  }

  const STEPS = [1, 2, 5]

  /** 0.001, 0.002, 0.005, 0.01 … to more than there is, in either unit. */
  const LADDER = Array.from({length: 19}, (_, power) =>
    STEPS.map(step => Number(`${step}e${power - 3}`))
  ).flat()

  /**
   * How many confirmed payments there are by their size, smallest first:
   * `{begin, end, received, sent}`, the amount from `begin` to below `end`.
   */
  Payfeed.sizes = (payments, unit) => {
    const sizes = LADDER.map((begin, index) => {
      return {begin, end: LADDER[index + 1], received: 0, sent: 0}
    })
    for (const payment of payments) {
      const {amount} = worth(payment, unit)
      const size = sizes.findLast(
        ({begin}) => begin <= (unit === 'sat' ? amount / 1000 : amount)
      )
      if (size) size[payment.direction === 'in' ? 'received' : 'sent'] += 1
    }
    const isUsed = ({received, sent}) => received || sent
    return sizes.slice(sizes.findIndex(isUsed), sizes.findLastIndex(isUsed) + 1)
  }

  const toSat = ({begin, received, sent, fees, total}) => ({
    begin,
    received: received / 1000,
    sent: sent / 1000,
    fees: fees / 1000,
    total: total / 1000
  })
})()
