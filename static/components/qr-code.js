/** A QR code on white with a quiet zone, so that it scans in dark themes too. */
window.app.component('payfeed-qr', {
  components: {QrcodeVue: QrcodeVue.default ?? QrcodeVue},
  props: ['text'],
  template: `
    <div
      class="payfeed-qr inline-block q-pa-md rounded-borders bg-white"
      style="line-height: 0"
    >
      <qrcode-vue
        :value="text"
        :size="220"
        :aria-label="$t('payfeed.qr')"
        level="M"
        render-as="svg"
      ></qrcode-vue>
    </div>`
})
