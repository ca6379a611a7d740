/**
 * Asks the user to confirm an action, or to choose how to do it. `action` is the label of
 * the button that agrees; `choices` are options, `chosen` is the value that is selected at
 * first. Resolves to the chosen value, to true without choices, and to null if the user
 * cancels.
 */
Payfeed.ask = (message, {action, choices, chosen} = {}) => {
  const dialog = {
    message,
    'aria-label': message,
    class: 'payfeed-dialog',
    ok: {flat: true, color: 'primary', ...(action && {label: action, noCaps: true})},
    cancel: {flat: true, color: undefined, noCaps: Boolean(action)},
    ...(choices && {
      options: {type: 'radio', model: chosen ?? choices[0].value, items: choices}
    })
  }
  return new Promise(resolve => {
    Quasar.Dialog.create(dialog)
      .onOk(answer => resolve(answer ?? true))
      .onDismiss(() => resolve(null))
  })
}
