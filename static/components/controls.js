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

  const DIRECTIONS = [
    ['', 'payfeed.live.directions.both'],
    ['in', 'payfeed.live.directions.in'],
    ['out', 'payfeed.live.directions.out']
  ]

  /** Chooses the direction of payments; an empty text is both. */
  window.app.component('payfeed-direction', {
    template: `
      <payfeed-select :options="options" :label="$t('payfeed.live.direction')">
      </payfeed-select>`,
    computed: {options: () => Payfeed.options(DIRECTIONS)}
  })

  /** A line of code that can be copied; `shown` takes the place of a hidden text. */
  window.app.component('payfeed-code', {
    props: ['name', 'text', 'shown', 'copyLabel'],
    template: `
      <div class="row items-center no-wrap">
        <code :id="name" class="payfeed-code col" v-text="shown ?? text"></code>
        <payfeed-copy :text="text" :aria-label="copyLabel"></payfeed-copy>
      </div>`
  })

  /** The head of a tab: its title and its actions. */
  window.app.component('payfeed-head', {
    props: ['title'],
    template: `
      <div class="row items-center q-col-gutter-md">
        <div class="col-12 col-sm">
          <h2 class="text-h6 q-my-none" v-text="title"></h2>
        </div>
        <div v-if="$slots.default" class="col-auto"><slot></slot></div>
      </div>`
  })

  /** In place of the rows of a list that could not be read. */
  window.app.component('payfeed-unread', {
    props: ['text'],
    emits: ['retry'],
    template: `
      <q-item>
        <q-item-section v-text="text"></q-item-section>
        <q-item-section side>
          <q-btn
            flat
            no-caps
            color="primary"
            :label="$t('payfeed.state.now')"
            @click="$emit('retry')"
          ></q-btn>
        </q-item-section>
      </q-item>`
  })

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
