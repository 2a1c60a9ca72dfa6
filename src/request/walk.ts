// The walk: which sections and .htaccess files apply to a request, merged in Apache's order (core manual, "How the
// sections are merged"). Owns the configuration in force and the split of a path into file and path info.

import type { FileFacts } from '../conf/io.ts';
import { mergeDir } from '../conf/merge.ts';
import type {
  DirConfig,
  DirectorySection,
  FilesSection,
  LocationSection,
  RegexMatcher,
} from '../conf/section.ts';
import type { RegexMatch } from '../kit/regex/index.ts';
import { coreDir, coreServer, OPT, optionsOf } from './core-config.ts';
import type { Exchange } from './exchange.ts';
import { htaccessOf } from './htaccess.ts';
import { logEvent } from './log.ts';
import { OK, type Verdict } from './verdict.ts';

function merge(x: Exchange, add: DirConfig): void {
  x.dirConfig = mergeDir(x.site.modules, x.dirConfig, add);
}

/** Named groups of a section's expression, as MATCH_NAME in the environment. */
function setMatchEnv(x: Exchange, regex: RegexMatcher, match: Pick<RegexMatch, 'groups'>): void {
  for (const [name, group] of regex.groupNames) {
    const value = match.groups[group];
    if (value !== undefined) x.env.set(`MATCH_${name.toUpperCase()}`, value);
  }
}

function matchesRegex(x: Exchange, regex: RegexMatcher, subject: string): boolean {
  const match = regex.exec(subject);
  if (match === null) return false;
  if (regex.groupNames.size > 0) setMatchEnv(x, regex, match);
  return true;
}

/** `<Location /a>` matches `/a` and what is below it, by whole segments. */
function matchesLocation(x: Exchange, section: LocationSection, uri: string): boolean {
  if (section.regex !== undefined) return matchesRegex(x, section.regex, uri);
  if (section.glob !== undefined) return section.glob(uri);
  const path = section.path;
  if (!uri.startsWith(path)) return false;
  return uri.length === path.length || path.endsWith('/') || uri.charCodeAt(path.length) === 0x2f;
}

/** Merges the `<Location>` sections that match the URL path. */
export function locationWalk(x: Exchange): void {
  const sections = x.server.locations;
  for (let i = 0; i < sections.length; i++) {
    if (matchesLocation(x, sections[i]!, x.uri)) merge(x, sections[i]!.dir);
  }
}

function matchesFile(x: Exchange, section: FilesSection, name: string): boolean {
  if (section.regex !== undefined) return matchesRegex(x, section.regex, name);
  return section.glob === undefined ? section.name === name : section.glob(name);
}

/** Merges the `<Files>` sections that match the last component of the file name. */
export function fileWalk(x: Exchange): void {
  const sections = x.dirConfig.files;
  if (sections.length === 0 || x.filename === undefined) return;
  const name = x.filename.slice(x.filename.lastIndexOf('/') + 1);
  if (name === '') return;
  mergeFiles(x, sections, name);
}

function mergeFiles(x: Exchange, sections: readonly FilesSection[], name: string): void {
  for (const section of sections) {
    if (!matchesFile(x, section, name)) continue;
    merge(x, section.dir);
    mergeFiles(x, section.dir.files, name);
  }
}

/** `<Directory>` sections of one level: `depth` components, the path exactly or by glob. */
function mergeDirectoryLevel(x: Exchange, path: string, depth: number): void {
  const sections = x.server.directories;
  for (let i = 0; i < sections.length; i++) {
    const section = sections[i]!;
    if (section.depth !== depth) continue;
    if (section.glob === undefined ? section.path === path : section.glob(path)) merge(x, section.dir);
  }
}

function mergeDirectoryMatches(x: Exchange, path: string): void {
  const sections: readonly DirectorySection[] = x.server.directoryMatches;
  for (const section of sections) {
    if (section.regex !== undefined && matchesRegex(x, section.regex, path)) merge(x, section.dir);
  }
}

function isDenied(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return code === 'EACCES' || code === 'EPERM';
}

/** Facts of a path, or the status that answers for what went wrong. */
function look(x: Exchange, path: string, link: boolean): FileFacts | undefined | Verdict {
  try {
    return x.site.io.stat(path, link);
  } catch (error) {
    if (isDenied(error)) {
      logEvent(
        x,
        'core',
        'error',
        `AH00035: access to ${x.uri} denied (filesystem path '${path}') because search permissions are missing on a component of the path`,
      );
      return 403;
    }
    logEvent(x, 'core', 'info', `AH00127: Cannot map ${x.requestLine} to file`);
    return 403;
  }
}

function isTooLong(path: string): boolean {
  if (path.length > 4096) return true;
  for (const part of path.split('/')) if (part.length > 255) return true;
  return false;
}

/** May the walk step onto this component? Checked only where plain FollowSymLinks is off. */
function checkLink(x: Exchange, path: string): Verdict {
  const options = optionsOf(x.dirConfig);
  if ((options & OPT.symLinks) !== 0) return OK;
  const link = look(x, path, true);
  if (typeof link === 'number') return link;
  if (link === undefined || link.kind !== 'symlink') return OK;
  if ((options & OPT.symLinksIfOwner) !== 0) {
    const target = look(x, path, false);
    if (typeof target === 'number') return target;
    if (target !== undefined && target.uid === link.uid) return OK;
  }
  return refuseLink(x, path);
}

