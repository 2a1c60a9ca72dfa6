// mod_dir: the slash that a directory's URL lacks, the index file that stands for a directory, and the resource
// that answers for everything that does not exist.

import type { Directive, DirectiveError } from '../conf/directive.ts';
import { lowerAscii } from '../kit/ascii.ts';
import { fastRedirect } from '../request/answer.ts';
import type { Exchange } from '../request/exchange.ts';
import { defineModule, type Module } from '../request/module.ts';
import { selfOrigin } from '../request/self-url.ts';
import { DECLINED, OK, type Verdict } from '../request/verdict.ts';
import { escapeUrl } from '../rules/escape.ts';
import { everywhere } from './contexts.ts';

/** The handler, and content type, of a directory that no index stands for. */
export const DIRECTORY_TYPE = 'httpd/unix-directory';

/** Note of a directory: the names that no index was found by. */
export const INDEX_NAMES = 'dir-index-names';

/** A per-directory rewrite has a new URL for this request; it is not for this module to look at the old one. */
const REWRITTEN = 'redirect-handler';

interface DirSettings {
  /** Empty: none, not even the default. */
  indexNames?: readonly string[];
  slash?: boolean;
  checkHandler?: boolean;
  /** A status to redirect to the index with; 0: serve it in place. */
  indexRedirect?: number;
  fallback?: string;
}

const DEFAULT_INDEX: readonly string[] = ['index.html'];

/** A URL as written in a directive, with the request's query: that is what Apache looks up. */
function withQuery(x: Exchange, url: string): string {
  return x.args === undefined ? url : `${url}?${x.args}`;
}

