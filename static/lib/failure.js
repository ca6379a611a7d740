;(() => {
  /** The error in a response of LNbits, FastAPI or slowapi. */
  const detailOf = ({data, status}) => {
    const detail = data?.detail ?? data?.message ?? data?.error
    if (Array.isArray(detail)) {
      return detail.map(({msg, loc}) => `${msg} (${loc?.join('/')})`).join(', ')
    }
    if (typeof detail === 'string' && detail) return detail
    return window.i18n.global.t('payfeed.failure.status', {status})
  }

  /** The reason why a request failed, in one sentence. */
  Payfeed.failureText = error => {
    if (error.response) return detailOf(error.response)
    const hasNoResponse = window.axios.isAxiosError(error)
    return hasNoResponse
      ? window.i18n.global.t('payfeed.failure.no_response')
      : error.message
  }

  /**
   * Runs an action of the page. Resolves to whether it succeeded; a failure is shown as a
   * notification. LNbits' `notifyApiError` shows nothing if there is no response.
   */
  Payfeed.attempt = async action => {
    try {
      await action()
      return true
    } catch (error) {
      const message = Payfeed.failureText(error)
      const timeout = 10000
      Quasar.Notify.create({type: 'negative', message, timeout, closeBtn: true})
      return false
    }
  }
})()
