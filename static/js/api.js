/** How long a request may take; LNbits itself gives up on a locked database before. */
Payfeed.REQUEST_SECONDS = 30

/** Sends a request with a key to LNbits. Rejects with axios' error. */
Payfeed.request = async (key, method, url, body, options) => {
  const timeout = Payfeed.REQUEST_SECONDS * 1000
  const answer = await LNbits.api.request(method, url, key, body, {timeout, ...options})
  return answer.data
}

/** Sends a request to Payfeed's REST routes, with a wallet's or an access key. */
Payfeed.api = (key, method, path, body, options) =>
  Payfeed.request(key, method, `/payfeed/api/v1/${path}`, body, options)
