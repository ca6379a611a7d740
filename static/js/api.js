/**
 * Ask Payfeed's REST routes with a wallet's or an access key; resolves to the answer.
 * Rejects with axios' error, which `LNbits.utils.notifyApiError` shows.
 */
Payfeed.api = async (key, method, path, body, options) => {
  const url = `/payfeed/api/v1/${path}`
  const answer = await LNbits.api.request(method, url, key, body, options)
  return answer.data
}
