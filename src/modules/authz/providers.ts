// The kinds of rules that Require knows: all, env, method, expr, ip, host, forward-dns, local.

import type { DirectiveFault } from '../../conf/directive.ts';
import { splitWords } from '../../conf/words.ts';
import { compileExpr, type Expr, ExprSyntaxError, runCondition, runString } from '../../kit/expr/index.ts';
import { compileIpRange, type IpRange } from '../../kit/ip-range.ts';
import { settle } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';
import { exprHost } from '../../request/expr-host.ts';
import { logEvent } from '../../request/log.ts';
import { plainAddress } from '../../request/vhosts.ts';
import { isRegisteredMethod, methodClass } from '../core/index.ts';
import { addressesOf, hasNameIn } from './names.ts';
import type { RuleTest, Ruling } from './rules.ts';

/** Compiles what follows the provider's name: a test, or what is wrong. */
type Compile = (text: string, isRestricted: boolean) => RuleTest | string | DirectiveFault;

export interface Provider {
  /** The module that must be loaded. */
  readonly module: string;
  readonly compile: Compile;
}

function grantIf(holds: boolean): Ruling {
  return holds ? 'granted' : 'denied';
}

function wordsOf(text: string): string[] {
  return splitWords(text).map((word) => word.text);
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

function compileExpression(
  text: string,
  kind: 'condition' | 'string',
  restricted: boolean,
): Expr | DirectiveFault {
  try {
    return compileExpr(text, { kind, restricted });
  } catch (error) {
    if (!(error instanceof ExprSyntaxError)) throw error;
    return {
      message: `Cannot parse expression in require line: ${error.message}`,
      code: 'conf/bad-expression',
    };
  }
}

/** An expression that cannot be evaluated lets nobody in. */
function undecided(x: Exchange, error: unknown): Ruling {
  const reason = error instanceof Error ? error.message : String(error);
  logEvent(
    x,
    'authz_core',
    'error',
    `AH02542: evaluation of expression from 'Require expr' failed: ${reason}`,
  );
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
  const asksForUser = text.includes('REMOTE_USER');
  return (x) => {
    const denial: Ruling = asksForUser && x.user === undefined ? 'denied-no-user' : 'denied';
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
  const ranges: IpRange[] = [];
  for (const word of words) {
    const range = compileIpRange(word);
    if (range === undefined) return badAddress(word);
    ranges.push(range);
  }
  return (x) => grantIf(ranges.some((contains) => contains(x.clientAddress)));
}

const isLoopback: readonly IpRange[] = [compileIpRange('127.0.0.0/8')!, compileIpRange('::1')!];

function testLocal(x: Exchange): Ruling {
  const isOwn = plainAddress(x.clientAddress) === plainAddress(x.transport.localAddress);
  return grantIf(isOwn || isLoopback.some((contains) => contains(x.clientAddress)));
}

/** Tests of one name after the other; the names may be expressions. */
function compileNames(
  text: string,
  isRestricted: boolean,
  matches: (address: string, name: string) => Promise<boolean>,
): RuleTest | DirectiveFault {
  const expr = compileExpression(text, 'string', isRestricted);
  if ('message' in expr) return expr;
  const anyMatches = async (x: Exchange): Promise<boolean> => {
    const address = plainAddress(x.clientAddress);
    for (const name of wordsOf(await settle(runString(expr, exprHost(x))))) {
      if (await matches(address, name)) return true;
    }
    return false;
  };
  return (x) => waitFor(x, anyMatches(x), 'denied');
}

/** By the name behind Require; in lower case. */
export const providers: ReadonlyMap<string, Provider> = new Map<string, Provider>([
  ['all', { module: 'authz_core_module', compile: compileAll }],
  ['env', { module: 'authz_core_module', compile: compileEnv }],
  ['method', { module: 'authz_core_module', compile: compileMethod }],
  ['expr', { module: 'authz_core_module', compile: compileCondition }],
  ['ip', { module: 'authz_host_module', compile: compileIp }],
  ['local', { module: 'authz_host_module', compile: () => testLocal }],
  [
    'host',
    { module: 'authz_host_module', compile: (text, restricted) => compileNames(text, restricted, hasNameIn) },
  ],
  [
    'forward-dns',
    {
      module: 'authz_host_module',
      compile: (text, restricted) =>
        compileNames(text, restricted, async (address, name) =>
          (await addressesOf(name)).map(plainAddress).includes(address),
        ),
    },
  ],
]);
