// The certificate authorities that this machine trusts: the system's own list where it is in one of the usual places,
// else the list that comes with Node.

import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/** Debian, Fedora and Red Hat, Alpine and macOS, SUSE. */
const PLACES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
  '/etc/ssl/ca-bundle.pem',
];

/** PEM. What OpenSSL's SSL_CERT_FILE names comes first. */
export function systemRoots(): string | readonly string[] {
  const { SSL_CERT_FILE: named } = process.env;
  for (const place of named === undefined || named === '' ? PLACES : [named, ...PLACES]) {
    const text = readRoots(place);
    if (text !== undefined) return text;
  }
  return rootCertificates;
}

function readRoots(place: string): string | undefined {
  try {
    const text = readFileSync(place, 'latin1');
    return text.includes('BEGIN CERTIFICATE') || text.includes('BEGIN TRUSTED CERTIFICATE')
      ? text
      : undefined;
  } catch {
    // Not there, or not ours to read: the next place may do.
    return undefined;
  }
}
