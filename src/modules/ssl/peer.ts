// Is the server at the other end the one that was asked for? mod_ssl's checks of a backend's certificate, in its order
// and its words; the handshake itself is OpenSSL's.

import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { VerifyMode } from './config.ts';

/** Which checks a backend's certificate has to pass. */
export interface PeerRules {
  readonly verify: VerifyMode;
  /** Certificates between the backend's own and its root, the root counted. */
  readonly depth: number;
  readonly expire: boolean;
  /** How its name is checked. */
  readonly name: 'any' | 'cn' | 'none';
}

/** Why a backend is not talked to: Apache's line for the log, and what to write so that it is. */
export interface PeerFault {
  readonly text: string;
  readonly hint: string;
}

/** OpenSSL's numbers and texts for what Node tells by name; what is missing here is told by its name. */
const VERIFY_ERRORS: { readonly [code: string]: readonly [number: number, text: string] } = {
  UNABLE_TO_GET_ISSUER_CERT: [2, 'unable to get issuer certificate'],
  UNABLE_TO_GET_CRL: [3, 'unable to get certificate CRL'],
  CERT_SIGNATURE_FAILURE: [7, 'certificate signature failure'],
  CERT_NOT_YET_VALID: [9, 'certificate is not yet valid'],
  CERT_HAS_EXPIRED: [10, 'certificate has expired'],
  CRL_NOT_YET_VALID: [11, 'CRL is not yet valid'],
  CRL_HAS_EXPIRED: [12, 'CRL has expired'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [18, 'self-signed certificate'],
  SELF_SIGNED_CERT_IN_CHAIN: [19, 'self-signed certificate in certificate chain'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [20, 'unable to get local issuer certificate'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [21, 'unable to verify the first certificate'],
  CERT_REVOKED: [23, 'certificate revoked'],
  INVALID_CA: [24, 'invalid CA certificate'],
  PATH_LENGTH_EXCEEDED: [25, 'path length constraint exceeded'],
  INVALID_PURPOSE: [26, 'unsuitable certificate purpose'],
  CERT_UNTRUSTED: [27, 'certificate not trusted'],
};

/** What `optional_no_ca` lets pass: nobody that is known has signed it. */
const ISSUER_ERRORS: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const UNTRUSTED_HINT =
  "write SSLProxyCACertificateFile with the backend's certificate, or with that of the authority that signed it; " +
  'or SSLProxyVerify none, to talk to whoever answers';

/**
 * Looks at the certificate behind a finished handshake: what is wrong with it, or until when it may be believed
 * (milliseconds since 1970). `name` is what the backend was asked for. For a whole handshake only: a session that was
 * taken up again has no certificate to look at. May be asked once, as the chain is gone afterwards (Node 20).
 */
export function checkPeer(socket: TLSSocket, name: string, rules: PeerRules): PeerFault | number {
  const fault = checkChain(socket, rules);
  if (fault !== undefined) return fault;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    return { text: 'SSL Proxy: the peer has shown no certificate', hint: 'portico needs one to know it by' };
  }
  const until = rules.expire ? Date.parse(certificate.validTo) : Number.POSITIVE_INFINITY;
  return (rules.expire ? checkDates(certificate) : undefined) ?? checkName(certificate, name, rules) ?? until;
}

function checkChain(socket: TLSSocket, { verify, depth }: PeerRules): PeerFault | undefined {
  if (verify === 'none') return undefined;
  // Typed as an error, and the name of one.
  const error = socket.authorizationError as unknown;
  if (
    typeof error === 'string' &&
    error !== '' &&
    !(verify === 'optional_no_ca' && ISSUER_ERRORS.has(error))
  ) {
    return verifyFault(error);
  }
  return checkDepth(socket, depth);
}

function verifyFault(code: string): PeerFault {
  const [number, text] = VERIFY_ERRORS[code] ?? ['', code.toLowerCase().replaceAll('_', ' ')];
  const shown = number === '' ? '' : ` (${number})`;
  return {
    text: `AH02039: Certificate Verification: Error${shown}: ${text}`,
    hint: ISSUER_ERRORS.has(code) ? UNTRUSTED_HINT : 'SSLProxyVerify none would talk to it all the same',
  };
}

function checkDepth(socket: TLSSocket, most: number): PeerFault | undefined {
  let depth = 0;
  let certificate = socket.getPeerCertificate(true);
  // A root is its own issuer; nothing else ends the links for certain.
  while (depth <= most && certificate.issuerCertificate !== undefined) {
    if (certificate.issuerCertificate.fingerprint256 === certificate.fingerprint256) break;
    certificate = certificate.issuerCertificate;
    depth += 1;
  }
  if (depth <= most) return undefined;
  return {
    text:
      'AH02040: Certificate Verification: Certificate Chain too long ' +
      `(chain has ${depth} certificates, but maximum allowed are only ${most})`,
    hint: `write SSLProxyVerifyDepth ${depth}`,
  };
}

function checkDates(certificate: X509Certificate): PeerFault | undefined {
  const now = Date.now();
  if (Date.parse(certificate.validFrom) < now && now < Date.parse(certificate.validTo)) return undefined;
  return {
    text: `AH02004: SSL Proxy: Peer certificate is expired (valid from ${certificate.validFrom} to ${certificate.validTo})`,
    hint: 'renew it, or write SSLProxyCheckPeerExpire off',
  };
}

/** Names are compared whole; `*.` stands for one label at the front, and nowhere else. */
const NAME_RULES = {
  subject: 'always',
  wildcards: true,
  partialWildcards: false,
  multiLabelWildcards: false,
  singleLabelSubdomains: false,
} as const;

function checkName(certificate: X509Certificate, name: string, rules: PeerRules): PeerFault | undefined {
  if (rules.name === 'none') return undefined;
  if (rules.name === 'cn') return checkCommonName(certificate, name);
  if (certificate.checkHost(name, NAME_RULES) !== undefined) return undefined;
  // differs: Apache knows no addresses in certificates.
  if (isIP(name) !== 0 && certificate.checkIP(name) !== undefined) return undefined;
  return {
    text: `AH02411: SSL Proxy: Peer certificate does not match for hostname ${name}`,
    hint:
      `it is for ${shownNames(certificate)}: write such a name in the target's URL, ` +
      'or SSLProxyCheckPeerName off and SSLProxyCheckPeerCN off',
  };
}

function checkCommonName(certificate: X509Certificate, name: string): PeerFault | undefined {
  const { CN: common } = certificate.toLegacyObject().subject;
  const own = (Array.isArray(common) ? common[0] : common) ?? '';
  const wanted = name.toLowerCase();
  const dot = wanted.indexOf('.');
  const isMatch =
    own.toLowerCase() === wanted ||
    (own.startsWith('*.') && dot > 0 && own.slice(1).toLowerCase() === wanted.slice(dot));
  if (isMatch) return undefined;
  return {
    text: `AH02005: SSL Proxy: Peer certificate CN mismatch: Certificate CN: ${own} Requested hostname: ${name}`,
    hint: "write the certificate's name in the target's URL, or SSLProxyCheckPeerCN off",
  };
}

function shownNames(certificate: X509Certificate): string {
  const names = certificate.subjectAltName ?? certificate.subject.replaceAll('\n', ', ');
  return names === '' ? 'no name at all' : names.slice(0, 200);
}
