// mod_autoindex: a page that lists a directory which has no index file.

import { optionsOf as directoryOptions, OPT } from '../../request/core-config.ts';
import { escapeHtml } from '../../request/error-page.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { DIRECTORY_TYPE } from '../dir.ts';
import { createDir, type IndexDir, mergeDir, optionsOf } from './config.ts';
import { indexDirectives } from './directives.ts';
import { drawEntries, drawPage } from './draw.ts';
import { readEntries, readOrder } from './entries.ts';

/** The text of HeaderName or ReadmeName: HTML as it is, plain text preformatted; undefined when there is none. */
async function readInsert(x: Exchange, name: string | undefined): Promise<string | undefined> {
  if (name === undefined || name === '') return undefined;
  const sub = await x.site.lookupUri(x, name);
  if (sub.status !== 200 || sub.file?.kind !== 'file') return undefined;
  const type = sub.contentType ?? '';
  if (!type.startsWith('text/')) return undefined;
  try {
    const text = x.site.io.read(sub.filename!);
    return type.startsWith('text/html') ? text : `<pre>\n${escapeHtml(text)}</pre>\n`;
  } catch (error) {
    logEvent(x, 'autoindex', 'error', `cannot read ${sub.filename}: ${String(error)}`);
    return undefined;
  }
}

async function list(x: Exchange, dir: IndexDir): Promise<Verdict> {
  const options = optionsOf(dir);
  const order = readOrder(x.args, dir, options);
  let entries: Awaited<ReturnType<typeof readEntries>>;
  try {
    entries = await readEntries(x, dir, options, order);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    logEvent(x, 'autoindex', 'error', `AH01275: Can't open directory for index: ${x.filename} (${code})`);
    return 403;
  }
  const page = drawPage({
    uri: x.uri,
    dir,
    header: await readInsert(x, dir.headerName),
    content: drawEntries({ uri: x.uri, entries, order, options, dir }),
    readme: (await readInsert(x, dir.readmeName)) ?? '',
    signature: '',
  });
  const type = options.get('type') ?? 'text/html';
  x.contentType = `${type};charset=${options.get('charset') ?? 'ISO-8859-1'}`;
  x.responseBody = page;
  x.contentLength = page.length;
  return OK;
}

function refuse(x: Exchange): Verdict {
  logEvent(
    x,
    'autoindex',
    'error',
    `AH01276: Cannot serve directory ${x.filename}: No matching DirectoryIndex found, and server-generated directory index forbidden by Options directive`,
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
