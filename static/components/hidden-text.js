/** A text that is hidden until shown, with a copy button; the slot adds more buttons. */
window.app.component('payfeed-hidden-text', {
  template: '#payfeed-hidden-text-template',
  props: ['text', 'name'],
  data: () => ({isShown: false, hidden: Payfeed.HIDDEN})
})
