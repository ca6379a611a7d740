// The JavaScript client has the exports that clients/js/index.d.ts declares, with these
// types, and no others; compiled by `make check`.
import type * as Declared from '../../clients/js/index.js'
import * as client from '../../static/js/payfeed-client.js'

export const declared: typeof Declared = client

type Undeclared = Exclude<keyof typeof client, keyof typeof Declared>
export const allDeclared: [Undeclared] extends [never] ? true : Undeclared = true