function mayTakePlace(sub: Exchange): boolean {
  return sub.status === 200 && (sub.handler === 'proxy-server' || sub.file?.kind === 'file');
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** An answer of a subrequest that the client is to get as it is. */
function passOn(x: Exchange, sub: Exchange): Verdict {
  for (const [name, value] of sub.headersOut) x.headersOut.append(name, value);
  for (const [name, value] of sub.errHeadersOut) x.errHeadersOut.append(name, value);
  return sub.status;
}

/** Some clients do not follow a redirect of anything but a GET (`BrowserMatch … redirect-carefully`). */
function mayAddSlash(x: Exchange, { slash }: DirSettings): boolean {
  if (slash === false) return false;
  return x.method === 'GET' || x.method === 'HEAD' || !x.hasEnv() || !x.env.has('redirect-carefully');
}

function addSlash(x: Exchange): Verdict {
  x.headersOut.set('Location', selfOrigin(x) + withQuery(x, `${escapeUrl(x.uri)}/`));
  return 301;
}

/** The first index that may be served takes the directory's place. */
async function tryIndexes(x: Exchange, settings: DirSettings): Promise<Verdict> {
  const names = settings.indexNames ?? DEFAULT_INDEX;
  if (names.length === 0) return DECLINED;
  let failure: Verdict = DECLINED;
  for (const name of names) {
    const sub = await x.site.lookupUri(x, withQuery(x, name));
    if (mayTakePlace(sub)) return serveIndex(x, sub, settings.indexRedirect ?? 0);
    const alone = names.length === 1 && (sub.status === 401 || sub.status === 406);
    if (isRedirect(sub.status) || alone) return passOn(x, sub);
    // An index that exists and may not be served: no listing in its place.
    if (sub.status !== 404 && sub.status !== 200) failure = sub.status;
  }
  if (failure === DECLINED) x.notes.set(INDEX_NAMES, names.join(','));
  return failure;
}

function serveIndex(x: Exchange, sub: Exchange, redirect: number): Verdict {
  if (redirect === 0) {
    fastRedirect(x, sub);
    return OK;
  }
  x.headersOut.set('Location', selfOrigin(x) + escapeUrl(sub.uri));
  return redirect;
}

async function tryFallback(x: Exchange, { fallback }: DirSettings): Promise<Verdict> {
  if (fallback === undefined || lowerAscii(fallback) === 'disabled') return DECLINED;
  const sub = await x.site.lookupUri(x, withQuery(x, fallback));
  if (mayTakePlace(sub)) {
    fastRedirect(x, sub);
    return OK;
  }
  if (isRedirect(sub.status)) return passOn(x, sub);
  return sub.status === 404 || sub.status === 200 ? DECLINED : sub.status;
}

/** Somebody else answers: what is answered is then no directory. */
function leaveTo(x: Exchange): Verdict {
  if (x.contentType === DIRECTORY_TYPE) x.contentType = undefined;
  return DECLINED;
}

function directory(x: Exchange, settings: DirSettings): Verdict | Promise<Verdict> {
  x.handler ??= DIRECTORY_TYPE;
  if (x.pathInfo !== '') return DECLINED;
  if (!x.uri.endsWith('/')) return mayAddSlash(x, settings) ? addSlash(x) : DECLINED;
  if (x.handler === REWRITTEN || x.filename?.startsWith('redirect:') === true) return leaveTo(x);
  if (settings.checkHandler === true && x.handler !== DIRECTORY_TYPE) return leaveTo(x);
  return tryIndexes(x, settings);
}

const NOTHING: DirSettings = {};

function fixups(x: Exchange): Verdict | Promise<Verdict> {
  const { file } = x;
  if (file === undefined) {
    if (x.handler !== undefined || x.proxied || x.filename === undefined) return DECLINED;
    const settings = dir.dir(x);
    return settings?.fallback === undefined ? DECLINED : tryFallback(x, settings);
  }
  return file.kind === 'directory' ? directory(x, dir.dir(x) ?? NOTHING) : DECLINED;
}

const REDIRECT_WORDS: Readonly<Record<string, number>> = {
  on: 302,
  off: 0,
  permanent: 301,
  temp: 302,
  seeother: 303,
};

function readIndexRedirect(arg: string): number | string {
  const word = REDIRECT_WORDS[lowerAscii(arg)];
  if (word !== undefined) return word;
  if (!/^[0-9]/.test(arg)) return 'DirectoryIndexRedirect ON|OFF|permanent|temp|seeother|3xx';
  const status = Number.parseInt(arg, 10);
  return isRedirect(status) ? status : 'DirectoryIndexRedirect only accepts values between 300 and 399';
}

const directives: readonly Directive<undefined, DirSettings>[] = [
  {
    name: 'DirectoryIndex',
    args: 'takeArgv',
    contexts: everywhere,
    override: 'Indexes',
    default: 'index.html',
    help: 'a list of file names',
    example: 'DirectoryIndex index.html index.php',
    set(cmd, ...words): DirectiveError | undefined {
      const names = words.filter((word) => word !== undefined);
      if (names.length === 0) return undefined;
      const isOff = names.length === 1 && lowerAscii(names[0]!) === 'disabled';
      // Several lines of one section add to each other.
      cmd.dir.indexNames = isOff ? [] : [...(cmd.dir.indexNames ?? []), ...names];
      return undefined;
    },
  },
  {
    name: 'DirectorySlash',
    args: 'flag',
    contexts: everywhere,
    override: 'Indexes',
    default: 'On',
    help: 'On or Off',
    example: 'DirectorySlash Off',
    set(cmd, value) {
      cmd.dir.slash = value === 'on';
      return undefined;
    },
  },
  {
    name: 'DirectoryCheckHandler',
    args: 'flag',
    contexts: everywhere,
    override: 'Indexes',
    default: 'Off',
    help: 'On or Off',
    example: 'DirectoryCheckHandler On',
    set(cmd, value) {
      cmd.dir.checkHandler = value === 'on';
      return undefined;
    },
  },
  {
    name: 'DirectoryIndexRedirect',
    args: 'take1',
    contexts: everywhere,
    override: 'Indexes',
    default: 'off',
    help: 'On, Off, or a 3xx status code.',
    example: 'DirectoryIndexRedirect permanent',
    set(cmd, arg = '') {
      const status = readIndexRedirect(arg);
      if (typeof status === 'string') return status;
      cmd.dir.indexRedirect = status;
      return undefined;
    },
  },
  {
    name: 'FallbackResource',
    args: 'take1',
    contexts: everywhere,
    override: 'Indexes',
    default: 'disabled',
    help: 'Set a default handler',
    example: 'FallbackResource /index.php',
    set(cmd, url = '') {
      cmd.dir.fallback = url;
      return undefined;
    },
  },
];

export const dir: Module<undefined, DirSettings> = defineModule<undefined, DirSettings>({
  name: 'dir',
  directives,
  dirConfig: { create: () => ({}), merge: (base, add) => ({ ...base, ...add }) },
  hooks: { fixups: { last: fixups } },
});
