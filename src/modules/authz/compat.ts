// mod_access_compat: Order, Allow, Deny and Satisfy, as Apache had them before Require.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { AddressSet } from '../../kit/address-set.ts';
import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';
import { isInRange, parseAddressRange } from '../../kit/ip-range.ts';
import { andThen, type Soon } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { sections } from '../contexts.ts';
import { limitedMethods, type MethodTest } from '../core/index.ts';
import { isClientIn } from './names.ts';

type Order = 'deny,allow' | 'allow,deny' | 'mutual-failure';

/** Whom Allow or Deny names: whoever is in one of these. */
interface Whom {
  /** What is not inside a <Limit> is one set, however long the list. */
  readonly addresses: AddressSet;
  readonly entries: Entry[];
  readonly domains: Domain[];
}

interface Entry {
  readonly methods: MethodTest | undefined;
  readonly matches: (x: Exchange) => boolean;
}

interface Domain {
  readonly methods: MethodTest | undefined;
  readonly name: string;
}

interface CompatDir {
  /** The last one that speaks of a method counts. */
  readonly orders: { readonly order: Order; readonly methods: MethodTest | undefined }[];
  readonly allow: Whom;
  readonly deny: Whom;
  readonly satisfies: { readonly isAny: boolean; readonly methods: MethodTest | undefined }[];
}

type CompatCommand = Command<undefined, CompatDir>;

function nobody(): Whom {
  return { addresses: new AddressSet(), entries: [], domains: [] };
}

/** `all`, `env=NAME`, `env=!NAME`; undefined for what must be an address or a domain. */
function compileEntry(word: string): Entry['matches'] | undefined {
  if (equalsIgnoreCase(word, 'all')) return () => true;
  if (!/^env=/i.test(word)) return undefined;
  const name = word.slice(4);
  if (!name.startsWith('!')) return (x) => x.hasEnv() && x.env.has(name);
  return (x) => !(x.hasEnv() && x.env.has(name.slice(1)));
}

function addEntry(cmd: CompatCommand, into: Whom, from: string, word: string): DirectiveError | undefined {
  if (!equalsIgnoreCase(from, 'from')) return "allow and deny must be followed by 'from'";
  const methods = limitedMethods(cmd.section);
  const matches = compileEntry(word);
  const range = matches === undefined ? parseAddressRange(word) : undefined;
  if (matches !== undefined) into.entries.push({ methods, matches });
  else if (range !== undefined && methods === undefined) into.addresses.add(range);
  else if (range !== undefined)
    into.entries.push({ methods, matches: (x) => isInRange(range, x.clientAddress) });
  else if (word.includes('/')) return 'The specified network mask is invalid.';
  else into.domains.push({ methods, name: word });
  return undefined;
}

function appliesTo(x: Exchange): (entry: { readonly methods: MethodTest | undefined }) => boolean {
  return ({ methods }) => methods === undefined || methods(x.method);
}

/** Names are looked up only where nothing else settles it. */
function isAmong(x: Exchange, { addresses, entries, domains }: Whom): Soon<boolean> {
  const applies = appliesTo(x);
  if (addresses.has(x.clientAddress) || entries.some((entry) => applies(entry) && entry.matches(x)))
    return true;
  const names = domains.filter(applies).map(({ name }) => name);
  return names.length > 0 && isClientIn(x, names);
}

function orderFor(dir: CompatDir, method: string): Order {
  return (
    dir.orders.findLast(({ methods }) => methods === undefined || methods(method))?.order ?? 'deny,allow'
  );
}

function isAllowed(x: Exchange, dir: CompatDir): Soon<boolean> {
  const order = orderFor(dir, x.method);
  return andThen(isAmong(x, dir.allow), (allowed) => {
    if (allowed === (order === 'deny,allow')) return allowed;
    return andThen(isAmong(x, dir.deny), (denied) => !denied);
  });
}

function isNobody({ addresses, entries, domains }: Whom): boolean {
  return addresses.isEmpty && entries.length === 0 && domains.length === 0;
}

function isEmpty({ orders, allow, deny }: CompatDir): boolean {
  return orders.length === 0 && isNobody(allow) && isNobody(deny);
}

function rule(x: Exchange, allowed: boolean): Verdict {
  if (allowed) return OK;
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
    create: () => ({ orders: [], allow: nobody(), deny: nobody(), satisfies: [] }),
    merge: (_base, add) => add,
  },
  satisfiesAny,
  hooks: {
    accessChecker(x) {
      const dir = accessCompat.dir(x);
      if (dir === undefined || isEmpty(dir)) return DECLINED;
      return andThen(isAllowed(x, dir), (allowed) => rule(x, allowed));
    },
  },
});
