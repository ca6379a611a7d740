/** Copy a text and say so. */
Payfeed.copy = async (text, told) => {
  await Quasar.copyToClipboard(text)
  Quasar.Notify.create({message: told, position: 'bottom', timeout: 1500})
}
