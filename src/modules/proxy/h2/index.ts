// mod_proxy_http2: h2:// and h2c:// targets of mod_proxy. The request is mod_proxy's as any other; what carries it is a
// stream of a session that it shares.
//
//   forward ─ Http2Pool ─ Http2Session ─ Http2Carrier: begin, write ─> stream ─> response ─> forward

import { defineModule, type Module } from '../../../request/module.ts';

export { Http2Pools } from './pools.ts';

/** The h2:// and h2c:// schemes; without it such a target is answered 500. */
export const proxyHttp2: Module = defineModule<unknown, unknown>({ name: 'proxy_http2', directives: [] });
