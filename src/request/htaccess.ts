// .htaccess files of the walk: found, read and compiled once, and again when they change on disk.

import { htaccessLogLine, readHtaccess } from '../conf/htaccess.ts';
import type { FileFacts } from '../conf/io.ts';
import type { DirConfig } from '../conf/section.ts';
import { coreDir, coreServer } from './core-config.ts';
import type { Exchange } from './exchange.ts';
import type { HtaccessEntry } from './htaccess-cache.ts';
import { logEvent } from './log.ts';
import type { Verdict } from './verdict.ts';

/** Enough for the busy part of a large tree; an entry is some kilobytes. */
const CACHE_SIZE = 2000;

/**
 * How long, in milliseconds, it is believed that a directory has no such file: each level of a deep tree would ask the
 * system otherwise, at every request. A file that is there is always looked at.
 */
const ABSENT_MS = 500;
const MOST_ABSENT = 10_000;

const DEFAULT_NAMES = ['.htaccess'];

/** What such a file comes to changes with other files: it is read for each request, as Apache reads all of them. */
const ASKS_FOR_FILES = /<IfFile\s/i;

/**
 * The configuration of the access file in `directory` (with a trailing slash): undefined when there is none,
 * 403 when it cannot be read, 500 when it has an error, which is logged as Apache logs it.
 */
export function htaccessOf(x: Exchange, directory: string): DirConfig | undefined | Verdict {
  for (const name of coreServer(x.server).accessFileNames ?? DEFAULT_NAMES) {
    const path = directory + name;
    try {
      const facts = isKnownAbsent(x, path) ? undefined : lookAt(x, path);
      if (facts !== undefined) return compiled(x, path, directory, facts);
    } catch {
      return unreadable(x, path);
    }
  }
  return undefined;
}

function isKnownAbsent(x: Exchange, path: string): boolean {
  const since = x.site.htaccess.absent.get(path);
  if (since === undefined) return false;
  const age = x.startedAt - since;
  return age >= 0 && age < ABSENT_MS;
}

function lookAt(x: Exchange, path: string): FileFacts | undefined {
  const { absent } = x.site.htaccess;
  absent.delete(path);
  const facts = x.site.io.stat(path);
  if (facts !== undefined) return facts;
  if (absent.size >= MOST_ABSENT) absent.delete(absent.keys().next().value!);
  absent.set(path, x.startedAt);
  return undefined;
}

function compiled(x: Exchange, path: string, directory: string, facts: FileFacts): DirConfig | Verdict {
  const core = coreDir(x.dirConfig);
  const cached = x.site.htaccess.compiled.get(path);
  const fresh =
    cached !== undefined &&
    cached.mtime === facts.mtime &&
    cached.size === facts.size &&
    cached.inode === facts.inode &&
    cached.server === x.server &&
    cached.allowed === core.allowOverride &&
    cached.allowedList === core.allowOverrideList;
  const result = fresh ? cached.result : compileFile(x, path, directory, facts);
  if (result === undefined) return unreadable(x, path);
  const error = 'error' in result ? result.error : undefined;
  x.site.rehearsal?.note(x, { kind: 'htaccess', path, error });
  if (!('error' in result)) return result;
  logEvent(x, 'core', 'alert', result.error);
  return 500;
}

function compileFile(
  x: Exchange,
  path: string,
  directory: string,
  facts: FileFacts,
): HtaccessEntry['result'] | undefined {
  let text: string;
  try {
    if (facts.kind !== 'file') return undefined;
    text = x.site.io.read(path);
  } catch {
    return undefined;
  }
  const core = coreDir(x.dirConfig);
  const result = compileText(x, path, directory, text);
  const cache = x.site.htaccess.compiled;
  cache.delete(path);
  if (ASKS_FOR_FILES.test(text)) return result;
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value!);
  const { mtime, size, inode } = facts;
  cache.set(path, {
    mtime,
    size,
    inode,
    server: x.server,
    allowed: core.allowOverride,
    allowedList: core.allowOverrideList,
    result,
  });
  return result;
}

function compileText(x: Exchange, path: string, directory: string, text: string): HtaccessEntry['result'] {
  const { allowOverride, allowOverrideList } = coreDir(x.dirConfig);
  const read = readHtaccess({
    text,
    path,
    directory,
    server: x.server,
    site: x.site.conf,
    allow: {
      classes: allowOverride?.classes ?? new Set(),
      ...(allowOverride?.options === undefined ? {} : { options: allowOverride.options }),
      ...(allowOverrideList === undefined ? {} : { list: allowOverrideList }),
      ...(allowOverride === undefined ? {} : { nonfatal: allowOverride.nonfatal }),
    },
  });
  if (read.dir !== undefined) return read.dir;
  return {
    error: read.diagnostics
      .filter((d) => d.severity === 'error')
      .map(htaccessLogLine)
      .join(' | '),
  };
}

function unreadable(x: Exchange, path: string): Verdict {
  logEvent(
    x,
    'core',
    'crit',
    `AH00529: ${path} pcfg_openfile: unable to check htaccess file, ensure it is readable and that '${path.slice(0, path.lastIndexOf('/') + 1)}' is executable`,
  );
  return 403;
}
