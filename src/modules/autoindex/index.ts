// mod_autoindex: a page that lists a directory which has no index file.

import { optionsOf as directoryOptions, OPT } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { etagOfFile } from '../../request/file-etag.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { formatHttpDate } from '../../wire/http-date.ts';
import { DIRECTORY_TYPE, INDEX_NAMES } from '../dir.ts';
import { createDir, type IndexDir, mergeDir, wordsOf } from './config.ts';
import { indexDirectives } from './directives.ts';
import { drawEntries } from './draw.ts';
import { readEntries } from './entries.ts';
import type { Entry } from './entry.ts';
import { drawPage } from './page.ts';
import { readWish } from './query.ts';

async function list(x: Exchange, dir: IndexDir): Promise<Verdict> {
  const wish = readWish(x.args, dir, wordsOf(dir));
  const type = dir.type ?? 'text/html';
  const charset = dir.charset ?? 'ISO-8859-1';
  x.contentType = charset === '' ? type : `${type};charset=${charset}`;
  if (wish.words.has('trackmodified')) setValidators(x);
  // Apache: how long the page is is not found out for nothing.
  if (x.headOnly) return OK;
  let entries: Entry[];
  try {
    entries = await readEntries(x, dir, wish);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    logEvent(x, 'autoindex', 'error', `AH01275: Can't open directory for index: ${x.filename} (${code})`);
    return 403;
  }
  const page = await drawPage(x, dir, wish.words, drawEntries({ ...wish, entries, dir }));
  x.responseBody = page;
  x.contentLength = page.length;
  return OK;
}

/** When the directory has changed: what is listed in it may be older or newer. */
function setValidators(x: Exchange): void {
  const file = x.file!;
  x.headersOut.set('Last-Modified', formatHttpDate(Math.min(file.mtime / 1000, x.startedAt)));
  const etag = etagOfFile(file, x.dirConfig, x.startedAt);
  if (etag !== undefined) x.headersOut.set('ETag', etag);
}

function refuse(x: Exchange): Verdict {
  logEvent(
    x,
    'autoindex',
    'error',
    `AH01276: Cannot serve directory ${x.filename}: No matching DirectoryIndex (${x.note(INDEX_NAMES) ?? 'none'}) found, and server-generated directory index forbidden by Options directive`,
  );
  return 403;
}

function handler(x: Exchange): Verdict | Promise<Verdict> {
  if (x.handler !== DIRECTORY_TYPE || x.file?.kind !== 'directory') return DECLINED;
  if (x.method !== 'GET' && x.method !== 'HEAD') return DECLINED;
  if ((directoryOptions(x.dirConfig) & OPT.indexes) === 0) return refuse(x);
  return list(x, autoindex.dir(x) ?? createDir());
}

export const autoindex: Module<undefined, IndexDir> = defineModule<undefined, IndexDir>({
  name: 'autoindex',
  directives: indexDirectives,
  dirConfig: { create: createDir, merge: mergeDir },
  hooks: { handler },
});
