// The kinds of rules that Require knows: all, env, method, expr, ip, host, forward-dns, local; those that look at the user
// stand beside (users.ts, groups.ts, owner.ts).

import type { DirectiveFault } from '../../conf/directive.ts';
import { AddressSet } from '../../kit/address-set.ts';
import { runCondition, runString } from '../../kit/expr/index.ts';
import { compileIpRange, type IpRange, parseAddressRange } from '../../kit/ip-range.ts';
import { settle } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';
import { exprHost } from '../../request/expr-host.ts';
import { logEvent } from '../../request/log.ts';
import { plainAddress } from '../../request/vhosts.ts';
import { isRegisteredMethod, methodClass } from '../core/index.ts';
import { groupProviders } from './groups.ts';
import { isClientIn, isClientNamed } from './names.ts';
import { ownerProviders } from './owner.ts';
import { compileExpression, type Provider, wordsOf } from './provider.ts';
import type { RuleTest, Ruling } from './rules.ts';
import { userProviders } from './users.ts';

function grantIf(holds: boolean): Ruling {
  return holds ? 'granted' : 'denied';
}

function compileAll(text: string): RuleTest | string {
  const word = text.trim().toLowerCase();
  if (word !== 'granted' && word !== 'denied')
    return "Argument for 'Require all' must be 'granted' or 'denied'";
  return () => word;
}

function compileEnv(text: string): RuleTest {
  const names = wordsOf(text);
  return (x) => grantIf(x.hasEnv() && names.some((name) => x.env.has(name)));
}

function compileMethod(text: string): RuleTest | string {
  const methods = wordsOf(text);
  const unknown = methods.find((method) => !isRegisteredMethod(method));
  if (unknown !== undefined) return `Invalid Method '${unknown}'`;
  const classes = new Set(methods.map(methodClass));
  return (x) => grantIf(classes.has(methodClass(x.method)));
}

/** An expression that cannot be evaluated lets nobody in. */
function undecided(x: Exchange, error: unknown): Ruling {
  const reason = error instanceof Error ? error.message : String(error);
  logEvent(x, 'authz_core', 'error', `AH02320: Error evaluating expression in 'Require expr': ${reason}`);
  return 'error';
}

async function waitFor(x: Exchange, holds: Promise<boolean>, denial: Ruling): Promise<Ruling> {
  try {
    return (await holds) ? 'granted' : denial;
  } catch (error) {
    return undecided(x, error);
  }
}

/** An expression may stand in quotes, which are then no part of it. */
function withoutQuotes(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

function compileCondition(text: string, isRestricted: boolean): RuleTest | DirectiveFault {
  const expr = compileExpression(withoutQuotes(text.trim()), 'condition', isRestricted);
  if ('message' in expr) return expr;
  // Apache: where it names the user, it always is for want of another one that it does not hold.
  const denial: Ruling = /%\{REMOTE_USER\}/i.test(text) ? 'denied-no-user' : 'denied';
  return (x) => {
    try {
      const holds = settle(runCondition(expr, exprHost(x)));
      if (typeof holds !== 'boolean') return waitFor(x, holds, denial);
      return holds ? 'granted' : denial;
    } catch (error) {
      return undecided(x, error);
    }
  };
}

/** Apache's sentence for an address that is none. */
function badAddress(text: string): string {
  const base = text.split('/')[0]!;
  if (!/^[0-9.]+$/.test(base)) return `ip address '${text}' appears to be invalid`;
  const what = text.includes('/') && compileIpRange(base) ? 'network mask' : 'IP address';
  return `ip address '${text}' appears to be invalid: The specified ${what} is invalid.`;
}

function compileIp(text: string): RuleTest | string {
  const words = wordsOf(text);
  if (words.length === 0) return "'require ip' requires an argument";
  const addresses = new AddressSet();
  for (const word of words) {
    const range = parseAddressRange(word);
    if (range === undefined) return badAddress(word);
    addresses.add(range);
  }
  return Object.assign((x: Exchange) => grantIf(addresses.has(x.clientAddress)), { addresses });
}

const isLoopback: readonly IpRange[] = [compileIpRange('127.0.0.0/8')!, compileIpRange('::1')!];

function testLocal(x: Exchange): Ruling {
  const isOwn = plainAddress(x.clientAddress) === plainAddress(x.transport.localAddress);
  return grantIf(isOwn || isLoopback.some((contains) => contains(x.clientAddress)));
}

/** A test of names, which may be expressions. */
function compileNames(
  text: string,
  isRestricted: boolean,
  matches: (x: Exchange, names: readonly string[]) => Promise<boolean>,
): RuleTest | DirectiveFault {
  const expr = compileExpression(text, 'string', isRestricted);
  if ('message' in expr) return expr;
  const anyMatches = async (x: Exchange): Promise<boolean> =>
    matches(x, wordsOf(await settle(runString(expr, exprHost(x)))));
  return (x) => waitFor(x, anyMatches(x), 'denied');
}

/** By the name behind Require, which has a case as in Apache. */
export const providers: ReadonlyMap<string, Provider> = new Map<string, Provider>([
  ['all', { module: 'authz_core_module', compile: compileAll }],
  ['env', { module: 'authz_core_module', compile: compileEnv }],
  ['method', { module: 'authz_core_module', compile: compileMethod }],
  ['expr', { module: 'authz_core_module', compile: compileCondition }],
  ['ip', { module: 'authz_host_module', compile: compileIp }],
  ['local', { module: 'authz_host_module', compile: () => testLocal }],
  ...userProviders,
  ...groupProviders,
  ...ownerProviders,
  [
    'host',
    {
      module: 'authz_host_module',
      compile: (text, restricted) => compileNames(text, restricted, isClientIn),
    },
  ],
  [
    'forward-dns',
    {
      module: 'authz_host_module',
      compile: (text, restricted) => compileNames(text, restricted, isClientNamed),
    },
  ],
]);
