// Access logs of one server as the configuration says them, and as they are used once their formats are known.

import type { Expr } from '../../kit/expr/index.ts';
import type { LogSink } from '../../request/io.ts';
import { compileLogFormat, type LogFormat } from './format.ts';

/** When a line is written: `env=NAME`, `env=!NAME` or `expr=…`. */
export type Wanted =
  | { readonly kind: 'env'; readonly name: string; readonly absent: boolean }
  | { readonly kind: 'expr'; readonly expr: Expr };

/** A CustomLog, GlobalLog or TransferLog line. */
export interface LogLine {
  readonly target: string;
  /** A nickname, or a format of its own; undefined for the server's default. */
  readonly text: string | undefined;
  readonly wanted: Wanted | undefined;
  /** Virtual hosts with logs of their own write it too. */
  readonly isGlobal: boolean;
}

export interface LogServer {
  /** Format strings by nickname in lower case. */
  readonly formats: ReadonlyMap<string, string>;
  /** What a line without a format uses: a nickname or a format. */
  readonly fallback: string | undefined;
  readonly lines: readonly LogLine[];
}

export interface OpenLog {
  readonly sink: LogSink;
  readonly format: LogFormat;
  readonly wanted: Wanted | undefined;
}

const COMMON = '%h %l %u %t "%r" %>s %b';

/** The one nickname that Apache knows by itself. */
export const NO_LOGS: LogServer = { formats: new Map([['clf', COMMON]]), fallback: undefined, lines: [] };

/** A virtual host's own logs take the place of the main server's, but for global ones. */
export function mergeLogs(base: LogServer, add: LogServer): LogServer {
  const inherited = add.lines.length > 0 ? base.lines.filter((line) => line.isGlobal) : base.lines;
  return {
    formats: new Map([...base.formats, ...add.formats]),
    fallback: add.fallback ?? base.fallback,
    lines: [...add.lines, ...inherited],
  };
}

/**
 * Nicknames are looked up when everything is read: a LogFormat may stand after the CustomLog that uses it, and a
 * virtual host uses those of the main server.
 */
export function formatOf({ formats, fallback = COMMON }: LogServer, text: string = fallback): LogFormat {
  const format = compileLogFormat(formats.get(text.toLowerCase()) ?? text);
  if (typeof format !== 'function') throw new Error(format.message);
  return format;
}
