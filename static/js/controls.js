;(() => {
  /** Copy a text and say so. */
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

  /** Quasar's controls in one look; attributes and events are those of the latter. */
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

  /** Shows and hides what its `v-model` says. */
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

  /** What stands where a key or a secret is hidden. */
  Payfeed.HIDDEN = '••••••••'

  /** The options of a choice, from pairs of a value and the name of its text. */
  Payfeed.options = pairs => {
    const {t} = window.i18n.global
    return pairs.map(([value, text]) => ({value, label: t(text)}))
  }
})()
