// mod_auth_digest bound to the phases: clients are asked for a digest where somebody has to say who they are, and told in
// Authentication-Info that the server knows the password, too.

import { equalsIgnoreCase } from '../../../kit/ascii.ts';
import type { Exchange } from '../../../request/exchange.ts';
import { logEvent } from '../../../request/log.ts';
import type { Module } from '../../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../../request/verdict.ts';
import { authName, authType, escapeQuotes } from '../core.ts';
import { challengeDigest, freshNonce } from './challenge.ts';
import { checkDigest } from './check.ts';
import { DigestClients } from './clients.ts';
import { type DigestDir, type DigestServer, digestConfig, digestDir, shmemSizeOf } from './config.ts';
import { serverResponse } from './response.ts';
import { type DigestState, digestStateOf, knownState } from './state.ts';

/** Seconds before a nonce is too old: the client is handed its next one. */
const NEXT_NONCE_SECONDS = 30;

/** For a user who was let in and whom Require does not want. */
export function challengeAgain(x: Exchange, realm: string): void {
  challengeDigest(x, digestDir(x), digestStateOf(x.root()), { realm, isStale: false });
}

async function authenticate(x: Exchange): Promise<Verdict> {
  const type = await authType(x);
  if (type === undefined || !equalsIgnoreCase(type, 'Digest')) return DECLINED;
  const realm = await authName(x);
  if (realm === undefined) {
    logEvent(x, 'auth_digest', 'error', `AH01780: need AuthName: ${x.uri}`);
    return 500;
  }
  const dir = digestDir(x);
  const root = x.root();
  const state = digestStateOf(root);
  const { parsed } = state;
  if (parsed.kind !== 'valid') {
    if (parsed.kind === 'other') logOtherScheme(x, parsed.scheme);
    if (parsed.kind === 'invalid') logIncomplete(x);
    challengeDigest(x, dir, state, { realm, isStale: false });
    return 401;
  }
  const { header, opaque } = parsed;
  x.user = header.username;
  x.authType = 'Digest';
  const verdict = checkDigest({ x, root, dir, realm, state, opaque, header });
  if (verdict === 'right') return OK;
  if (typeof verdict === 'number') return verdict;
  challengeDigest(x, dir, state, { realm, isStale: verdict === 'stale' });
  return 401;
}

function logOtherScheme(x: Exchange, scheme: string): void {
  logEvent(
    x,
    'auth_digest',
    'error',
    `AH01781: client used wrong authentication scheme \`${scheme}': ${x.uri}`,
  );
}

function logIncomplete(x: Exchange): void {
  logEvent(
    x,
    'auth_digest',
    'error',
    `AH01782: missing user, realm, nonce, uri, digest, cnonce, or nonce_count in authorization header: ${x.uri}`,
  );
}

/** Only for the request as it came: what rules have led to has no such field, as in Apache. */
function addInfo(x: Exchange): Verdict | Promise<Verdict> {
  const state = knownState(x);
  return state?.nonceTime === undefined ? DECLINED : sendInfo(x, state);
}

async function sendInfo(x: Exchange, state: DigestState): Promise<Verdict> {
  const { parsed } = state;
  if (parsed.kind !== 'valid') return DECLINED;
  const { cnonce = '', nonceCount = '', qop = '' } = parsed.header;
  const next = nextNonce(x, digestDir(x), (await authName(x)) ?? '', state);
  const info = [
    `rspauth="${serverResponse(state.ha1, parsed.header)}"`,
    ...(next === undefined ? [] : [`nextnonce="${next}"`]),
    `cnonce="${escapeQuotes(cnonce)}"`,
    `nc=${nonceCount}`,
    `qop=${qop}`,
  ];
  x.headersOut.append('Authentication-Info', info.join(', '));
  return DECLINED;
}

function nextNonce(x: Exchange, dir: DigestDir, realm: string, state: DigestState): string | undefined {
  if (dir.lifetime < 0 || (dir.lifetime === 0 && state.client === undefined)) return undefined;
  const age = x.startedAt / 1000 - state.nonceTime! / 1_000_000;
  if (dir.lifetime > 0 && age <= dir.lifetime - NEXT_NONCE_SECONDS) return undefined;
  return freshNonce(x, dir, realm, state.opaque ?? '');
}

export const authDigest: Module<DigestServer, DigestDir> = {
  ...digestConfig,
  open: (site) => new DigestClients(shmemSizeOf(site.servers)),
  hooks: { checkUserId: authenticate, fixups: addInfo },
};
