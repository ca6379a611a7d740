/** LNbits mounts `window.app`. The files after this one extend both objects. */
window.Payfeed = {}
window.app = Vue.createApp({el: '#vue', mixins: [windowMixin]})

/** The locale of numbers and times, by LNbits' code of a language that has texts. */
Payfeed.locales = {}

/**
 * Adds texts to those of LNbits, which may create its `i18n` before or after this.
 * LNbits' codes of some languages are those of others elsewhere: its `br` is `pt-BR`.
 */
Payfeed.addTexts = (language, texts, locale) => {
  Payfeed.locales[language] = locale
  if (window.i18n) {
    window.i18n.global.mergeLocaleMessage(language, {payfeed: texts})
  } else {
    window.localisation[language].payfeed = texts
  }
}
