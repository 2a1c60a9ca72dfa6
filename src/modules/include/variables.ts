// The variables of a document: the environment of its request with what CGI scripts are told, the document's own
// (DATE_LOCAL, DOCUMENT_NAME …), and the groups of the last regular expression. Included documents share them.

import { upperAscii } from '../../kit/ascii.ts';
import { strftime } from '../../kit/strftime.ts';
import { Environment } from '../../request/environment.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { scriptEnvironment } from '../cgi/index.ts';

/** Variables whose text depends on the time format, until somebody asks for them or sets them. */
const UNREAD: WeakMap<Environment, Set<string>> = new WeakMap();

const TIMES = ['DATE_LOCAL', 'DATE_GMT', 'LAST_MODIFIED'] as const;

/** Apache's order; what is not in it comes before. */
const ORDER: readonly string[] =
  `PATH SERVER_SIGNATURE SERVER_SOFTWARE SERVER_NAME SERVER_ADDR SERVER_PORT REMOTE_HOST REMOTE_ADDR DOCUMENT_ROOT
  REQUEST_SCHEME CONTEXT_PREFIX CONTEXT_DOCUMENT_ROOT SERVER_ADMIN SCRIPT_FILENAME REMOTE_PORT REMOTE_USER AUTH_TYPE
  REDIRECT_QUERY_STRING REDIRECT_URL GATEWAY_INTERFACE SERVER_PROTOCOL REQUEST_METHOD QUERY_STRING REQUEST_URI
  SCRIPT_NAME PATH_INFO PATH_TRANSLATED`.split(/\s+/);

function inOrder(variables: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...variables].sort(([one], [other]) => ORDER.indexOf(one) - ORDER.indexOf(other));
}

/** Gives the request of a document its variables; an included one has those of the outermost. */
export async function beginVariables(x: Exchange): Promise<void> {
  const env = new Environment(x.env);
  for (const [name, value] of inOrder(await scriptEnvironment(x))) env.set(name, value);
  for (const name of TIMES) env.set(name, '');
  env.set('DOCUMENT_URI', x.uri);
  env.set('DOCUMENT_ARGS', x.args ?? '');
  if (x.pathInfo !== '') env.set('DOCUMENT_PATH_INFO', x.pathInfo);
  env.set('USER_NAME', '');
  env.set(
    'DOCUMENT_NAME',
    x.filename === undefined ? x.uri : x.filename.slice(x.filename.lastIndexOf('/') + 1),
  );
  UNREAD.set(env, new Set([...TIMES, 'USER_NAME']));
  x.env = env;
}

/** What the query of an included document says is said from there on. */
export function setQuery(x: Exchange): void {
  if (x.args === undefined) return;
  x.env.set('QUERY_STRING', x.args);
  x.env.set('QUERY_STRING_UNESCAPED', escapeShell(decodeQuery(x.args)));
}

function decodeQuery(args: string): string {
  return args.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function escapeShell(text: string): string {
  return text.replace(/[&;`'"|*?~<>^()[\]{}$\\\n]/g, '\\$&');
}

/** What an element sees: variables, time format, captures. */
export class Variables {
  readonly #x: Exchange;
  timeFormat: string;
  /** Groups of the last regular expression that matched; undefined before the first. */
  captures: { readonly groups: readonly (string | undefined)[]; readonly source: string } | undefined =
    undefined;

  /** The same for the next expression, which knows all groups. */
  expressionGroups: readonly (string | undefined)[] = [];

  constructor(x: Exchange, timeFormat: string) {
    this.#x = x;
    this.timeFormat = timeFormat;
  }

  get(name: string): string | undefined {
    if (/^[0-9]$/.test(name)) return this.#capture(Number(name));
    const { env } = this.#x;
    const plain = upperAscii(name);
    if (UNREAD.get(env)?.has(plain)) this.#read(plain);
    return env.get(name);
  }

  #capture(at: number): string | undefined {
    const { captures } = this;
    if (captures === undefined)
      this.#warn(`AH01329: regex capture $${at} refers to no regex in ${this.#x.filename}`);
    else if (at >= captures.groups.length)
      this.#warn(
        `AH01330: regex capture $${at} is out of range (last regex was: '${captures.source}') in ${this.#x.filename}`,
      );
    return captures?.groups[at];
  }

  #warn(text: string): void {
    logEvent(this.#x, 'include', 'warn', text);
  }

  #read(name: string): void {
    const x = this.#x;
    if (name === 'USER_NAME') this.set(name, userName(x));
    else this.set(name, this.#time(name));
  }

  #time(name: string): string {
    const x = this.#x;
    const millis = name === 'LAST_MODIFIED' ? modified(x) : x.startedAt;
    return strftime(this.timeFormat, millis, name === 'DATE_GMT' ? 'utc' : 'local');
  }

  set(name: string, value: string): void {
    const { env } = this.#x;
    UNREAD.get(env)?.delete(upperAscii(name));
    env.set(name, value);
  }

  setTimeFormat(format: string): void {
    this.timeFormat = format;
    for (const name of TIMES) this.set(name, this.#time(name));
  }

  /** All of them, in their order. */
  *all(): IterableIterator<readonly [string, string]> {
    for (const name of this.#x.env.names()) yield [name, this.get(name) ?? ''];
  }

  /**
   * Puts values in the place of `$name` and `${name}`; `\$` is a `$`. Answers undefined where it would be longer than
   * anybody needs: a text that contains itself twice grows fast.
   */
  expand(text: string): string | undefined {
    if (!/[\\$]/.test(text)) return text;
    let out = '';
    let at = 0;
    REFERENCE.lastIndex = 0;
    for (let found = REFERENCE.exec(text); found !== null; found = REFERENCE.exec(text)) {
      out += text.slice(at, found.index);
      at = REFERENCE.lastIndex;
      const [whole, braced, plain] = found;
      if (whole === '\\$') out += '$';
      else if (whole === '${') {
        this.#missBrace(text.slice(at));
        return out;
      } else {
        const name = braced ?? plain ?? '';
        // Apache: `${}` is no variable.
        out += name === '' ? whole : (this.get(name) ?? '');
      }
      if (out.length > LONGEST_TEXT) return undefined;
    }
    return out + text.slice(at);
  }

  #missBrace(name: string): void {
    const text = `AH01331: Missing '}' on variable "${name}" in ${this.#x.filename}`;
    logEvent(this.#x, 'include', 'error', text);
  }
}

const LONGEST_TEXT = 1 << 20;

const REFERENCE = /\\\$|\$\{([^}]*)\}|\$\{|\$([A-Za-z0-9_]+)/g;

function userName(x: Exchange): string {
  return (x.file === undefined ? undefined : x.site.io.userName(x.file.uid)) ?? '<unknown>';
}

/** Of the outermost document. */
function modified(x: Exchange): number {
  let outer = x;
  while (outer.main !== undefined && outer.main.env === x.env) outer = outer.main;
  return (outer.file?.mtime ?? 0) / 1000;
}
