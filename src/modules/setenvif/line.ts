// A line of mod_setenvif as data: what it asks of a request, and the variables it then sets.

import type { Expr } from '../../kit/expr/index.ts';
import type { Regex } from '../../kit/regex/index.ts';
import type { Exchange } from '../../request/exchange.ts';
import { protocolName } from '../../request/variables.ts';

/** `VAR`, `VAR=value` or `!VAR`. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
  readonly unset: boolean;
}

/** What is looked at: a header field, a variable or an attribute of the request by its name, or a field by a pattern. */
export interface Subject {
  readonly name: string;
  /** For names of header fields, as the client spelled them. */
  readonly pattern: Regex | undefined;
}

export type Test =
  | { readonly kind: 'value'; readonly subject: Subject; readonly regex: Regex; readonly isLiteral: boolean }
  | { readonly kind: 'expr'; readonly expr: Expr };

export interface Line {
  readonly test: Test;
  readonly assignments: readonly Assignment[];
}

/** What the request itself has to be looked at; undefined where there is no such field. */
export function requestValue(x: Exchange, { name, pattern }: Subject): string | undefined {
  return pattern === undefined ? namedValue(x, name) : lastField(x, pattern);
}

/** Apache: of several fields whose names fit, the last one counts. */
function lastField(x: Exchange, pattern: Regex): string {
  let last = '';
  for (const [name, value] of x.headers) if (pattern.test(name)) last = value;
  return last;
}

function namedValue(x: Exchange, name: string): string | undefined {
  switch (name) {
    case 'remote_addr':
    case 'remote_host':
      return x.clientAddress;
    case 'server_addr':
      return x.transport.localAddress;
    case 'request_method':
      return x.method;
    case 'request_protocol':
      return protocolName(x);
    case 'request_uri':
      return x.uri;
    default:
      return x.headers.combined(name);
  }
}
