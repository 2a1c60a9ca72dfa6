// What the parser read → the request as the spine takes it.

import type { Incoming, RequestBody } from '../request/exchange.ts';
import { HeaderList } from '../wire/header-list.ts';
import type { MessageError } from '../wire/message-error.ts';
import type { RequestHead } from '../wire/request-parser.ts';

const HTTP_0_9 = 9;
const HTTP_1_0 = 1000;

export function incomingOf(head: RequestHead, body: RequestBody | undefined): Incoming {
  const query = head.path.indexOf('?');
  head.headers.joinRepeated();
  return {
    requestLine: head.requestLine,
    method: head.method,
    target: head.target,
    rawPath: query < 0 ? head.path : head.path.slice(0, query),
    args: query < 0 ? undefined : head.path.slice(query + 1),
    hostname: head.host ?? '',
    port: head.port,
    protocol: head.version === '0.9' ? HTTP_0_9 : HTTP_1_0 + head.minor,
    headers: head.headers,
    body,
  };
}

/** A request that could not be read, as far as it can be told: enough for an error page and a log line. */
export function incomingOfError(error: MessageError): Incoming {
  const [method = '', target = ''] = error.requestLine.split(' ', 2);
  const query = target.indexOf('?');
  return {
    requestLine: error.requestLine,
    method: method === '' ? 'GET' : method,
    target,
    rawPath: query < 0 ? target : target.slice(0, query),
    args: query < 0 ? undefined : target.slice(query + 1),
    hostname: '',
    port: undefined,
    protocol: HTTP_1_0 + 1,
    headers: new HeaderList(),
    body: undefined,
  };
}
