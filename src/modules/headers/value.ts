// Values of Header and RequestHeader: text with %-items, or an expression (Apache mod_headers manual).

import { loadavg } from 'node:os';
import { compileExpr, type Expr } from '../../kit/expr/index.ts';
import type { Waiting } from '../../kit/wait.ts';
import { textOf } from '../../request/evaluate.ts';
import type { Exchange } from '../../request/exchange.ts';

/** A text that is always the same, one made of what is known of the exchange, or an expression that may have to wait. */
export type HeaderValue = string | ((x: Exchange) => string) | Expr;

type Item = (x: Exchange, argument: string) => string;

/** Apache writes what is unset as C's printf shows a null pointer, and people have come to rely on seeing it. */
const UNSET = '(null)';

/** Apache knows these; what a line end does to a header, sending it says. */
const ESCAPES: { readonly [letter: string]: string } = { '\\': '\\', r: '\r', n: '\n', t: '\t' };

const ITEMS: { readonly [letter: string]: Item } = {
  '%': () => '%',
  // One at the end of the text.
  '': () => '%',
  t: (x) => `t=${Math.round(x.startedAt * 1000)}`,
  D: (x) => `D=${Math.max(0, Math.round((x.site.io.now() - x.startedAt) * 1000))}`,
  // Variables may hold what a client wrote: as in Apache, it cannot end a line.
  e: (x, name) => (x.hasEnv() ? x.env.get(name) : undefined)?.replace(/[\r\n]/g, ' ') ?? UNSET,
  // No TLS variables on a plain connection.
  s: () => UNSET,
  l: () =>
    `l=${loadavg()
      .map((load) => load.toFixed(2))
      .join('/')}`,
  i: (x) => `i=${100 - busyShare(x)}`,
  b: (x) => `b=${busyShare(x)}`,
};

/** How many of the requests that can be answered at once are being answered, in per cent. */
function busyShare({ site: { activity } }: Exchange): number {
  if (activity === undefined) return 0;
  let busy = 0;
  for (const { request } of activity.connections()) if (request !== undefined) busy += 1;
  return Math.min(100, Math.floor((busy * 100) / activity.most));
}

/**
 * Compiles a value as written. Answers Apache's sentence for an item it does not know; throws ExprSyntaxError for a
 * bad expression.
 */
export function compileHeaderValue(text: string): HeaderValue | { readonly message: string } {
  if (text.startsWith('expr=')) {
    return compileExpr(text.slice(5), { kind: 'string' });
  }
  return /[%\\]/.test(text) ? compileItems(text) : text;
}

/** The value for one exchange. */
export function* valueFor(x: Exchange, value: HeaderValue): Waiting<string> {
  if (typeof value === 'string') return value;
  if (typeof value === 'function') return value(x);
  return (yield* textOf(x, value)) ?? '';
}

function compileItems(text: string): HeaderValue | { readonly message: string } {
  const parts: (string | ((x: Exchange) => string))[] = [];
  const pattern = /\\([\\rnt])|%(?:\{([^}]*)\})?([\s\S]?)/g;
  let at = 0;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const [, escaped, argument = '', letter = ''] = found;
    parts.push(text.slice(at, found.index));
    at = pattern.lastIndex;
    if (escaped !== undefined) {
      parts.push(ESCAPES[escaped]!);
      continue;
    }
    const item = ITEMS[letter];
    if (item === undefined) return { message: `Unrecognized header format %${letter}` };
    parts.push((x) => item(x, argument));
  }
  parts.push(text.slice(at));
  return (x) => {
    let value = '';
    for (const part of parts) value += typeof part === 'string' ? part : part(x);
    return value;
  };
}
