// Files and folders that mod_ssl's directives name: read when the configuration is read, while the process still may,
// and checked there, so that what is wrong with them has a line.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Command } from '../../conf/command.ts';
import type { DirectiveFault } from '../../conf/directive.ts';
import type { KeyPair, NamedFile } from './config.ts';

const CERTIFICATE =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;
const REVOCATIONS = /-----BEGIN X509 CRL-----[\s\S]*?-----END X509 CRL-----/g;
const KEY = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----[\s\S]*?-----END \1-----/g;

/** The names under which OpenSSL looks in a folder: made by `openssl rehash`. */
const HASHED_CERTIFICATE = /^[0-9a-f]{8}\.[0-9]+$/;
const HASHED_REVOCATIONS = /^[0-9a-f]{8}\.r[0-9]+$/;

/** What a directive's file has to hold. */
export type PemKind = 'certificates' | 'revocations';

/** The file that a directive names, or Apache's sentence. */
export function readNamedFile(cmd: Command, path: string): NamedFile | DirectiveFault {
  const file = cmd.resolve(path);
  const missing = { message: `${cmd.name}: file '${file}' does not exist or is empty` };
  try {
    const facts = cmd.io.stat(file);
    if (facts?.kind !== 'file' || facts.size === 0) return missing;
    return { path: file, text: cmd.io.read(file) };
  } catch (error) {
    return { ...missing, why: `it cannot be read: ${(error as Error).message}` };
  }
}

/** Certificates or revocation lists of the file that a directive names, or what is wrong with it. */
export function readPemFile(cmd: Command, path: string, kind: PemKind): NamedFile | DirectiveFault {
  const file = readNamedFile(cmd, path);
  return 'message' in file ? file : (findPemFault(cmd, file, kind) ?? file);
}

/** All certificates or revocation lists of the folder that a directive names, or what is wrong with it. */
export function readPemFolder(cmd: Command, path: string, kind: PemKind): NamedFile | DirectiveFault {
  const names = listFolder(cmd, path);
  if ('message' in names) return names;
  const wanted = kind === 'certificates' ? HASHED_CERTIFICATE : HASHED_REVOCATIONS;
  let text = '';
  for (const name of names.found) {
    if (!wanted.test(name)) continue;
    const file = readNamedFile(cmd, `${names.folder}/${name}`);
    // A link to a file that is gone is no reason not to start, as in OpenSSL.
    if ('message' in file) continue;
    const fault = findPemFault(cmd, file, kind);
    if (fault !== undefined) return fault;
    text += `${file.text}\n`;
  }
  if (text === '') {
    cmd.warn(`${cmd.name}: nothing in ${names.folder} has a name that OpenSSL looks for`, {
      code: 'conf/no-effect',
      hint: `run: openssl rehash ${names.folder}`,
    });
  }
  return { path: names.folder, text };
}

function listFolder(
  cmd: Command,
  path: string,
): { folder: string; found: readonly string[] } | DirectiveFault {
  const folder = cmd.resolve(path);
  try {
    if (cmd.io.stat(folder)?.kind === 'directory') {
      return { folder, found: [...cmd.io.list(folder)].sort() };
    }
  } catch (error) {
    return { message: `${cmd.name}: directory '${folder}' cannot be read: ${(error as Error).message}` };
  }
  return { message: `${cmd.name}: directory '${folder}' does not exist` };
}

function findPemFault(cmd: Command, file: NamedFile, kind: PemKind): DirectiveFault | undefined {
  const found = file.text.match(kind === 'certificates' ? CERTIFICATE : REVOCATIONS) ?? [];
  if (found.length === 0) {
    const what =
      kind === 'certificates' ? 'a certificate (BEGIN CERTIFICATE)' : 'a revocation list (BEGIN X509 CRL)';
    return {
      message: `${cmd.name}: '${file.path}' holds no ${what.slice(2)}`,
      hint: `write the name of a file in PEM form with ${what}`,
    };
  }
  return kind === 'certificates' ? findBadCertificate(cmd, file, found) : undefined;
}

function findBadCertificate(
  cmd: Command,
  file: NamedFile,
  found: readonly string[],
): DirectiveFault | undefined {
  for (const [index, text] of found.entries()) {
    try {
      new X509Certificate(text);
    } catch (error) {
      return {
        message: `${cmd.name}: certificate ${index + 1} of '${file.path}' cannot be read: ${(error as Error).message}`,
      };
    }
  }
  return undefined;
}

/** The certificates of a text, each by itself. */
export function certificatesIn(text: string): readonly string[] {
  return text.match(CERTIFICATE) ?? [];
}

/** Certificates with their keys: what a server shows to backends that ask who it is. */
export function readKeyPairs(cmd: Command, path: string): readonly KeyPair[] | DirectiveFault {
  const file = readNamedFile(cmd, path);
  return 'message' in file ? file : pairsOf(cmd, file);
}

/** The same of all files of a folder. */
export function readKeyPairFolder(cmd: Command, path: string): readonly KeyPair[] | DirectiveFault {
  const names = listFolder(cmd, path);
  if ('message' in names) return names;
  const pairs: KeyPair[] = [];
  for (const name of names.found) {
    const file = readNamedFile(cmd, `${names.folder}/${name}`);
    if ('message' in file) continue;
    const found = pairsOf(cmd, file);
    if ('message' in found) return found;
    pairs.push(...found);
  }
  return pairs;
}

const INCOMPLETE =
  'AH02252: incomplete client cert configured for SSL proxy (missing or encrypted private key?)';

/** Each key of the file with the certificate that is its own; what follows is what issued it. */
function pairsOf(cmd: Command, { path, text }: NamedFile): readonly KeyPair[] | DirectiveFault {
  const certificates = certificatesIn(text);
  const pairs: KeyPair[] = [];
  for (const key of text.match(KEY) ?? []) {
    const own = ownCertificate(certificates, key);
    if (own === 'encrypted') {
      const hint = 'write the key without a passphrase: openssl pkey -in FILE -out NEWFILE';
      return { message: INCOMPLETE, why: `a key in ${path} cannot be read`, hint };
    }
    if (own === undefined) {
      return {
        message: 'AH02326: proxy client certificate and private key do not match',
        why: `no certificate in ${path} belongs to the key`,
      };
    }
    pairs.push({ certificate: [own, ...issuersOf(own, certificates)].join('\n'), key });
  }
  if (pairs.length > 0) return pairs;
  if (certificates.length > 0) {
    return { message: INCOMPLETE, hint: `put the certificate's private key into ${path}, too` };
  }
  cmd.warn('AH02206: no client certs found for SSL proxy', { code: 'conf/no-effect' });
  return pairs;
}

function ownCertificate(certificates: readonly string[], key: string): string | 'encrypted' | undefined {
  try {
    const parsed = createPrivateKey(key);
    return certificates.find((text) => new X509Certificate(text).checkPrivateKey(parsed));
  } catch {
    return 'encrypted';
  }
}

/** The certificates of `candidates` that lead from one towards its root, which the other side has itself. */
export function issuersOf(certificate: string, candidates: readonly string[]): readonly string[] {
  const chain: string[] = [];
  let last = new X509Certificate(certificate);
  // A chain cannot be longer than the list it is taken from.
  for (let step = 0; step < candidates.length; step++) {
    const issuer = candidates.find((text) => last.checkIssued(new X509Certificate(text)));
    if (issuer === undefined) return chain;
    const parsed = new X509Certificate(issuer);
    if (parsed.checkIssued(parsed)) return chain;
    chain.push(issuer);
    last = parsed;
  }
  return chain;
}
