// The walk down the directories of a file name: which <Directory> sections and .htaccess files apply, and where the name
// splits into file and path info (core manual, "How the sections are merged").

import type { FileFacts } from '../conf/io.ts';
import { mergeDir } from '../conf/merge.ts';
import type { DirConfig } from '../conf/section.ts';
import { coreDir, OPT, optionsOf } from './core-config.ts';
import type { DirectoryWalked, Exchange } from './exchange.ts';
import { htaccessOf } from './htaccess.ts';
import { logEvent } from './log.ts';
import { chooseDirectories } from './section-index.ts';
import { joinSections, matchesRegex, tellSection } from './sections.ts';
import { OK, type Verdict } from './verdict.ts';

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
  const verdict = new DirectoryWalk(x, cleanPath(filename)).run();
  // Apache: what was merged on the way counts only where the walk comes to its end.
  if (verdict !== OK) x.dirConfig = x.server.defaults;
  return verdict;
}

function isTooLong(path: string): boolean {
  if (path.length > 4096) return true;
  if (path.length <= 255) return false;
  for (const part of path.split('/')) if (part.length > 255) return true;
  return false;
}

/** `//`, `/./` and `/../` taken out of a file name by its text alone. */
function cleanPath(path: string): string {
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

/** Where the name ends and path info begins, what is there, and the file that counts as a level of its own. */
interface WalkEnd {
  readonly at: number;
  readonly facts: FileFacts | undefined;
  readonly level: string | undefined;
  readonly depth: number;
}

/** One walk. The exchange's configuration is kept up to date on the way: links and overrides hang on it. */
class DirectoryWalk {
  readonly #x: Exchange;
  readonly #path: string;
  readonly #base: DirConfig;
  readonly #before: DirectoryWalked | undefined;
  /** Path info that the name came with: it stays behind what the walk finds. */
  readonly #given: string;
  #now: DirConfig | undefined = undefined;
  /** The deepest folder that was looked at. */
  #nearest: FileFacts | undefined = undefined;

  constructor(x: Exchange, path: string) {
    this.#x = x;
    this.#path = path;
    this.#base = x.dirConfig;
    this.#given = x.pathInfo;
    this.#before = (x.prev ?? x.main)?.walked;
  }

  run(): Verdict {
    const path = this.#path;
    const whole = peek(this.#x, path);
    this.#addSections('/', 0);
    const atRoot = this.#addHtaccess('/');
    if (atRoot !== OK) return this.#fail(atRoot, '/', 1);
    let at = 0;
    let last = 0;
    for (let depth = 1; at + 1 < path.length; depth++) {
      const slash = path.indexOf('/', at + 1);
      const end = slash < 0 ? path.length : slash;
      const component = path.slice(0, end);
      const linked = this.#checkLink(component);
      if (linked !== OK) return this.#fail(linked, component, end);
      // What exists as a whole has directories above it: they need no look.
      if (whole === undefined || end === path.length) {
        const facts = end === path.length ? whole : look(this.#x, component, false);
        if (typeof facts === 'number') return this.#fail(facts, component, end);
        if (facts === undefined && isLink(this.#x, component))
          return this.#fail(refuseLink(this.#x, component), component, end);
        if (facts === undefined || facts.kind !== 'directory') return this.#stopAt(end, facts, depth);
        this.#nearest = facts;
      }
      this.#addSections(component, depth);
      const read = this.#addHtaccess(`${component}/`);
      if (read !== OK) return this.#fail(read, `${component}/`, end);
      at = end;
      last = depth;
    }
    this.#end(
      { at: path.length, facts: whole, level: this.#levelBefore(slashed(path)), depth: last + 1 },
      path,
    );
    return OK;
  }

  #add(dir: DirConfig): void {
    const x = this.#x;
    this.#now = joinSections(x, this.#now, dir);
    x.dirConfig = mergeDir(x.site.modules, this.#base, this.#now);
  }

  /** `<Directory>` sections of one level: `depth` components, the path exactly or by glob. */
  #addSections(path: string, depth: number): void {
    const sections = chooseDirectories(this.#x.server.directories, path);
    for (let i = 0; i < sections.length; i++) {
      const section = sections[i]!;
      if (section.depth !== depth) continue;
      if (!(section.glob === undefined ? section.path === path : section.glob(path))) continue;
      this.#add(section.dir);
      tellSection(this.#x, 'directory', section.place);
    }
  }

  #addHtaccess(directory: string): Verdict {
    const { allowOverride, allowOverrideList } = coreDir(this.#x.dirConfig);
    // Apache: where nothing says AllowOverride at all, the files are read and everything in them is refused.
    const mayOverride =
      allowOverride === undefined || allowOverride.classes.size > 0 || (allowOverrideList?.size ?? 0) > 0;
    if (!mayOverride) return OK;
    const read = htaccessOf(this.#x, directory);
    if (typeof read === 'number') return read;
    if (read !== undefined) this.#add(read);
    return OK;
  }

  /** May the walk step onto this component? Checked only where plain FollowSymLinks is off. */
  #checkLink(path: string): Verdict {
    const x = this.#x;
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

  /** The walk ends at a component that is a file, or is not there: what follows is path info. */
  #stopAt(end: number, facts: FileFacts | undefined, depth: number): Verdict {
    const path = this.#path;
    const directory = path.slice(0, path.lastIndexOf('/', end - 1) + 1);
    const level = facts !== undefined && end === path.length ? this.#fileLevel(directory) : undefined;
    this.#end({ at: end, facts, level, depth }, directory);
    return OK;
  }

  /**
   * To Apache a file that a request leads to exactly is a level of its own, but not where the exchange before (the
   * directory of an index, an internal redirect) has walked the same directory: its walk is used again as it is. Nor
   * is it one where links are looked at step by step.
   */
  #fileLevel(directory: string): string | undefined {
    const x = this.#x;
    if (this.#before?.directory === directory) return this.#before.level;
    const links = optionsOf(x.dirConfig) & (OPT.symLinks | OPT.symLinksIfOwner);
    return links === OPT.symLinks ? this.#path : undefined;
  }

  /** The level that the walk before had, where it is used again for the directory itself. */
  #levelBefore(directory: string): string | undefined {
    return this.#before?.directory === directory ? this.#before.level : undefined;
  }

  /** Where the walk fails, the name ends; the rest is path info to those who ask (PATH_TRANSLATED). */
  #fail(status: Verdict, filename: string, at: number): Verdict {
    this.#x.filename = filename;
    this.#x.pathInfo = this.#path.slice(at) + this.#given;
    return status;
  }

  #end({ at, facts, level, depth }: WalkEnd, directory: string): void {
    const x = this.#x;
    if (level !== undefined) this.#addSections(level, depth);
    x.filename = this.#path.slice(0, at);
    x.pathInfo = this.#path.slice(at) + this.#given;
    x.file = facts;
    x.owner = facts ?? this.#nearest;
    for (const { regex, dir, place } of chooseDirectories(x.server.directoryMatches, x.filename)) {
      if (regex === undefined || !matchesRegex(x, regex, x.filename)) continue;
      this.#add(dir);
      tellSection(x, 'directory', place);
    }
    x.walked = { directory, level, config: x.dirConfig };
  }
}

function slashed(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

/** Facts of a path that may as well not be there: the walk finds out by itself where it cannot go on. */
function peek(x: Exchange, path: string): FileFacts | undefined {
  try {
    return x.site.io.stat(path);
  } catch {
    return undefined;
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

function refuseLink(x: Exchange, path: string): Verdict {
  logEvent(x, 'core', 'error', `AH00037: Symbolic link not allowed or link target not accessible: ${path}`);
  return 403;
}

/** A name that leads nowhere may be a link whose target is gone: Apache refuses it, whatever the options. */
function isLink(x: Exchange, path: string): boolean {
  const link = look(x, path, true);
  return typeof link === 'object' && link.kind === 'symlink';
}
