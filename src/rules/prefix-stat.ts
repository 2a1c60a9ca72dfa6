// Server context: is a local result a file system path, or a URL-path under DocumentRoot?
// CVE-2024-38475: a request must not be able to choose the former unless the rule's author wrote it so.

import type { Waiting } from '../kit/wait.ts';
import { when } from '../kit/wait.ts';
import type { Pass } from './pass.ts';
import { optionsOf } from './rule-set.ts';

/** True when `path` is to be taken as a file system path. */
export function* isFilesystemPath(path: string, pass: Pass): Waiting<boolean> {
  const chosen = yield* prefixExists(path, pass);
  return chosen && (!pass.reduced || optionsOf(pass.set).has('LegacyPrefixDocRoot'));
}

function* prefixExists(path: string, pass: Pass): Waiting<boolean> {
  const segment = firstSegment(path);
  if ((yield* when(pass.host.stat(segment, true))) === null) return false;
  const rule = pass.lastRule;
  if (!rule?.substitution) {
    if (pass.traceLevel >= 3) pass.trace('noLastSubstitution', segment);
    return startsWithRoot(path, pass);
  }
  const unsafe = rule.flags.unsafePrefixStat || optionsOf(pass.set).has('UnsafePrefixStat');
  if (pass.traceLevel >= 3) pass.trace('prefixStat', segment, rule.substitution.text, unsafe);
  if (unsafe || pass.host.era?.checksPrefix === false) return true;
  const written = startsWith(rule.substitution.text, segment, pass) || startsWithRoot(path, pass);
  return written && !beginsWithDots(path);
}

function startsWithRoot(path: string, pass: Pass): boolean {
  if (startsWith(path, pass.host.documentRoot, pass)) return true;
  const root = pass.host.contextDocumentRoot;
  return root !== pass.host.documentRoot && startsWith(path, root, pass);
}

// Apache: plain text is compared, not segments, so that `/etc$1` names /etc.
function startsWith(text: string, prefix: string, pass: Pass): boolean {
  const starts = text.startsWith(prefix);
  if (pass.traceLevel >= 5) pass.trace('prefixStarts', text, prefix, starts);
  return starts;
}

// differs: to Apache the first segment of `/./etc/passwd` is `/`, which every text like `/%1` begins with, so that
// a request could name any file. Here such a result stays under DocumentRoot.
function beginsWithDots(path: string): boolean {
  return /^\/+\.{1,2}(?:\/|$)/.test(path);
}

// `/etc` of `/etc/passwd`; `.` and `..` cannot lead above the root and give the root itself.
function firstSegment(path: string): string {
  const relative = path.replace(/^\/+/, '');
  const slash = relative.indexOf('/');
  const name = slash < 0 ? relative : relative.slice(0, slash);
  return name === '.' || name === '..' ? '/' : `/${name}`;
}
