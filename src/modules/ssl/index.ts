// mod_ssl, as far as it is about backends: who may be spoken to over TLS, and how the one that answers is known. The
// proxy asks for it here; sockets are the proxy's own.

import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';
import { type BackendTls, compileBackendTls } from './backend-tls.ts';
import { clientDirectives } from './client-directives.ts';
import { createDirConfig, mergeDirConfig, type SslDirConfig } from './config.ts';
import { proxyDirectives } from './proxy-directives.ts';

export type { BackendTls } from './backend-tls.ts';
export { checkPeer, type PeerFault } from './peer.ts';

function accessChecker(x: Exchange): Verdict {
  if (ssl.dir(x)?.requiresTls !== true || x.transport.secure) return DECLINED;
  logEvent(
    x,
    'ssl',
    'error',
    `AH02219: access to ${x.filename ?? x.uri} failed, reason: SSL connection required`,
  );
  return 403;
}

export const ssl: Module<unknown, SslDirConfig> = defineModule<unknown, SslDirConfig>({
  name: 'ssl',
  directives: [...proxyDirectives, ...clientDirectives],
  dirConfig: { create: createDirConfig, merge: mergeDirConfig },
  hooks: { accessChecker },
});

/**
 * How backends of this request are spoken to over TLS; undefined where SSLProxyEngine is not on. Throws OpenSSL's error
 * where it cannot take what the configuration says.
 */
export function backendTls(x: Exchange): BackendTls | undefined {
  const config = ssl.dir(x);
  return config?.proxyEngine === true ? compileBackendTls(config) : undefined;
}
