;(() => {
  /** Copies a text to the clipboard and confirms it. */
  const copy = async text => {
    const {t} = window.i18n.global
    try {
      await Quasar.copyToClipboard(text)
    } catch {
      const message = t('payfeed.not_copied')
      return Quasar.Notify.create({type: 'warning', message})
    }
    const message = t('payfeed.copied')
    Quasar.Notify.create({message, position: 'bottom', timeout: 1500})
  }

  /** Quasar's controls with one style. Attributes and events pass through. */
  const CONTROLS = {
    choice: `
      <q-btn-toggle no-caps unelevated toggle-color="primary" class="payfeed-toggle">
      </q-btn-toggle>`,
    field: '<q-input dense outlined></q-input>',
    select: '<q-select dense outlined emit-value map-options></q-select>'
  }
  for (const [name, template] of Object.entries(CONTROLS)) {
    window.app.component(`payfeed-${name}`, {template})
  }

  window.app.component('payfeed-copy', {
    props: ['text'],
    template: '<q-btn flat no-caps icon="content_copy" @click="copy(text)"></q-btn>',
    methods: {copy}
  })

  /** Toggles its `v-model` between hidden and shown. */
  window.app.component('payfeed-eye', {
    props: ['modelValue'],
    emits: ['update:modelValue'],
    template: `
      <q-btn
        flat
        no-caps
        :icon="modelValue ? 'visibility_off' : 'visibility'"
        @click="$emit('update:modelValue', !modelValue)"
      ></q-btn>`
  })
})()
