// The bytes that a check sends, as Apache writes them. Nothing in a URL can break out of its line: what may not stand
// in a request's target is escaped.

import type { Origin } from '../target.ts';
import type { HealthSettings } from './config.ts';
import { requestLineOf } from './methods.ts';

/** What may not stand in a request line as it is. */
const NOT_VISIBLE = /[^\x21-\x7e\x80-\xff]/g;

/** What is sent, and the method that tells how the answer is framed. */
export interface HealthRequest {
  readonly method: string;
  /** 1000 or 1001. */
  readonly protocol: number;
  readonly bytes: string;
}

/** The request of a check; undefined where connecting is all. `path` is the path of the member's URL, or ''. */
export function healthRequest(
  settings: Pick<HealthSettings, 'method' | 'uri'>,
  origin: Pick<Origin, 'host' | 'port'>,
  path: string,
): HealthRequest | undefined {
  const line = requestLineOf(settings.method);
  if (line === undefined) return undefined;
  const target = line.method === 'OPTIONS' ? '*' : targetOf(path, settings.uri);
  return {
    method: line.method,
    protocol: line.protocol === 'HTTP/1.1' ? 1001 : 1000,
    bytes: `${line.method} ${target} ${line.protocol}\r\nHost: ${hostOf(origin)}\r\n\r\n`,
  };
}

/** Apache puts a slash between the two whatever they begin and end with. */
function targetOf(path: string, uri: string): string {
  const joined = path !== '' && uri !== '' ? `${path}/${uri}` : path + uri;
  const target = joined.replace(
    NOT_VISIBLE,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return target === '' ? '/' : target;
}

/** The port is always named, as in Apache. */
function hostOf({ host, port }: Pick<Origin, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
