// Is this digest right? The questions in Apache's order, each with its line in the log. What the answer means for the
// request is index.ts's.

import { equalsIgnoreCase } from '../../../kit/ascii.ts';
import type { Exchange } from '../../../request/exchange.ts';
import { logEvent } from '../../../request/log.ts';
import { fileProvider } from '../file.ts';
import { isSameText } from '../password/verify.ts';
import type { AuthnProvider, RealmAnswer } from '../providers.ts';
import { remembersClients } from './challenge.ts';
import type { DigestClient } from './clients.ts';
import type { DigestDir } from './config.ts';
import type { DigestHeader } from './header.ts';
import { readNonce } from './nonce.ts';
import { namesRequest } from './request-uri.ts';
import { expectedResponse } from './response.ts';
import type { DigestState } from './state.ts';

/** `wrong`: ask again; `stale`: only the nonce is too old; a number: the status of the answer. */
export type DigestVerdict = 'right' | 'wrong' | 'stale' | 400 | 500;

export interface DigestQuestion {
  readonly x: Exchange;
  readonly root: Exchange;
  readonly dir: DigestDir;
  /** As it stands in challenges. */
  readonly realm: string;
  readonly state: DigestState;
  readonly opaque: string | undefined;
  readonly header: DigestHeader;
}

function log(x: Exchange, text: string, level: 'error' | 'info' = 'error'): void {
  logEvent(x, 'auth_digest', level, text);
}

/** Browsers that leave the query out of what they sign; administrators say which (`BrowserMatch`). */
const QUERY_HACK = 'AuthDigestEnableQueryStringHack';

export function checkDigest(question: DigestQuestion): DigestVerdict {
  return (
    checkUri(question) ??
    checkRealm(question) ??
    findUser(question) ??
    checkResponse(question) ??
    checkNonce(question) ??
    checkUse(question) ??
    'right'
  );
}

function checkUri({ x, root, header }: DigestQuestion): DigestVerdict | undefined {
  const ignoresQuery = x.hasEnv() && x.env.has(QUERY_HACK);
  if (namesRequest(header.uri, root, ignoresQuery)) return undefined;
  log(x, `AH01786: uri mismatch - <${header.uri}> does not match request-uri <${root.target}>`);
  return 400;
}

function checkRealm({ x, realm, opaque, state, header }: DigestQuestion): DigestVerdict | undefined {
  if (opaque !== undefined && state.number === 0) {
    log(x, `AH01787: received invalid opaque - got \`${opaque}'`);
    return 'wrong';
  }
  if (header.realm !== realm) {
    log(x, `AH01788: realm mismatch - got \`${header.realm}' but expected \`${realm}'`);
    return 'wrong';
  }
  const { algorithm } = header;
  if (algorithm !== undefined && !equalsIgnoreCase(algorithm, 'MD5')) {
    log(x, `AH01789: unknown algorithm \`${algorithm}' received: ${x.uri}`);
    return 'wrong';
  }
  return undefined;
}

function providersFor(x: Exchange, dir: DigestDir): readonly AuthnProvider[] {
  if (dir.providers.length > 0) return dir.providers;
  return x.site.conf.hasModule(fileProvider.module) ? [fileProvider] : [];
}

function askProviders({ x, dir, realm, header }: DigestQuestion): RealmAnswer {
  const providers = providersFor(x, dir);
  if (providers.length === 0) {
    log(x, 'AH01770: No Authn provider configured');
    return 'error';
  }
  for (const provider of providers) {
    const found = provider.realmHash!(x, x.dirConfig, header.username, realm);
    if (found !== 'unknown-user') return found;
  }
  return 'unknown-user';
}

function findUser(question: DigestQuestion): DigestVerdict | undefined {
  const { x, realm, state, header } = question;
  const found = askProviders(question);
  if (typeof found === 'object') {
    state.ha1 = found.hash;
    return undefined;
  }
  if (found === 'error') return 500;
  const user = `user \`${header.username}' in realm \`${realm}'`;
  if (found === 'unknown-user') log(x, `AH01790: ${user} not found: ${x.uri}`);
  else log(x, `AH01791: ${user} denied by provider: ${x.uri}`);
  return 'wrong';
}

function checkResponse({ x, root, state, header }: DigestQuestion): DigestVerdict | undefined {
  const { qop, response, username } = header;
  if (qop === undefined || !equalsIgnoreCase(qop, 'auth')) {
    log(
      x,
      `AH10560: invalid or missing qop value '${qop ?? '(null)'}', RFC 2069 is no longer supported: ${x.uri}`,
    );
    return 'wrong';
  }
  if (isSameText(response, expectedResponse(state.ha1, root.method, header))) return undefined;
  log(x, `AH01794: user ${username}: password mismatch: ${x.uri}`);
  return 'wrong';
}

/** Late, so that a client whose password is right is told that only its nonce is old. */
function checkNonce({ x, dir, realm, opaque, state, header }: DigestQuestion): DigestVerdict | undefined {
  const { nonce, username } = header;
  const made = readNonce(nonce, realm, opaque ?? '');
  if (made === undefined) {
    // The right hash stays out of the log: with it anybody could make such a nonce.
    log(x, `AH01776: invalid nonce ${nonce} received - hash does not match`);
    return 'stale';
  }
  state.nonceTime = made;
  const { lifetime } = dir;
  if (lifetime <= 0) return undefined;
  const age = x.startedAt / 1000 - made / 1_000_000;
  if (age < 0) {
    log(x, `AH01777: invalid nonce ${nonce} received - user attempted time travel`);
    return 'stale';
  }
  if (age <= lifetime) return undefined;
  log(
    x,
    `AH01778: user ${username}: nonce expired (${Math.floor(age).toFixed(2)} seconds old - max lifetime ${lifetime.toFixed(2)}) - sending new nonce`,
    'info',
  );
  return 'stale';
}

/** Nothing that a client has used serves again: neither a nonce that serves once, nor the count of another one. */
function checkUse({ x, dir, state, header }: DigestQuestion): DigestVerdict | undefined {
  if (!remembersClients(dir)) return undefined;
  const count = readCount(header.nonceCount ?? '');
  if (dir.checksCount && count === undefined) {
    log(x, `AH01773: invalid nc ${header.nonceCount} received - not a number`);
    return 'wrong';
  }
  const { client, number } = state;
  if (client === undefined) {
    log(x, `AH10618: client ${number} is no longer known - sending new nonce`, 'info');
    return 'stale';
  }
  const made = state.nonceTime!;
  if (dir.lifetime === 0 && made <= client.nonce) {
    log(
      x,
      `AH01779: user ${header.username}: one-time-nonce ${header.nonce} already used - sending new nonce`,
      'info',
    );
    return 'stale';
  }
  if (dir.checksCount && !isLater(client, made, count!)) {
    log(
      x,
      `AH01774: Warning, possible replay attack: nonce-count check failed: ${count} is not above ${client.count} for nonce ${header.nonce}`,
    );
    return 'wrong';
  }
  client.nonce = made;
  client.count = count ?? 0;
  return undefined;
}

function isLater(client: DigestClient, nonce: number, count: number): boolean {
  return nonce > client.nonce || (nonce === client.nonce && count > client.count);
}

/** Apache reads more than the eight digits that RFC 2617 asks for. */
function readCount(text: string): number | undefined {
  return /^(0x)?[0-9a-f]{1,12}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}
