;(() => {
  const LOAD_RETRY_SECONDS = 4

  /**
   * Seconds to pause after this many failures in a row: the backoff of the client, and
   * until the client is loaded a random part of LOAD_RETRY_SECONDS.
   */
  Payfeed.backoffSeconds = failures => {
    if (!Payfeed.client) return Math.random() * LOAD_RETRY_SECONDS
    return Payfeed.client.backoffSeconds(failures, {baseSeconds: 1})
  }
})()
