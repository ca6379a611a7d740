/** A text that is hidden until shown, with copy; more buttons go into the slot. */
window.app.component('payfeed-secret', {
  template: '#payfeed-secret-template',
  props: ['text', 'name'],
  data: () => ({isShown: false, hidden: Payfeed.HIDDEN})
})
