// Certificates for tests, made anew in each run: authorities, servers of all sorts, a client, a revocation list. Written
// as DER by hand and signed by node:crypto, so that no test needs a program for it and no key is kept.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

const DAY = 24 * 60 * 60 * 1000;

/** A certificate and its key, PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

/** Who signs: a name, a key, and the certificate that says so. */
export interface Authority extends Issued {
  readonly name: string;
  readonly signer: KeyObject;
}

/** What a certificate says. */
export interface Subject {
  /** Its common name; no others follow from it. */
  readonly name: string;
  readonly dns?: readonly string[];
  readonly addresses?: readonly string[];
  readonly isAuthority?: boolean;
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
}

/** An authority that nobody else has signed. */
export function makeAuthority(name: string): Authority {
  return makeAuthorityUnder(name, undefined);
}

/** An authority that another one has signed. */
export function makeAuthorityUnder(name: string, issuer: Authority | undefined): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const by = issuer ?? { name, signer: privateKey };
  const certificate = certify({ name, isAuthority: true }, publicKey, by);
  return { name, signer: privateKey, certificate, key: pemKey(privateKey) };
}

/** A certificate signed by `issuer`; by itself without one. */
export function issue(subject: Subject, issuer?: Authority): Issued {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const by = issuer ?? { name: subject.name, signer: privateKey };
  return { certificate: certify(subject, publicKey, by), key: pemKey(privateKey) };
}

/** The list of the certificates that an authority has taken back, PEM. */
export function revoke(issuer: Authority, certificates: readonly Issued[]): string {
  const revoked = certificates.map(({ certificate }) =>
    sequence(integer(serialOf(certificate)), time(Date.now() - DAY)),
  );
  const list = sequence(
    integer(Buffer.from([1])),
    SIGNATURE,
    nameOf(issuer.name),
    time(Date.now() - DAY),
    time(Date.now() + 30 * DAY),
    ...(revoked.length === 0 ? [] : [sequence(...revoked)]),
  );
  return pem('X509 CRL', signed(list, issuer.signer));
}

let lastSerial = 0x1000;
const serials = new Map<string, Buffer>();

function serialOf(certificate: string): Buffer {
  const serial = serials.get(certificate);
  if (serial === undefined) throw new Error('not a certificate of this run');
  return serial;
}

function certify(subject: Subject, publicKey: KeyObject, by: Pick<Authority, 'name' | 'signer'>): string {
  const { from = -1, to = 30 } = subject;
  lastSerial += 1;
  const serial = Buffer.from([lastSerial >> 8, lastSerial & 0xff]);
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    SIGNATURE,
    nameOf(by.name),
    sequence(time(Date.now() + from * DAY), time(Date.now() + to * DAY)),
    nameOf(subject.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensionsOf(subject))),
  );
  const certificate = pem('CERTIFICATE', signed(body, by.signer));
  serials.set(certificate, serial);
  return certificate;
}

function extensionsOf({ dns = [], addresses = [], isAuthority = false }: Subject): Buffer[] {
  const found: Buffer[] = [];
  // basicConstraints, which is critical: an authority, or none.
  const constraints = isAuthority ? sequence(tagged(0x01, Buffer.from([0xff]))) : sequence();
  found.push(sequence(oid(2, 5, 29, 19), tagged(0x01, Buffer.from([0xff])), tagged(0x04, constraints)));
  const names = [
    ...dns.map((name) => tagged(0x82, Buffer.from(name, 'latin1'))),
    ...addresses.map((address) => tagged(0x87, Buffer.from(address.split('.').map(Number)))),
  ];
  if (names.length > 0) found.push(sequence(oid(2, 5, 29, 17), tagged(0x04, sequence(...names))));
  return found;
}

/** The commonName alone. */
function nameOf(name: string): Buffer {
  const attribute = sequence(oid(2, 5, 4, 3), tagged(0x0c, Buffer.from(name, 'latin1')));
  return sequence(tagged(0x31, attribute));
}

/** ecdsa-with-SHA256. */
const SIGNATURE = sequence(oid(1, 2, 840, 10045, 4, 3, 2));

function signed(body: Buffer, signer: KeyObject): Buffer {
  const signature = sign('sha256', body, signer);
  return sequence(body, SIGNATURE, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
}

/** UTCTime, which is good to 2049. */
function time(at: number): Buffer {
  const text = new Date(at).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${text}Z`));
}

function integer(value: Buffer): Buffer {
  return tagged(0x02, value);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function oid(first: number, second: number, ...rest: readonly number[]): Buffer {
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return tagged(0x06, Buffer.from(bytes));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function pemKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
