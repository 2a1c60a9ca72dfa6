// Authentication: who a client is, and how it is asked. mod_authn_core, its providers mod_authn_file and mod_authn_anon,
// and the two schemes mod_auth_basic and mod_auth_digest. What a user may do is authz's.

import { equalsIgnoreCase } from '../../kit/ascii.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { challengeBasic } from './basic.ts';
import { authName, authType } from './core.ts';
import { challengeAgain } from './digest/index.ts';

export { authnAnon } from './anon.ts';
export { authBasic } from './basic.ts';
export { authnCore, authType } from './core.ts';
export { authDigest } from './digest/index.ts';
export { authnFile } from './file.ts';

/** Tells a user whom Require does not want how to come back as another one. */
export async function noteAuthFailure(x: Exchange): Promise<void> {
  const type = await authType(x);
  if (type === undefined) {
    logEvent(x, 'core', 'error', `AH00571: need AuthType to note auth failure: ${x.uri}`);
    return;
  }
  const realm = (await authName(x)) ?? '';
  const has = (scheme: string): boolean =>
    equalsIgnoreCase(type, scheme) && x.site.conf.hasModule(`auth_${scheme.toLowerCase()}_module`);
  if (has('Basic')) challengeBasic(x, realm);
  else if (has('Digest')) challengeAgain(x, realm);
}
