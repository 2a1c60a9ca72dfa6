// A request as node:http has read it → the bytes of its head, for the parser that decides everything here, too.

import type { IncomingMessage } from 'node:http';
import { HeaderList } from '../../wire/header-list.ts';

/** A request that may come over HTTP/2, where node keeps the parts of the request line among the fields. */
export type NodeRequest = IncomingMessage & {
  readonly authority?: string;
  readonly stream?: { readonly endAfterHeaders?: boolean };
};

/** How the head of a request is written. */
export interface HeadOptions {
  /** Path and query, as they are to be answered. */
  readonly url: string;
  /** The connection may be taken over for another protocol. */
  readonly mayUpgrade: boolean;
}

/** The head, up to and with the empty line, as a byte string. */
export function headOf(request: NodeRequest, { url, mayUpgrade }: HeadOptions): string {
  const { method = 'GET', httpVersionMajor, httpVersionMinor } = request;
  const version = httpVersionMajor > 1 ? '1.1' : `1.${httpVersionMinor}`;
  const more = httpVersionMajor > 1 ? fieldsOfHttp2(request) : '';
  return `${method} ${url} HTTP/${version}\r\n${more}${fieldsOf(request, mayUpgrade)}\r\n`;
}

/** HTTP/2 has `:authority` in the place of Host (RFC 9113 section 8.3.1), and bodies that nothing announces. */
function fieldsOfHttp2({ authority, headers, stream }: NodeRequest): string {
  const host = authority !== undefined && headers.host === undefined ? `Host: ${authority}\r\n` : '';
  const isOpen = stream?.endAfterHeaders === false && headers['content-length'] === undefined;
  return isOpen ? `${host}Transfer-Encoding: chunked\r\n` : host;
}

function fieldsOf({ rawHeaders, httpVersionMajor }: NodeRequest, mayUpgrade: boolean): string {
  let fields = '';
  let cookies = '';
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (httpVersionMajor > 1 && name.startsWith(':')) continue;
    // A server that does not listen to 'upgrade' has ignored the wish (RFC 9110 section 7.8): a backend must not hear of it.
    if (!mayUpgrade && name.length === 7 && name.toLowerCase() === 'upgrade') continue;
    // HTTP/2 cuts cookies into fields of their own, which are one in HTTP/1.1 (RFC 9113 section 8.2.3).
    if (httpVersionMajor > 1 && name === 'cookie')
      cookies += cookies === '' ? rawHeaders[i + 1] : `; ${rawHeaders[i + 1]}`;
    else fields += `${name}: ${rawHeaders[i + 1]}\r\n`;
  }
  return cookies === '' ? fields : `${fields}cookie: ${cookies}\r\n`;
}

/** The fields behind a chunked body, once it is read. */
export function trailersOf({ rawTrailers }: NodeRequest): HeaderList | undefined {
  if (rawTrailers.length === 0) return undefined;
  const trailers = new HeaderList();
  for (let i = 0; i < rawTrailers.length; i += 2) trailers.append(rawTrailers[i]!, rawTrailers[i + 1]!);
  return trailers;
}
