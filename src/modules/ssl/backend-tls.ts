// What it takes to speak TLS to backends under one configuration: OpenSSL's context, the checks of the certificate that
// answers, and the sessions that can be taken up again. Compiled once for each configuration, when first needed.

import { createSecureContext, DEFAULT_CIPHERS, type SecureContext } from 'node:tls';
import type { SslDirConfig } from './config.ts';
import { certificatesIn, issuersOf } from './files.ts';
import type { PeerRules } from './peer.ts';
import { systemRoots } from './system-roots.ts';

/** Sessions kept for one configuration; each is a few KiB. */
const MOST_SESSIONS = 500;

/** A session, and until when the certificate is good that it began with (milliseconds since 1970). */
export interface KnownSession {
  readonly session: Buffer;
  readonly until: number;
}

/** The last session with each end, the least recently made forgotten first. */
export class TlsSessions {
  readonly #sessions: Map<string, KnownSession> = new Map();

  /** Undefined where a whole handshake is needed. */
  get(end: string): KnownSession | undefined {
    const known = this.#sessions.get(end);
    if (known === undefined || Date.now() < known.until) return known;
    this.#sessions.delete(end);
    return undefined;
  }

  set(end: string, session: KnownSession): void {
    this.#sessions.delete(end);
    this.#sessions.set(end, session);
    if (this.#sessions.size <= MOST_SESSIONS) return;
    for (const oldest of this.#sessions.keys()) {
      this.#sessions.delete(oldest);
      return;
    }
  }
}

/** One configuration's way to speak TLS to backends. The same configuration gives the same object. */
export interface BackendTls {
  readonly context: SecureContext;
  readonly rules: PeerRules;
  readonly sessions: TlsSessions;
  /** Ends whose answers nothing but the end of the connection ends: there it matters how that comes. */
  readonly unframed: RecentEnds;
}

/** A bounded set of ends. */
export class RecentEnds {
  readonly #ends: Set<string> = new Set();

  has(end: string): boolean {
    return this.#ends.has(end);
  }

  add(end: string): void {
    // Names can come from clients (ProxyPreserveHost).
    if (this.#ends.size >= MOST_SESSIONS) this.#ends.clear();
    this.#ends.add(end);
  }
}

const compiled: WeakMap<SslDirConfig, BackendTls> = new WeakMap();

/** Throws OpenSSL's error where it cannot take what the configuration says. */
export function compileBackendTls(config: SslDirConfig): BackendTls {
  const known = compiled.get(config);
  if (known !== undefined) return known;
  const tls = {
    context: contextOf(config),
    rules: rulesOf(config),
    sessions: new TlsSessions(),
    unframed: new RecentEnds(),
  };
  compiled.set(config, tls);
  return tls;
}

/** OpenSSL's own bound, where no line says which. */
const ANY_DEPTH = 100;

export function rulesOf(config: SslDirConfig): PeerRules {
  const { verify, checkPeerName, checkPeerCn } = config;
  const checksName = checkPeerName !== false && (checkPeerCn !== false || checkPeerName === true);
  return {
    // differs: where nothing is written, Apache talks to whoever answers.
    verify: verify ?? 'require',
    // Apache's bound of one for those who have asked for checks; the usual chain from the system's roots has two.
    depth: config.verifyDepth ?? (verify === undefined ? ANY_DEPTH : 1),
    expire: config.checkPeerExpire !== false,
    name: checksName ? 'any' : checkPeerCn === true ? 'cn' : 'none',
  };
}

function contextOf(config: SslDirConfig): SecureContext {
  const { protocols, machineFile, machinePath, machineChain } = config;
  const pair = machineFile?.[0] ?? machinePath?.[0];
  const checksRevocation = config.crlCheck !== undefined && config.crlCheck !== 'none';
  const revocations = checksRevocation ? crlsOf(config) : [];
  if (checksRevocation && revocations.length === 0) {
    throw new Error(
      'AH01899: CRL checking has been enabled, but neither SSLProxyCARevocationFile nor SSLProxyCARevocationPath is configured',
    );
  }
  return createSecureContext({
    ca: authoritiesOf(config),
    ciphers: ciphersOf(config),
    ...(revocations.length === 0 ? {} : { crl: revocations }),
    ...(protocols === undefined ? {} : { minVersion: protocols.oldest, maxVersion: protocols.newest }),
    ...(pair === undefined ? {} : { key: pair.key, cert: withChain(pair.certificate, machineChain?.text) }),
  });
}

function authoritiesOf({ verify, caFile, caPath }: SslDirConfig): string[] {
  const named = [caFile?.text, caPath?.text].filter((text) => text !== undefined && text !== '') as string[];
  if (named.length > 0) return named;
  // Nothing is checked against them: they need not be read.
  if (verify === 'none') return [];
  const roots = systemRoots();
  return typeof roots === 'string' ? [roots] : [...roots];
}

function crlsOf({ crlFile, crlPath }: SslDirConfig): string[] {
  return [crlFile?.text, crlPath?.text].filter((text) => text !== undefined && text !== '') as string[];
}

/** The certificate with those behind it, as far as the chain file has them. */
function withChain(certificate: string, chain: string | undefined): string {
  if (chain === undefined) return certificate;
  const [own] = certificatesIn(certificate);
  return [own!, ...issuersOf(own!, certificatesIn(chain))].join('\n');
}

const isSuite13 = (name: string): boolean => name.startsWith('TLS_');

/** One list of both kinds, as Node wants it; what is not said is Node's. */
export function ciphersOf({ ciphers, ciphers13 }: Pick<SslDirConfig, 'ciphers' | 'ciphers13'>): string {
  const usual = DEFAULT_CIPHERS.split(':');
  const of13 = ciphers13 ?? usual.filter(isSuite13).join(':');
  const older = ciphers ?? usual.filter((name) => !isSuite13(name)).join(':');
  return `${of13}:${older}`;
}
