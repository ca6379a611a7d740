/**
 * Asks the user to confirm an action, to choose how to do it, or for a text. `action` is
 * the label of the button that agrees; `choices` are options, `chosen` is the value that
 * is selected at first; `text` is what stands in the field. Resolves to the chosen value
 * or the text, to true without either, and to null if the user cancels.
 */
Payfeed.ask = (message, {action, choices, chosen, text} = {}) => {
  const dialog = {
    message,
    'aria-label': message,
    class: 'payfeed-dialog',
    ok: {flat: true, color: 'primary', ...(action && {label: action, noCaps: true})},
    cancel: {flat: true, color: undefined, noCaps: Boolean(action)},
    ...(text && {
      prompt: {
        model: text,
        isValid: value => value.trim().length > 0,
        outlined: true,
        maxlength: 64,
        'aria-label': message
      }
    }),
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
