// What is known of a client's digest for all exchanges of its request: redirects and subrequests look at the same one.

import type { Exchange, LiveSite } from '../../../request/exchange.ts';
import type { DigestClient, DigestClients } from './clients.ts';
import { digestConfig } from './config.ts';
import { type ParsedDigest, parseDigest } from './header.ts';

export interface DigestState {
  readonly parsed: ParsedDigest;
  readonly opaque: string | undefined;
  /** The number in `opaque`; 0 for none. */
  readonly number: number;
  client: DigestClient | undefined;
  /** Of the user who was found. */
  ha1: string;
  /** When its nonce was made, in microseconds; undefined until it is found right. */
  nonceTime: number | undefined;
}

export function clientsOf(site: LiveSite): DigestClients {
  return digestConfig.state(site) as DigestClients;
}

/** The state of a request; undefined before somebody has had to say who it is. */
export function knownState(root: Exchange): DigestState | undefined {
  return root.stateOf(digestConfig.slot) as DigestState | undefined;
}

/** Reads the field of a request, once. */
export function digestStateOf(root: Exchange): DigestState {
  const known = knownState(root);
  if (known !== undefined) return known;
  const parsed = parseDigest(root.headers.combined('authorization'));
  const opaque = 'opaque' in parsed ? parsed.opaque : undefined;
  const number = parsed.kind === 'valid' ? Number.parseInt(opaque ?? '', 16) || 0 : 0;
  const client = number === 0 ? undefined : clientsOf(root.site).find(number);
  const state: DigestState = { parsed, opaque, number, client, ha1: '', nonceTime: undefined };
  root.keepState(digestConfig.slot, state);
  return state;
}
