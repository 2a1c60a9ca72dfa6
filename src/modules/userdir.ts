// mod_userdir: `/~name/…` stands for a folder of a user of the machine, or for one named after the user.

import type { Directive } from '../conf/directive.ts';
import { splitWords } from '../conf/words.ts';
import { lowerAscii } from '../kit/ascii.ts';
import type { Exchange } from '../request/exchange.ts';
import { defineModule, type Module } from '../request/module.ts';
import { DECLINED, OK, type Verdict } from '../request/verdict.ts';
import { escapeUrl } from '../rules/escape.ts';
import { servers } from './contexts.ts';

interface UserDirServer {
  /** Patterns and names, in the order in which they are tried. */
  folders?: readonly string[];
  isDisabled?: boolean;
  /** A server with lines of its own: only then are the users of the main server others. */
  hasLines?: boolean;
  readonly enabled: Set<string>;
  readonly disabled: Set<string>;
}

const SWITCHES: Readonly<Record<string, 'enabled' | 'disabled'>> = {
  disable: 'disabled',
  disabled: 'disabled',
  enable: 'enabled',
  enabled: 'enabled',
};

const userDirDirective: Directive<UserDirServer, undefined> = {
  name: 'UserDir',
  args: 'raw',
  contexts: servers,
  help: "the public subdirectory in users' home directories, or 'disabled', or 'disabled username username...', or 'enabled username username...'",
  example: 'UserDir public_html',
  set(cmd, text = '') {
    const words = splitWords(text).map((word) => word.text);
    const [first, ...names] = words;
    cmd.config.hasLines = true;
    if (first === undefined || first === '') return 'UserDir requires an argument.';
    const list = Object.hasOwn(SWITCHES, lowerAscii(first)) ? SWITCHES[lowerAscii(first)]! : undefined;
    if (list === undefined) cmd.config.folders = words;
    else if (names.length === 0) cmd.config.isDisabled = list === 'disabled';
    else for (const name of names) cmd.config[list].add(name);
    return undefined;
  },
};

/** `/~name` and what follows it, with its slash. */
function splitUri(uri: string): { readonly user: string; readonly rest: string } | undefined {
  if (!uri.startsWith('/~')) return undefined;
  const slash = uri.indexOf('/', 2);
  const end = slash < 0 ? uri.length : slash;
  const user = uri.slice(2, end);
  // Names that would lead out of the folder in which users have theirs.
  if (user === '' || user === '.' || user === '..') return undefined;
  return { user, rest: uri.slice(end) };
}

function mayHaveFolder({ isDisabled, enabled, disabled }: UserDirServer, user: string): boolean {
  return !disabled.has(user) && (isDisabled !== true || enabled.has(user));
}

type Target = { readonly url: string } | { readonly folder: string } | undefined;

// What one word of UserDir makes of a user: `/home/*/www`, `/var/www`, `http://host/*/`, `public_html`.
function targetOf(x: Exchange, word: string, user: string, rest: string): Target {
  const star = word.indexOf('*');
  const isAbsolute = word.startsWith('/');
  if (star < 0) {
    if (isAbsolute) return { folder: `${word}/${user}` };
    const home = x.site.io.userHome(user);
    return home === undefined ? undefined : { folder: `${home}/${word}` };
  }
  const before = word.slice(0, star);
  const after = word.slice(star + 1);
  if (isAbsolute) return { folder: `${before}${user}${after}` };
  // Apache: what stands behind the star of a URL does not count.
  if (before.includes(':')) return { url: before + escapeUrl(user) + escapeUrl(rest) };
  if (after === '') return { folder: `${before}${user}` };
  const home = x.site.io.userHome(user);
  return home === undefined ? undefined : { folder: `${home}/${after}` };
}

function exists(x: Exchange, path: string): boolean {
  try {
    return x.site.io.stat(path) !== undefined;
  } catch {
    return false;
  }
}

/** The first folder that is there; the last one, whether it is or not. */
function translateName(x: Exchange): Verdict {
  if (!x.uri.startsWith('/~') || x.proxied) return DECLINED;
  const config = userdir.server(x);
  const named = splitUri(x.uri);
  if (named === undefined || config.folders === undefined) return DECLINED;
  const { user, rest } = named;
  if (!mayHaveFolder(config, user)) return DECLINED;
  const { folders } = config;
  for (const [at, word] of folders.entries()) {
    const target = targetOf(x, word, user, rest);
    if (target === undefined) continue;
    if ('url' in target) {
      x.headersOut.set('Location', target.url);
      return 302;
    }
    if (at < folders.length - 1 && !exists(x, target.folder)) continue;
    x.filename = target.folder + rest;
    x.contextPrefix = x.uri.slice(0, x.uri.length - rest.length);
    x.contextDocumentRoot = target.folder;
    return OK;
  }
  return DECLINED;
}

export const userdir: Module<UserDirServer> = defineModule<UserDirServer>({
  name: 'userdir',
  directives: [userDirDirective],
  serverConfig: {
    create: () => ({ enabled: new Set(), disabled: new Set() }),
    merge: (base, add) => (add.hasLines === true ? { ...base, ...add } : base),
  },
  hooks: { translateName },
});
