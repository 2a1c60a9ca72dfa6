// The request that is asked about, as callers have it, and the same with its bytes in order.

import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';
import { parseAuthority } from '../../wire/authority.ts';
import { bytesOf, bytesOfField, bytesOfUrl } from './bytes.ts';

/** A fetch `Headers`, as far as it is needed. */
export interface HeadersLike {
  /** Calls back with each field. */
  forEach(callback: (value: string, name: string) => void): void;
}

type HeaderPairs = Iterable<readonly [name: string, value: string]>;
type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Header fields: a fetch `Headers`, Node's `headers`, a Map, or pairs. Names in any case. */
export type RewriteHeaders = HeadersLike | HeaderPairs | HeaderRecord;

/** What is known of a request; a fetch `Request` and Node's `IncomingMessage` are ones. */
export interface EvaluatedRequest {
  /**
   * Path and query as they stand in a request line, or a whole URL, whose host then counts. Default: `/`. Characters
   * beyond ASCII stand for their UTF-8 bytes.
   */
  readonly url?: string | { readonly href: string } | undefined;
  /** Default: `GET`. */
  readonly method?: string | undefined;
  /** Header fields; default: none. */
  readonly headers?: RewriteHeaders | undefined;
  /** Of the connection. Default: that of a whole URL, else `http`. */
  readonly scheme?: 'http' | 'https' | undefined;
  /** Default: `127.0.0.1`. */
  readonly remoteAddress?: string | undefined;
  /** The client's port; default: 0. */
  readonly remotePort?: number | undefined;
  /** %{REMOTE_HOST}; default: the address, as without HostnameLookups. */
  readonly remoteHost?: string | undefined;
  /** %{REMOTE_USER}: who has been authenticated. */
  readonly remoteUser?: string | undefined;
  /** %{AUTH_TYPE}: how, `Basic` for example. */
  readonly authType?: string | undefined;
  /** As Node has it; default: `1.1`. */
  readonly httpVersion?: string | undefined;
  /** %{THE_REQUEST}; default: made of method, path and version. */
  readonly requestLine?: string | undefined;
  /** Variables that stand in the environment before any rule runs, as SetEnv and SetEnvIf would set them. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Default: the present. */
  readonly time?: Date | undefined;
}

/** The client's request: byte strings, defaults filled in, header fields read when the first one is asked for. */
export class Client {
  readonly #request: EvaluatedRequest;
  readonly rawPath: string;
  readonly args: string | undefined;
  readonly #target: string;
  readonly #authority: string | undefined;
  readonly scheme: 'http' | 'https';
  readonly method: string;
  #headers: ReadonlyMap<string, string> | undefined = undefined;
  #host: { readonly name: string; readonly port: number | undefined } | undefined = undefined;
  #time: Date | undefined;

  constructor(request: EvaluatedRequest) {
    const { url = '/' } = request;
    const { scheme, authority, target } = splitUrl(bytesOfUrl(typeof url === 'string' ? url : url.href));
    const query = target.indexOf('?');
    this.#request = request;
    this.#target = target;
    this.#authority = authority;
    this.rawPath = query < 0 ? target : target.slice(0, query);
    this.args = query < 0 ? undefined : target.slice(query + 1);
    this.scheme = request.scheme ?? (scheme === 'https' || scheme === 'wss' ? 'https' : 'http');
    this.method = request.method ?? 'GET';
    this.#time = request.time;
  }

  get protocol(): string {
    return `HTTP/${this.#request.httpVersion ?? '1.1'}`;
  }

  get requestLine(): string {
    const { requestLine } = this.#request;
    return requestLine === undefined
      ? `${this.method} ${this.#target} ${this.protocol}`
      : bytesOfUrl(requestLine);
  }

  get remoteAddress(): string {
    return this.#request.remoteAddress ?? '127.0.0.1';
  }

  get remotePort(): string {
    return String(this.#request.remotePort ?? 0);
  }

  get remoteHost(): string {
    return this.#request.remoteHost ?? this.remoteAddress;
  }

  get remoteUser(): string {
    return bytesOf(this.#request.remoteUser ?? '');
  }

  get authType(): string {
    return this.#request.authType ?? '';
  }

  get env(): readonly (readonly [string, string])[] {
    const { env } = this.#request;
    return env === undefined ? [] : Object.entries(env).map(([name, value]) => [name, bytesOf(value)]);
  }

  get time(): Date {
    this.#time ??= new Date();
    return this.#time;
  }

  /** The host that is asked for, in lower case, and its port as far as it was said; an invalid one is empty. */
  get host(): { readonly name: string; readonly port: number | undefined } {
    if (this.#host === undefined) {
      const said = this.#authority ?? this.header('host');
      const read = said === undefined ? undefined : parseAuthority(said);
      this.#host = { name: read?.host ?? '', port: read?.port };
    }
    return this.#host;
  }

  /** A field by its name in lower case; several of one name joined by commas. */
  header(name: string): string | undefined {
    if (name === 'host' && this.#authority !== undefined) return this.#authority;
    const { headers } = this.#request;
    if (headers === undefined) return undefined;
    if (!isPairs(headers) && !isLikeHeaders(headers)) return fieldOf(headers, name);
    this.#headers ??= readHeaders(headers);
    return this.#headers.get(name);
  }
}

function readHeaders(headers: HeaderPairs | HeadersLike): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const take = (name: string, value: string): void => {
    const key = lowerAscii(name);
    const before = fields.get(key);
    const bytes = bytesOfField(value);
    fields.set(key, before === undefined ? bytes : `${before}, ${bytes}`);
  };
  if (isPairs(headers)) for (const [name, value] of headers) take(name, value);
  else
    headers.forEach((value, name) => {
      take(name, value);
    });
  return fields;
}

interface SplitUrl {
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  /** Path and query. */
  readonly target: string;
}

function splitUrl(url: string): SplitUrl {
  const hash = url.indexOf('#');
  const whole = hash < 0 ? url : url.slice(0, hash);
  if (whole.charCodeAt(0) === 0x2f) return { scheme: undefined, authority: undefined, target: whole };
  const [, scheme, authority, target = ''] =
    /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?]*)(.*)$/s.exec(whole) ?? [];
  if (authority === undefined) return { scheme: undefined, authority: undefined, target: whole };
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return {
    scheme: lowerAscii(scheme ?? ''),
    authority: host,
    target: target.startsWith('/') ? target : `/${target}`,
  };
}

function isPairs(headers: RewriteHeaders): headers is HeaderPairs {
  return Symbol.iterator in headers;
}

function isLikeHeaders(headers: RewriteHeaders): headers is HeadersLike {
  return typeof (headers as Partial<HeadersLike>).forEach === 'function';
}

/** Requests are asked for one or two fields: looking is cheaper than keeping all of them by name. */
function fieldOf(headers: HeaderRecord, name: string): string | undefined {
  let found: string | undefined;
  for (const key of Object.keys(headers)) {
    if (key.length !== name.length || !equalsIgnoreCase(key, name)) continue;
    const value = headers[key];
    const text = typeof value === 'string' ? value : value?.join(', ');
    if (text !== undefined) found = found === undefined ? text : `${found}, ${text}`;
  }
  return found === undefined ? undefined : bytesOfField(found);
}
