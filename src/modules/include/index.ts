// mod_include: documents whose elements are filled in on their way out (server-side includes).
//
//   body ─ parser ─ text, elements ─ body.ts ─┬─ texts, files, conditionals ─▶ document
//                                             └─ inclusions: subrequests, programs

import { coreDir, OPT, optionsOf } from '../../request/core-config.ts';
import type { Exchange, OutputFilter } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { addOutputFilter, FILTER_TYPE, filterNames, replaceBody } from '../../request/output-filters.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';
import { formatHttpDate } from '../../wire/http-date.ts';
import { cgi } from '../cgi/index.ts';
import { IncludesBody } from './body.ts';
import { type IncludeDir, type IncludeServer, mergeIncludeServer } from './config.ts';
import { includeDirectives } from './directives.ts';
import { parentOf } from './inclusions.ts';
import { beginVariables, setQuery } from './variables.ts';

const NOTHING: IncludeDir = {};

function settingsOf(x: Exchange): IncludeDir {
  return include.dir(x) ?? NOTHING;
}

/** XBitHack full: the group may execute it, so its author answers for its date. */
function isFull(x: Exchange): boolean {
  return settingsOf(x).xBitHack === 'full' && ((x.file?.mode ?? 0) & 0o010) !== 0;
}

/** `server-parsed` is a handler of old; with XBitHack the owner's x bit marks a document. */
function findDocument(x: Exchange): Verdict {
  if (x.handler === 'server-parsed') {
    x.contentType ??= 'text/html';
    x.handler = 'default-handler';
  } else {
    const hack = include.dir(x)?.xBitHack;
    if (hack === undefined || hack === 'off') return DECLINED;
    if (((x.file?.mode ?? 0) & 0o100) === 0 || x.contentType?.startsWith('text/html') !== true)
      return DECLINED;
  }
  addOutputFilter(x, INCLUDES);
  return DECLINED;
}

function isDocument(x: Exchange): boolean {
  if (x.outputFilters?.includes(INCLUDES) === true) return true;
  const names = coreDir(x.dirConfig).outputFilters;
  return names !== undefined && filterNames(names).some((name) => name.toUpperCase() === INCLUDES.name);
}

/** Before the handler: what the document will be is not what the file is, so the file's validators do not count. */
function prepare(x: Exchange): Verdict {
  if (x.outputFilters === undefined && coreDir(x.dirConfig).outputFilters === undefined) return DECLINED;
  if (!isDocument(x)) return DECLINED;
  if (!isFull(x)) x.notes.set('no-local-copy', '');
  return DECLINED;
}

/** A date only where somebody has said that it is right. */
function setLastModified(x: Exchange): void {
  const out = x.headersOut;
  const modified =
    x.file === undefined ? undefined : formatHttpDate(Math.min(x.file.mtime / 1000, x.startedAt));
  if (settingsOf(x).lastModified === true) {
    if (modified !== undefined && !out.has('last-modified')) out.set('Last-Modified', modified);
  } else if (isFull(x) && modified !== undefined) out.set('Last-Modified', modified);
  else out.delete('last-modified');
}

async function apply(x: Exchange): Promise<void> {
  if (settingsOf(x).etag !== true) x.headersOut.delete('etag');
  if ((optionsOf(x.dirConfig) & OPT.includes) === 0) {
    logEvent(
      x,
      'include',
      'warn',
      `AH01374: mod_include: Options +Includes (or IncludesNoExec) wasn't set, INCLUDES filter removed: ${x.uri}`,
    );
    return;
  }
  const parent = parentOf(x);
  if (parent === undefined) await beginVariables(x);
  // A part of a document has the variables of the whole.
  else x.env = parent.env;
  setQuery(x);
  setLastModified(x);
  const settings = {
    server: include.server(x),
    dir: settingsOf(x),
    hasExec: x.site.modules.includes(cgi),
  };
  replaceBody(x, (source) => new IncludesBody(x, source, settings));
}

const INCLUDES: OutputFilter = { name: 'INCLUDES', type: FILTER_TYPE.resource, apply };

export const include: Module<IncludeServer, IncludeDir> = defineModule<IncludeServer, IncludeDir>({
  name: 'include',
  directives: includeDirectives,
  serverConfig: { create: () => ({}), merge: mergeIncludeServer },
  dirConfig: { create: () => ({}), merge: (base, add) => ({ ...base, ...add }) },
  outputFilters: [INCLUDES],
  hooks: {
    fixups: { last: findDocument },
    handler: { first: prepare },
  },
});
