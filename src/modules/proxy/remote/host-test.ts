// The words of NoProxy: addresses and subnets, domains, host names, and parts of them.

import { equalsIgnoreCase } from '../../../kit/ascii.ts';
import { isInRange, parseAddressRange } from '../../../kit/ip-range.ts';
import type { HostTest } from './remote-proxy.ts';

const NAME = /^[A-Za-z0-9.-]+$/;

/**
 * Compiles one word. `isKnown` tells whether the machine knows a name: Apache takes a name that cannot be resolved for a
 * part of names.
 */
export function compileHostTest(word: string, isKnown: (name: string) => boolean): HostTest {
  const subnet = /^[0-9]/.test(word) ? parseAddressRange(withoutZeros(word)) : undefined;
  if (subnet !== undefined) return (host) => isInRange(subnet, host);
  const bare = word.replace(/\.+$/, '');
  if (word.startsWith('.') && NAME.test(word)) return (host) => isInDomain(withoutDots(host), bare);
  if (NAME.test(word) && (bare.includes('.') || isKnown(bare))) {
    return (host) => equalsIgnoreCase(withoutDots(host), bare);
  }
  return (host) => host.includes(word);
}

/** Without a mask, parts that are zero at the end stand for anything: `192.168.0.0` is `192.168`. */
function withoutZeros(word: string): string {
  return word.includes('/') ? word : word.replace(/(?:\.0+)*\.?$/, '');
}

function withoutDots(host: string): string {
  return host.replace(/\.+$/, '');
}

function isInDomain(host: string, domain: string): boolean {
  return host.length > domain.length && equalsIgnoreCase(host.slice(-domain.length), domain);
}
