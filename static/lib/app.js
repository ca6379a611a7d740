/** LNbits mounts `window.app`. The files after this one extend both objects. */
window.Payfeed = {}
window.app = Vue.createApp({el: '#vue', mixins: [windowMixin]})

/** Adds texts to those of LNbits, which may create its `i18n` before or after this. */
Payfeed.addTexts = (language, texts) => {
  if (window.i18n) {
    window.i18n.global.mergeLocaleMessage(language, {payfeed: texts})
  } else {
    window.localisation[language].payfeed = texts
  }
}