function refuseLink(x: Exchange, path: string): Verdict {
  logEvent(x, 'core', 'error', `AH00037: Symbolic link not allowed or link target not accessible: ${path}`);
  return 403;
}

/** A name that leads nowhere may be a link whose target is gone: Apache refuses it, whatever the options. */
function isLink(x: Exchange, path: string): boolean {
  const link = look(x, path, true);
  return typeof link === 'object' && link.kind === 'symlink';
}

function mergeHtaccess(x: Exchange, directory: string): Verdict {
  const core = coreDir(x.dirConfig);
  // Apache: where nothing says AllowOverride at all, the files are read and everything in them is refused.
  const { allowOverride, allowOverrideList } = core;
  const mayOverride =
    allowOverride === undefined || allowOverride.classes.size > 0 || (allowOverrideList?.size ?? 0) > 0;
  if (!mayOverride) return OK;
  const read = htaccessOf(x, directory);
  if (typeof read === 'number') return read;
  if (read !== undefined) merge(x, read);
  return OK;
}

/** `//`, `/./` and `/../` taken out of a file name by its text alone. */
export function cleanPath(path: string): string {
  if (!path.includes('//') && !path.includes('/.')) return path;
  const kept: string[] = [];
  const parts = path.split('/');
  for (const [at, part] of parts.entries()) {
    if (part === '' || part === '.') {
      if (at === parts.length - 1) kept.push('');
    } else if (part === '..') {
      kept.pop();
      if (at === parts.length - 1) kept.push('');
    } else kept.push(part);
  }
  return `/${kept.join('/')}`;
}

/**
 * Walks the file name from the root: at each level its `<Directory>` sections and its .htaccess, then the
 * `<DirectoryMatch>` sections. Sets `file`, `filename` (up to the first component that is no directory) and
 * `pathInfo` (the rest). Answers OK or the status that refuses the request.
 */
export function directoryWalk(x: Exchange): Verdict {
  x.dirConfig = x.server.defaults;
  const filename = x.filename;
  if (filename === undefined) return OK;
  // Not a path at all (a module's own kind of name): only the defaults apply.
  if (!filename.startsWith('/')) return OK;
  if (isTooLong(filename)) {
    logEvent(x, 'core', 'error', `AH00127: Cannot map ${x.requestLine} to file`);
    return 403;
  }
  return walkPath(x, cleanPath(filename));
}

function walkPath(x: Exchange, path: string): Verdict {
  const whole = look(x, path, false);
  if (typeof whole === 'number') return walkDenied(x, path, whole);
  mergeDirectoryLevel(x, '/', 0);
  const atRoot = mergeHtaccess(x, '/');
  if (atRoot !== OK) return atRoot;
  let at = 0;
  for (let depth = 1; ; depth++) {
    const from = at + 1;
    if (from >= path.length) break;
    const slash = path.indexOf('/', from);
    const end = slash < 0 ? path.length : slash;
    const component = path.slice(0, end);
    const linked = checkLink(x, component);
    if (linked !== OK) return linked;
    // What exists as a whole has directories above it: they need no look.
    if (whole === undefined || end === path.length) {
      const facts = end === path.length ? whole : look(x, component, false);
      if (typeof facts === 'number') return facts;
      if (facts === undefined && isLink(x, component)) return refuseLink(x, component);
      if (facts === undefined || facts.kind !== 'directory') return stopAt(x, path, end, facts, depth);
    }
    mergeDirectoryLevel(x, component, depth);
    const read = mergeHtaccess(x, `${component}/`);
    if (read !== OK) return read;
    at = end;
  }
  x.file = whole;
  x.filename = path;
  x.pathInfo = '';
  x.walked = { directory: path.endsWith('/') ? path : `${path}/`, level: undefined };
  mergeDirectoryMatches(x, path);
  return OK;
}

/**
 * To Apache a file that a request leads to exactly is a level of its own, but not where the exchange before (the
 * directory of an index, an internal redirect) has walked the same directory: its walk is used again as it is.
 */
function mergeFileLevel(x: Exchange, path: string, depth: number): void {
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  const before = (x.prev ?? x.main)?.walked;
  const level = before?.directory === directory ? before.level : path;
  x.walked = { directory, level };
  if (level !== undefined) mergeDirectoryLevel(x, level, depth);
}

/** The walk ends at a component that is a file, or is not there: what follows is path info. */
function stopAt(
  x: Exchange,
  path: string,
  end: number,
  facts: FileFacts | undefined,
  depth: number,
): Verdict {
  x.filename = path.slice(0, end);
  x.pathInfo = path.slice(end);
  x.file = facts;
  if (facts !== undefined && end === path.length) mergeFileLevel(x, path, depth);
  mergeDirectoryMatches(x, path.slice(0, end));
  return OK;
}

/** Sections still apply to what cannot be reached, so that `Require` and error documents of the site are known. */
function walkDenied(x: Exchange, path: string, status: Verdict): Verdict {
  mergeDirectoryLevel(x, '/', 0);
  let depth = 0;
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
    mergeDirectoryLevel(x, path.slice(0, slash), ++depth);
  }
  return status;
}

/** DocumentRoot of the server that answers, without a trailing slash. */
export function documentRoot(x: Exchange): string {
  return coreServer(x.server).documentRoot ?? '/usr/local/apache2/htdocs';
}
