// ErrorLogFormat: what a line of the error log says. Compiled once; the algorithm of Apache, in which an item without a
// value takes its whole field with it.

import { strftime } from '../../kit/strftime.ts';
import { coreServer, LOG_LEVELS } from '../../request/core-config.ts';
import { escapeLog } from '../../request/log.ts';
import type { ErrorLogFormat, LogEvent } from '../../request/log-event.ts';
import { connectionLogId, requestLogId } from '../../request/log-id.ts';
import { type LogTimeForm, logTime } from '../../request/log-time.ts';
import { serverName } from '../../request/self-url.ts';

/** An item's text; '' when it has none. */
type Reader = (event: LogEvent) => string;

interface Part {
  readonly read: Reader;
  /** A field begins here: what is left out is left out from here to the next one. */
  readonly beginsField: boolean;
  readonly isMessage: boolean;
  /** `-`: a hyphen where there is no value. */
  readonly orHyphen: boolean;
  /** `+`: no line at all where there is no value. */
  readonly isRequired: boolean;
  /** Only for events of this level or a chattier one. */
  readonly level: number;
}

/** The line for each event, or one of those that are said once for a request or a connection. */
export type FormatKind = 'main' | 'request' | 'connection';

function address(argument: string): Reader {
  return ({ x, transport }) => {
    if (transport === undefined) return '';
    if (x === undefined || argument.startsWith('c'))
      return `${transport.remoteAddress}:${transport.remotePort}`;
    return `${x.clientAddress}:${x.clientPort}`;
  };
}

function time(argument: string): Reader {
  if (argument.includes('%')) return ({ site }) => strftime(argument, site.io.now());
  const form: LogTimeForm = {
    compact: argument.includes('c'),
    micros: argument.includes('u'),
    offset: argument.includes('z'),
  };
  return ({ site }) => logTime(site.io.now(), form);
}

/** `c` is the connection's id, `C` that too, but only where no request is spoken of. */
function logId(argument: string): Reader {
  switch (argument) {
    case 'c':
      return ({ transport }) => (transport === undefined ? '' : (connectionLogId(transport) ?? ''));
    case 'C':
      return ({ x, transport }) =>
        x !== undefined || transport === undefined ? '' : (connectionLogId(transport) ?? '');
    default:
      return ({ x }) => (x === undefined ? '' : (requestLogId(x.main ?? x) ?? ''));
  }
}

const ITEMS: { readonly [letter: string]: (argument: string) => Reader } = {
  a: address,
  A:
    () =>
    ({ transport }) =>
      transport === undefined ? '' : `${transport.localAddress}:${transport.localPort}`,
  e: (name) => named(({ x }) => (x?.hasEnv() ? x.env.get(name) : undefined)),
  // Errors of the system stand in the message; lines of a source file say nothing here.
  E: () => () => '',
  F: () => () => '',
  i: (name) => named(({ x }) => x?.headers.combined(name.toLowerCase())),
  k:
    () =>
    ({ transport }) =>
      transport === undefined ? '' : String(transport.served),
  l:
    () =>
    ({ level }) =>
      level ?? '',
  L: logId,
  m:
    () =>
    ({ module }) =>
      module ?? '',
  n: (name) => named(({ x }) => x?.note(name)),
  P:
    () =>
    ({ site }) =>
      String(site.io.pid),
  t: time,
  T:
    () =>
    ({ site }) =>
      String(site.io.pid),
  v:
    () =>
    ({ server, transport }) =>
      coreServer(server).serverName ?? transport?.localAddress ?? '',
  V:
    () =>
    ({ x }) =>
      x === undefined ? '' : serverName(x),
};

function named(read: (event: LogEvent) => string | undefined): Reader {
  return (event) => escapeLog(read(event) ?? '');
}

const LITERAL: Omit<Part, 'read' | 'beginsField'> = {
  isMessage: false,
  orHyphen: false,
  isRequired: false,
  level: 0,
};

const ESCAPES: { readonly [letter: string]: string } = { r: '\r', n: '\n', t: '\t' };

/** Text up to the next `%` or to a blank that is not in front: there a field begins. */
const TEXT = /^ *(?:\\.|[^%\\ ]|\\$)*/s;

/** A string with its parts cut off one after the other. */
class FormatParser {
  #rest: string;
  readonly #kind: FormatKind;
  error: string | undefined = undefined;

