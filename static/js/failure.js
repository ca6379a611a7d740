;(() => {
  /** What an answer says of its refusal: LNbits', FastAPI's and slowapi's forms. */
  const detailOf = ({data, status}) => {
    const detail = data?.detail ?? data?.message ?? data?.error
    if (Array.isArray(detail)) {
      return detail.map(({msg, loc}) => `${msg} (${loc?.join('/')})`).join(', ')
    }
    if (typeof detail === 'string' && detail) return detail
    return window.i18n.global.t('payfeed.failure.status', {status})
  }

  /** Why a request failed, in one sentence. */
  Payfeed.failureText = error => {
    if (error.response) return detailOf(error.response)
    const isUnanswered = window.axios.isAxiosError(error)
    return isUnanswered ? window.i18n.global.t('payfeed.failure.away') : error.message
  }

  /**
   * Every action of the page runs in here. Resolves to whether it succeeded; if not, a
   * notice says why. LNbits' `notifyApiError` shows nothing when there is no answer.
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
