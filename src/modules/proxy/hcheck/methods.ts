// How a member of a balancer is asked whether it is well: the words of `hcmethod` and what each of them does.

import { equalsIgnoreCase } from '../../../kit/ascii.ts';

/** Apache's words; NONE for members that are not checked. */
export type HealthMethod =
  | 'NONE'
  | 'TCP'
  | 'OPTIONS'
  | 'HEAD'
  | 'GET'
  | 'OPTIONS11'
  | 'HEAD11'
  | 'GET11'
  | 'CPING'
  | 'PROVIDER';

/** In Apache's order, which the manager's choices have, too. */
export const HEALTH_METHODS: readonly HealthMethod[] = [
  'NONE',
  'TCP',
  'OPTIONS',
  'HEAD',
  'GET',
  'OPTIONS11',
  'HEAD11',
  'GET11',
];

/** Words that Apache knows and refuses: CPING without mod_proxy_ajp, which portico does not have, and PROVIDER always. */
const WITHOUT_CODE: readonly HealthMethod[] = ['CPING', 'PROVIDER'];

/** A method by its name in any case; a text is the error. */
export function readHealthMethod(name: string): { readonly method: HealthMethod } | string {
  const method = HEALTH_METHODS.find((one) => equalsIgnoreCase(one, name));
  if (method !== undefined) return { method };
  return WITHOUT_CODE.some((one) => equalsIgnoreCase(one, name))
    ? `Health check method ${name} not (yet) implemented`
    : 'Unknown method';
}

/** The request that a method sends. */
export interface HealthRequestLine {
  readonly method: 'OPTIONS' | 'HEAD' | 'GET';
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1';
}

/** What is sent; undefined for a method that only connects. */
export function requestLineOf(method: HealthMethod): HealthRequestLine | undefined {
  const protocol = method.endsWith('11') ? 'HTTP/1.1' : 'HTTP/1.0';
  if (method.startsWith('OPTIONS')) return { method: 'OPTIONS', protocol };
  if (method.startsWith('HEAD')) return { method: 'HEAD', protocol };
  return method.startsWith('GET') ? { method: 'GET', protocol } : undefined;
}
