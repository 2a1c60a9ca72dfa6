// For node:tls: nothing is encrypted, so that names of ciphers are taken as they are.

import { missing } from '../missing.ts';

export const DEFAULT_CIPHERS = '';
export const rootCertificates: readonly string[] = [];

export function createSecureContext(): object {
  return {};
}

export function connect(): never {
  missing('open TLS connections');
}
