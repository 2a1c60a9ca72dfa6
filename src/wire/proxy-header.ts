// The PROXY protocol's header, versions 1 and 2: who the client is, told by a proxy in front of everything else on a
// connection. Strict: what is not exactly a header ends the connection, since what follows could be anything.

import ipaddr from 'ipaddr.js';

/** What a header says. */
export interface ProxyHeader {
  /** Undefined where the proxy speaks for itself, or does not know: the connection's own end is the client. */
  readonly client: { readonly address: string; readonly port: number } | undefined;
}

/** Why it is none. */
export class ProxyHeaderError extends Error {}

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const BEGINNING = 'PROXY ';
/** The longest line of version 1, with its end. */
const LONGEST_LINE = 107;
const FIXED_LENGTH = 16;
/** Addresses and what may follow them in version 2, as Apache's buffer has it. */
const LONGEST_REST = 216;

const UNKNOWN: ProxyHeader = { client: undefined };

/** Takes bytes until a header is whole. */
export class ProxyHeaderParser {
  #held: Buffer = Buffer.alloc(0);
  /** After a header: where in the last bytes it ends. */
  position = 0;

  /** Feeds what came, from `at` on; undefined while more is needed. */
  feed(bytes: Buffer, at: number): ProxyHeader | ProxyHeaderError | undefined {
    const before = this.#held.length;
    const most = FIXED_LENGTH + LONGEST_REST - before;
    this.#held = Buffer.concat([this.#held, bytes.subarray(at, at + most)]);
    const read = readHeader(this.#held);
    if (read === undefined || read instanceof ProxyHeaderError) return read;
    this.position = at + read.length - before;
    return read.header;
  }
}

interface Read {
  readonly header: ProxyHeader;
  readonly length: number;
}

function readHeader(bytes: Buffer): Read | ProxyHeaderError | undefined {
  if (isBeginning(bytes, SIGNATURE)) return bytes.length < FIXED_LENGTH ? undefined : readBinary(bytes);
  if (isBeginning(bytes, Buffer.from(BEGINNING, 'latin1'))) return readLine(bytes);
  return new ProxyHeaderError('no PROXY header');
}

/** True while what is there agrees with `expected`. */
function isBeginning(bytes: Buffer, expected: Buffer): boolean {
  const length = Math.min(bytes.length, expected.length);
  return bytes.subarray(0, length).equals(expected.subarray(0, length));
}

function readLine(bytes: Buffer): Read | ProxyHeaderError | undefined {
  const end = bytes.indexOf('\r\n', 0, 'latin1');
  if (end < 0 || end + 2 > LONGEST_LINE)
    return bytes.length >= LONGEST_LINE ? new ProxyHeaderError('the line is too long') : undefined;
  const line = bytes.toString('latin1', 0, end);
  const length = end + 2;
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return { header: UNKNOWN, length };
  const [, family, ...words] = line.split(' ');
  const isValid = family === 'TCP4' ? isIpv4 : family === 'TCP6' ? isIpv6 : undefined;
  if (isValid === undefined) return new ProxyHeaderError('unknown family');
  const [source = '', target = '', sourcePort = '', targetPort = ''] = words;
  if (words.length !== 4 || !isValid(source) || !isValid(target))
    return new ProxyHeaderError('invalid address');
  if (!isPort(sourcePort) || !isPort(targetPort)) return new ProxyHeaderError('invalid port');
  return { header: clientOf(source, Number(sourcePort)), length };
}

function isIpv4(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}

function isIpv6(text: string): boolean {
  return /^[0-9a-fA-F:.]+$/.test(text) && text.includes(':') && ipaddr.IPv6.isValid(text);
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65535;
}

function clientOf(address: string, port: number): ProxyHeader {
  return { client: { address: ipaddr.process(address).toString(), port } };
}

/** Families of version 2 and how many bytes of addresses they have. */
const TCP4 = 0x11;
const TCP6 = 0x21;

function readBinary(bytes: Buffer): Read | ProxyHeaderError | undefined {
  const command = bytes[12]!;
  if (command >> 4 !== 2) return new ProxyHeaderError('unknown version');
  const rest = bytes.readUInt16BE(14);
  if (rest > LONGEST_REST) return new ProxyHeaderError('the header is too long');
  const length = FIXED_LENGTH + rest;
  if (bytes.length < length) return undefined;
  // LOCAL: the proxy itself, as when it looks whether the server is alive.
  if (command === 0x20) return { header: UNKNOWN, length };
  if (command !== 0x21) return new ProxyHeaderError('unknown command');
  const header = readAddresses(bytes, rest);
  return header instanceof ProxyHeaderError ? header : { header, length };
}

function readAddresses(bytes: Buffer, rest: number): ProxyHeader | ProxyHeaderError {
  const family = bytes[13]!;
  if (family !== TCP4 && family !== TCP6) return new ProxyHeaderError('unsupported protocol');
  const size = family === TCP4 ? 4 : 16;
  if (rest < 2 * size + 4) return new ProxyHeaderError('the header is too short for its addresses');
  const source = ipaddr.fromByteArray([...bytes.subarray(FIXED_LENGTH, FIXED_LENGTH + size)]);
  return clientOf(source.toString(), bytes.readUInt16BE(FIXED_LENGTH + 2 * size));
}
