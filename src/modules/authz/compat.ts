// mod_access_compat: Order, Allow, Deny and Satisfy, as Apache had them before Require.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';
import { compileIpRange } from '../../kit/ip-range.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { plainAddress } from '../../request/vhosts.ts';
import { sections } from '../contexts.ts';
import { limitedMethods, type MethodTest } from '../core/index.ts';
import { hasNameIn } from './names.ts';

type Order = 'deny,allow' | 'allow,deny' | 'mutual-failure';

interface Entry {
  readonly methods: MethodTest | undefined;
  readonly matches: (x: Exchange) => boolean | Promise<boolean>;
}

interface CompatDir {
  /** The last one that speaks of a method counts. */
  readonly orders: { readonly order: Order; readonly methods: MethodTest | undefined }[];
  readonly allow: Entry[];
  readonly deny: Entry[];
  readonly satisfies: { readonly isAny: boolean; readonly methods: MethodTest | undefined }[];
}

type CompatCommand = Command<undefined, CompatDir>;

/** `all`, `env=NAME`, `env=!NAME`, an address range, or a domain. */
function compileWho(word: string): Entry['matches'] | string {
  if (equalsIgnoreCase(word, 'all')) return () => true;
  if (/^env=/i.test(word)) {
    const name = word.slice(4);
    if (!name.startsWith('!')) return (x) => x.hasEnv() && x.env.has(name);
    return (x) => !(x.hasEnv() && x.env.has(name.slice(1)));
  }
  const contains = compileIpRange(word);
  if (contains) return (x) => contains(x.clientAddress);
  if (word.includes('/')) return 'The specified network mask is invalid.';
  return (x) => hasNameIn(plainAddress(x.clientAddress), word);
}

function addEntry(cmd: CompatCommand, into: Entry[], from: string, word: string): DirectiveError | undefined {
  if (!equalsIgnoreCase(from, 'from')) return "allow and deny must be followed by 'from'";
  const matches = compileWho(word);
  if (typeof matches === 'string') return matches;
  into.push({ methods: limitedMethods(cmd.section), matches });
  return undefined;
}

async function anyMatches(x: Exchange, entries: readonly Entry[]): Promise<boolean> {
  for (const { methods, matches } of entries) {
    if (methods !== undefined && !methods(x.method)) continue;
    if (await matches(x)) return true;
  }
  return false;
}

function orderFor(dir: CompatDir, method: string): Order {
  return (
    dir.orders.findLast(({ methods }) => methods === undefined || methods(method))?.order ?? 'deny,allow'
  );
}

async function isAllowed(x: Exchange, dir: CompatDir): Promise<boolean> {
  const order = orderFor(dir, x.method);
  const allowed = await anyMatches(x, dir.allow);
  if (order === 'deny,allow') return allowed || !(await anyMatches(x, dir.deny));
  return allowed && !(await anyMatches(x, dir.deny));
}

function isEmpty({ orders, allow, deny }: CompatDir): boolean {
  return orders.length === 0 && allow.length === 0 && deny.length === 0;
}

async function check(x: Exchange, dir: CompatDir): Promise<Verdict> {
  if (await isAllowed(x, dir)) return OK;
  logEvent(
    x,
    'access_compat',
    'error',
    `AH01797: client denied by server configuration: ${x.filename ?? x.uri}`,
  );
  return 403;
}

/** Satisfy, for the method of the request. */
function satisfiesAny(x: Exchange): boolean {
  const said = accessCompat
    .dir(x)
    ?.satisfies.findLast(({ methods }) => methods === undefined || methods(x.method));
  return said?.isAny ?? false;
}

const ORDERS: readonly Order[] = ['deny,allow', 'allow,deny', 'mutual-failure'];

const directives: readonly Directive<undefined, CompatDir>[] = [
  {
    name: 'Order',
    args: 'take1',
    contexts: sections,
    override: 'Limit',
    default: 'deny,allow',
    help: "'allow,deny', 'deny,allow', or 'mutual-failure'",
    example: 'Order allow,deny',
    set(cmd, arg = '') {
      const order = ORDERS.find((each) => each === lowerAscii(arg));
      if (order === undefined) return 'unknown order';
      cmd.dir.orders.push({ order, methods: limitedMethods(cmd.section) });
      return undefined;
    },
  },
  {
    name: 'Allow',
    args: 'iterate2',
    contexts: sections,
    override: 'Limit',
    help: "'from' followed by hostnames or IP-address wildcards",
    example: 'Allow from 10.1.2.3',
    set: (cmd, from = '', word = '') => addEntry(cmd, cmd.dir.allow, from, word),
  },
  {
    name: 'Deny',
    args: 'iterate2',
    contexts: sections,
    override: 'Limit',
    help: "'from' followed by hostnames or IP-address wildcards",
    example: 'Deny from all',
    set: (cmd, from = '', word = '') => addEntry(cmd, cmd.dir.deny, from, word),
  },
  {
    name: 'Satisfy',
    args: 'take1',
    contexts: sections,
    override: 'AuthConfig',
    default: 'All',
    help: "access policy if both allow and require used ('all' or 'any')",
    example: 'Satisfy Any',
    set(cmd, arg = '') {
      const value = lowerAscii(arg);
      if (value !== 'all' && value !== 'any') return "Satisfy either 'any' or 'all'.";
      cmd.dir.satisfies.push({ isAny: value === 'any', methods: limitedMethods(cmd.section) });
      return undefined;
    },
  },
];

export const accessCompat: Module<undefined, CompatDir> = defineModule<undefined, CompatDir>({
  name: 'access_compat',
  directives,
  // Apache: a section that has any of these directives starts anew.
  dirConfig: {
    create: () => ({ orders: [], allow: [], deny: [], satisfies: [] }),
    merge: (_base, add) => add,
  },
  satisfiesAny,
  hooks: {
    accessChecker(x) {
      const dir = accessCompat.dir(x);
      return dir === undefined || isEmpty(dir) ? DECLINED : check(x, dir);
    },
  },
});
