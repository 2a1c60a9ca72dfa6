// URLs of balancers on their way: the name without user and port, as Apache makes it canonical; the path stays as it is
// until a member's scheme says what becomes of it.

import { lowerAscii } from '../../../kit/ascii.ts';
import { BALANCER_PREFIX } from './config.ts';

/** The canonical URL of a request for a balancer; undefined when its host or port cannot be. */
export function canonicalBalancerUrl(url: string): string | undefined {
  const found = /^balancer:\/\/([^/]*)\/?([\s\S]*)$/i.exec(url);
  if (found === null) return undefined;
  const end = found[1]!.slice(found[1]!.lastIndexOf('@') + 1);
  const port = /:([0-9]*)$/.exec(end);
  const host = lowerAscii(port === null ? end : end.slice(0, port.index));
  if (host === '' || Number(port?.[1] ?? 0) > 65535) return undefined;
  return `${BALANCER_PREFIX}${host}/${found[2]}`;
}
