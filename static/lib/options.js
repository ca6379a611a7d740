/** Shown in place of a key or a secret that is hidden. */
Payfeed.HIDDEN = '••••••••'

/** The options of a Quasar control, from pairs of a value and the name of its text. */
Payfeed.options = pairs => {
  const {t} = window.i18n.global
  return pairs.map(([value, text]) => ({value, label: t(text)}))
}

/**
 * How long a secret stays valid beside the one that replaces it, in seconds. While an
 * overlap lasts, Payfeed refuses another one.
 */
Payfeed.overlapOptions = isOverlapping => {
  const overlaps = [
    [3600, 'payfeed.webhooks.overlaps.hour'],
    [86400, 'payfeed.webhooks.overlaps.day'],
    [604800, 'payfeed.webhooks.overlaps.week'],
    [0, 'payfeed.webhooks.overlaps.none']
  ]
  return Payfeed.options(isOverlapping ? overlaps.slice(-1) : overlaps)
}
