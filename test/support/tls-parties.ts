// The parties of tests with TLS: an authority, backends that are what they say, and some that are not.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Authority,
  type Issued,
  issue,
  makeAuthority,
  makeAuthorityUnder,
  revoke,
} from './certificates.ts';

export interface TlsParties {
  readonly authority: Authority;
  /** An authority that signed none of them. */
  readonly stranger: Authority;
  /** `localhost`, `backend.example.test` and 127.0.0.1. */
  readonly server: Issued;
  readonly expired: Issued;
  /** For another name. */
  readonly other: Issued;
  /** Signed by itself. */
  readonly selfSigned: Issued;
  /** Signed by an authority between it and the root; its certificate has that one behind it. */
  readonly deep: Issued;
  readonly revoked: Issued;
  readonly client: Issued;
  /** The revocation list of the authority. */
  readonly revocations: string;
}

let parties: TlsParties | undefined;

/** Made once in each process. */
export function tlsParties(): TlsParties {
  parties ??= makeParties();
  return parties;
}

const NAMES = { name: 'localhost', dns: ['localhost', 'backend.example.test'], addresses: ['127.0.0.1'] };

function makeParties(): TlsParties {
  const authority = makeAuthority('Test Authority');
  const between = makeAuthorityUnder('Test Authority Between', authority);
  const deep = issue(NAMES, between);
  const revoked = issue(NAMES, authority);
  return {
    authority,
    stranger: makeAuthority('Stranger'),
    server: issue(NAMES, authority),
    expired: issue({ ...NAMES, from: -10, to: -1 }, authority),
    other: issue({ name: 'other.example.test', dns: ['other.example.test'] }, authority),
    selfSigned: issue(NAMES),
    deep: { ...deep, certificate: deep.certificate + between.certificate },
    revoked,
    client: issue({ name: 'the client' }, authority),
    revocations: revoke(authority, [revoked]),
  };
}

/** The files that configurations name, by their names. */
export function pemFiles(): ReadonlyMap<string, string> {
  const { authority, stranger, client, selfSigned, revocations } = tlsParties();
  return new Map([
    ['authority.pem', authority.certificate],
    ['stranger.pem', stranger.certificate],
    ['self-signed.pem', selfSigned.certificate],
    ['client.pem', client.certificate + client.key],
    ['client-without-key.pem', client.certificate],
    ['client-with-other-key.pem', client.certificate + selfSigned.key],
    ['revoked.crl', revocations],
  ]);
}

/** A new folder with these files in it. */
export function pemFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'portico-pem-'));
  for (const [name, text] of pemFiles()) writeFileSync(join(folder, name), text);
  return folder;
}
