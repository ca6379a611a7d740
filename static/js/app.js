/** LNbits mounts `window.app`; the files after this one register their part on it. */
window.Payfeed = {}
window.app = Vue.createApp({el: '#vue', mixins: [windowMixin]})
