/**
 * Asks the user to confirm an action, or to choose how to do it. `action` is the label of
 * the button that agrees; `choices` are options of which the first is selected. Resolves
 * to the chosen value, to true without choices, and to null if the user cancels.
 */
Payfeed.ask = (message, {action, choices} = {}) => {
  const dialog = {
    message,
    'aria-label': message,
    class: 'payfeed-dialog',
    ok: {flat: true, color: 'primary', ...(action && {label: action, noCaps: true})},
    cancel: {flat: true, color: undefined},
    ...(choices && {
      options: {type: 'radio', model: choices[0].value, items: choices}
    })
  }
  return new Promise(resolve => {
    Quasar.Dialog.create(dialog)
      .onOk(chosen => resolve(chosen ?? true))
      .onDismiss(() => resolve(null))
  })
}