  constructor(text: string, kind: FormatKind) {
    this.#rest = text;
    this.#kind = kind;
  }

  parse(): Part[] {
    const parts: Part[] = [];
    while (this.#rest !== '' && this.error === undefined) parts.push(this.#part(false));
    if (this.error === undefined && this.#kind === 'main' && !parts.some((part) => part.isMessage))
      this.error = "main ErrorLogFormat must contain message format string '%M'";
    return parts;
  }

  #part(beginsField: boolean): Part {
    if (!this.#rest.startsWith('%')) return this.#literal(beginsField || this.#rest.startsWith(' '));
    const next = this.#rest[1];
    if (next === ' ') {
      this.#rest = this.#rest.slice(2);
      return this.#part(true);
    }
    if (next === '%') {
      this.#rest = this.#rest.slice(2);
      return { ...LITERAL, beginsField, read: () => '%' };
    }
    this.#rest = this.#rest.slice(1);
    return this.#item(beginsField);
  }

  #literal(beginsField: boolean): Part {
    const found = TEXT.exec(this.#rest)![0];
    this.#rest = this.#rest.slice(found.length);
    const text = found.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter);
    return { ...LITERAL, beginsField, read: () => text };
  }

  #item(beginsField: boolean): Part {
    let argument = '';
    let orHyphen = false;
    let isRequired = false;
    let level = 0;
    for (;;) {
      const found = /^(?:\{([^}]*)\}+|\+|-|\d+)/.exec(this.#rest);
      if (found === null) break;
      this.#rest = this.#rest.slice(found[0].length);
      if (found[1] !== undefined) argument = found[1];
      else if (found[0] === '+') isRequired = true;
      else if (found[0] === '-') orHyphen = true;
      else level = Number(found[0]);
    }
    const letter = this.#rest.slice(0, 1);
    this.#rest = this.#rest.slice(1);
    const isMessage = letter === 'M';
    const item = ITEMS[letter];
    this.error = this.#faultOf({
      letter,
      isKnown: isMessage || item !== undefined,
      isMessage,
      isRequired,
      level,
    });
    return {
      beginsField,
      isMessage,
      orHyphen,
      isRequired,
      level,
      read: item === undefined ? ({ text }) => text : item(argument),
    };
  }

  #faultOf(part: {
    letter: string;
    isKnown: boolean;
    isMessage: boolean;
    isRequired: boolean;
    level: number;
  }): string | undefined {
    const isMain = this.#kind === 'main';
    if (part.letter === '' || part.letter === '{')
      return 'Ran off end of error log format parsing args to some directive';
    if (!part.isKnown) return `Unrecognized error log format directive %${part.letter}`;
    if (part.isMessage && !isMain)
      return '%M cannot be used in once-per-request or once-per-connection formats';
    if (isMain && part.isRequired) return "The '+' flag cannot be used in the main error log format";
    if (!isMain && part.level > 0)
      return 'The loglevel cannot be used as a condition in once-per-request or once-per-connection formats';
    if (part.level >= LOG_LEVELS.length) return 'The specified loglevel modifier is out of range';
    return undefined;
  }
}

/** Compiles a format; answers Apache's sentence where it cannot be. */
export function compileErrorLogFormat(
  text: string,
  kind: FormatKind,
): ErrorLogFormat | { readonly message: string } {
  const parser = new FormatParser(text, kind);
  const parts = parser.parse();
  return parser.error === undefined ? (event) => writeParts(parts, event) : { message: parser.error };
}

function writeParts(parts: readonly Part[], event: LogEvent): string {
  let line = '';
  let fieldStart = 0;
  let isSkipping = false;
  for (const part of parts) {
    if (part.beginsField) {
      if (isSkipping) isSkipping = false;
      else fieldStart = line.length;
    }
    if (part.isMessage) line += event.text;
    else if (isSkipping) continue;
    else {
      const isWanted = event.levelNumber === undefined || part.level <= event.levelNumber;
      const text = isWanted ? part.read(event) : '';
      if (text !== '') line += text;
      else if (isWanted && part.isRequired) return '';
      else if (isWanted && part.orHyphen) line += '-';
      else {
        line = line.slice(0, fieldStart);
        isSkipping = true;
      }
    }
  }
  return line;
}
