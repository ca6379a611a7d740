;(() => {
  const TABS = {
    live: {what: 'payfeed.live.what', document: 'page.md'},
    plots: {what: 'payfeed.plots.what', document: 'page.md'},
    connect: {what: 'payfeed.connect.what', document: 'clients.md'},
    keys: {what: 'payfeed.keys.what', document: 'protocol.md#keys-for-one-purpose'},
    webhooks: {what: 'payfeed.webhooks.what', document: 'webhooks.md'},
    subscribers: {what: 'payfeed.subscribers.what', document: 'page.md'},
    send: {what: 'payfeed.send.purpose', document: 'protocol.md#sending'},
    displays: {what: 'payfeed.displays.what', document: 'page.md#the-display'},
    server: {
      what: 'payfeed.server.what',
      document: 'operating.md#the-server-at-a-glance'
    }
  }

  /** What a tab is for, and its document. `documents` is the address of the folder. */
  window.app.component('payfeed-help', {
    props: ['tab', 'documents'],
    template: `
      <q-card-section v-if="help" id="payfeed-help" class="text-caption q-pb-none">
        <span v-text="$t(help.what)"></span>
        <a
          class="q-ml-sm text-primary no-wrap"
          target="_blank"
          rel="noopener"
          :href="documents + help.document"
          v-text="$t('payfeed.documentation')"
        ></a>
      </q-card-section>`,
    computed: {
      help() {
        return TABS[this.tab]
      }
    }
  })
})()
