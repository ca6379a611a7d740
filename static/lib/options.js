/** Shown in place of a key or a secret that is hidden. */
Payfeed.HIDDEN = '••••••••'

/** The options of a Quasar control, from pairs of a value and the name of its text. */
Payfeed.options = pairs => {
  const {t} = window.i18n.global
  return pairs.map(([value, text]) => ({value, label: t(text)}))
}
