// A request as people write it (a URL, a method, header fields) → the bytes that a client would send, and the connection
// that they would come on. URLs are split as text: nothing in them is decoded or tidied.

import { coreServer } from '../request/core-config.ts';
import type { LiveSite } from '../request/exchange.ts';
import { isNameOf } from '../request/vhosts.ts';
import { parseAuthority } from '../wire/authority.ts';
import type { Ends } from './injected-transport.ts';

/** What somebody wants to know about. Byte strings. */
export interface Question {
  /** `http://host[:port]/path?query`, or a path alone. */
  readonly url: string;
  readonly method?: string | undefined;
  /** In the place of the URL's host in the Host field. */
  readonly host?: string | undefined;
  readonly headers?: readonly (readonly [string, string])[] | undefined;
  /** Content, sent with a Content-Length. */
  readonly body?: string | undefined;
  /** The client's address. */
  readonly remote?: string | undefined;
}

/** A question put as a client would put it. */
export interface Put {
  readonly bytes: string;
  readonly ends: Partial<Ends>;
  /** How it is shown: method and URL. */
  readonly method: string;
  readonly url: string;
  readonly remarks: readonly string[];
}

/** What is wrong with a question, in one sentence. */
export class QuestionError extends Error {}

interface SplitQuestion {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number | undefined;
  readonly target: string;
}

/** Puts a question to an opened site: which of its addresses is meant follows from host and port. */
export function putQuestion(question: Question, live: LiveSite): Put {
  const split = splitQuestion(question, live);
  const remarks: string[] = [];
  const localPort = choosePort(split, live, remarks);
  const localAddress = chooseAddress(split.host, localPort, live);
  const field = question.host ?? hostField(split);
  const method = question.method ?? (question.body === undefined ? 'GET' : 'POST');
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method)) throw new QuestionError(`${method}: not a method`);
  const headers = [['Host', field] as const, ...(question.headers ?? []).filter(([name]) => !isHost(name))];
  const ownHost = question.headers?.find(([name]) => isHost(name));
  if (ownHost !== undefined) headers[0] = ['Host', ownHost[1]];
  if (question.body !== undefined) headers.push(['Content-Length', String(question.body.length)]);
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return {
    bytes: `${method} ${split.target} HTTP/1.1\r\n${lines}\r\n${question.body ?? ''}`,
    ends: {
      localAddress,
      localPort,
      secure: split.scheme === 'https',
      ...(question.remote === undefined ? {} : { remoteAddress: question.remote }),
    },
    method,
    url: `${split.scheme}://${headers[0]![1]}${split.target}`,
    remarks,
  };
}

function isHost(name: string): boolean {
  return name.toLowerCase() === 'host';
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

function hostField({ host, port, scheme }: SplitQuestion): string {
  return port === undefined || port === DEFAULT_PORTS[scheme] ? host : `${host}:${port}`;
}

function splitQuestion({ url, host: given }: Question, live: LiveSite): SplitQuestion {
  if (/[\x00-\x20\x7f]/.test(url))
    throw new QuestionError(`'${url}' has a space or control byte: write %20, as clients do`);
  const text = escapeHighBytes(url.replace(/#.*$/s, ''));
  if (text.startsWith('/')) {
    const authority = given === undefined ? undefined : parseAuthority(given.toLowerCase());
    const host = authority?.host ?? coreServer(live.main).serverName ?? 'localhost';
    return { scheme: 'http', host, port: authority?.port, target: text };
  }
  const found = /^(https?):\/\/(?:[^/?@]*@)?([^/?]*)(.*)$/is.exec(text);
  if (found === null) throw new QuestionError(`${url}: not a URL; write http://host/path, or a path from /`);
  const [, scheme = '', authorityText = '', rest = ''] = found;
  const authority = parseAuthority(authorityText.toLowerCase());
  if (authority === undefined || authority.host === '')
    throw new QuestionError(`${url}: '${authorityText}' is no host`);
  return {
    scheme: scheme.toLowerCase() === 'https' ? 'https' : 'http',
    host: authority.host,
    port: authority.port,
    target: rest.startsWith('/') ? rest : `/${rest}`,
  };
}

/** As browsers send them. */
function escapeHighBytes(text: string): string {
  return text.replace(
    /[\x80-\xff]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** The port that the connection comes to: the URL's, or the only likely one where nothing listens on that. */
function choosePort({ scheme, port }: SplitQuestion, live: LiveSite, remarks: string[]): number {
  const wanted = port ?? DEFAULT_PORTS[scheme];
  const { listens } = coreServer(live.main);
  if (listens.length === 0 || listens.some((listen) => listen.port === wanted)) return wanted;
  const isOf = (protocol: string | undefined): boolean =>
    scheme === 'https' ? protocol === 'https' : protocol !== 'https';
  const other = listens.find((listen) => isOf(listen.protocol)) ?? listens[0]!;
  remarks.push(`nothing listens on port ${wanted}: asked on port ${other.port}, which does`);
  return other.port;
}

/** Addresses that were chosen, by host and port: a log asks for the same ones again and again. */
const chosen: WeakMap<LiveSite, Map<string, string>> = new WeakMap();

const MOST_CHOSEN = 1000;

/** An address that leads to the virtual hosts of that name; any where they take all. */
function chooseAddress(host: string, port: number, live: LiveSite): string {
  if (/^[0-9.]+$/.test(host)) return host;
  if (host.startsWith('[')) return host.slice(1, -1);
  const known = chosen.get(live) ?? new Map<string, string>();
  chosen.set(live, known);
  const key = `${host} ${port}`;
  const address = known.get(key) ?? findAddress(host, port, live);
  if (known.size < MOST_CHOSEN) known.set(key, address);
  return address;
}

function findAddress(host: string, port: number, live: LiveSite): string {
  const atPort = live.servers.flatMap((server) =>
    server.addresses
      .filter((address) => address.port === 0 || address.port === port)
      .map((address) => ({ server, address })),
  );
  const named = atPort.find(({ server }) => isNameOf(server, host)) ?? atPort[0];
  const found = named?.address.host;
  return found === undefined || found === '*' || found === '_default_' ? '127.0.0.1' : found;
}

/** Puts a request whose bytes are at hand: its Host says which address is meant. */
export function putBytes(bytes: string, live: LiveSite, { remote }: Pick<Question, 'remote'>): Put {
  const [method = '', target = '/'] = bytes.slice(0, bytes.indexOf('\r\n')).split(' ');
  const field = /\r\nhost:[ \t]*([^\r\n]*)/i.exec(bytes)?.[1]?.trim() ?? '';
  const authority = parseAuthority(field.toLowerCase());
  const remarks: string[] = [];
  const split = { scheme: 'http', host: authority?.host ?? '', port: authority?.port, target } as const;
  const localPort = choosePort(split, live, remarks);
  return {
    bytes,
    ends: {
      localAddress: chooseAddress(split.host, localPort, live),
      localPort,
      ...(remote === undefined ? {} : { remoteAddress: remote }),
    },
    method,
    url: /^[a-z]+:/i.test(target) ? target : `http://${field}${target}`,
    remarks,
  };
}
