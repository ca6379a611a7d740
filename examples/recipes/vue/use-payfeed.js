import {onScopeDispose, ref} from 'vue'
import {PayfeedClient} from 'lnbits-payfeed'

/**
 * The received payments of a feed, newest first, as long as the component exists.
 * `options`: those of PayfeedClient. `warning`: why the wallet should be checked, or ''.
 */
export function usePayfeed(options, {most = 100} = {}) {
  const [payments, state, warning] = [ref([]), ref('connecting'), ref('')]
  const client = new PayfeedClient({
    ...options,
    direction: 'in',
    status: 'confirmed',
    onEvent({id, payment}) {
      payments.value = [{id, ...payment}, ...payments.value].slice(0, most)
    },
    onGap: () => (warning.value = 'Some payments were missed.'),
    onInvalid: () => (warning.value = 'A payment could not be read.'),
    onState(change) {
      state.value = change.state
      if (change.error) warning.value = change.reason
    }
  })
  client.start()
  onScopeDispose(() => client.stop())
  return {payments, state, warning}
}
