// The entries of a directory: which are listed, and what is known of them.

import type { Exchange } from '../../request/exchange.ts';
import type { IndexDir, IndexWords } from './config.ts';
import type { Entry } from './entry.ts';
import { compareBy } from './order.ts';
import { findByPath, findRule, type Subject } from './patterns.ts';
import type { Wish } from './query.ts';

const DIRECTORY = '^^DIRECTORY^^';

/** The directory's path with its slash. */
function folder(x: Exchange): string {
  return x.filename!.endsWith('/') ? x.filename! : `${x.filename}/`;
}

function isIgnored({ ignored }: IndexDir, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return ignored.some(({ covers, matches }) => covers(path) && matches(name));
}

function descriptionOf({ descriptions }: IndexDir, path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return descriptions.find(({ isForPath, matches }) => matches(isForPath ? path : name))?.text;
}

/** The folder above, as a path of this server. */
function parentUri(uri: string): string | undefined {
  const parent = uri.slice(0, uri.lastIndexOf('/', uri.length - 2) + 1);
  return uri === '/' || parent === '' ? undefined : parent;
}

function parentEntry(x: Exchange, dir: IndexDir, words: IndexWords): Entry | undefined {
  const name = parentUri(x.uri);
  const path = `${folder(x)}..`;
  if (name === undefined || isIgnored(dir, path)) return undefined;
  const base = { name, isParent: true, isFirst: false, size: -1, modified: undefined };
  if (!words.has('fancyindexing'))
    return { ...base, icon: undefined, alt: undefined, description: undefined };
  return {
    ...base,
    icon: findByPath(dir.icons, path) ?? findByPath(dir.icons, DIRECTORY),
    alt: findByPath(dir.alts, path) ?? findByPath(dir.alts, DIRECTORY) ?? 'PARENTDIR',
    description: descriptionOf(dir, path),
  };
}

function mayList({ status, file }: Exchange, words: IndexWords): boolean {
  if (file?.kind !== 'file' && file?.kind !== 'directory') return false;
  if (status >= 200 && status < 400) return true;
  return words.has('showforbidden') && (status === 401 || status === 403);
}

async function readEntry(
  x: Exchange,
  dir: IndexDir,
  words: IndexWords,
  file: string,
): Promise<Entry | undefined> {
  const path = folder(x) + file;
  const sub = await x.site.lookupFile(x, path);
  if (!mayList(sub, words)) return undefined;
  const isDirectory = sub.file!.kind === 'directory';
  const name = isDirectory ? `${file}/` : file;
  const isPlain = !words.has('fancyindexing') && !words.has('htmltable');
  const bare = { name, isParent: false, isFirst: false, size: -1, modified: undefined };
  if (isPlain) return { ...bare, icon: undefined, alt: undefined, description: undefined };
  const shown = isDirectory ? lookOfFolder(dir, path) : lookOfFile(dir, sub, path);
  return {
    ...bare,
    ...shown,
    isFirst: isDirectory && words.has('foldersfirst'),
    size: isDirectory ? -1 : sub.file!.size,
    modified: sub.file!.mtime / 1000,
    description: descriptionOf(dir, path) ?? (words.has('scanhtmltitles') ? readTitle(x, sub) : undefined),
  };
}

type Look = Pick<Entry, 'icon' | 'alt'>;

function lookOfFolder(dir: IndexDir, path: string): Look {
  return {
    icon: findByPath(dir.icons, path) ?? findByPath(dir.icons, DIRECTORY),
    alt: findByPath(dir.alts, path) ?? findByPath(dir.alts, DIRECTORY) ?? 'DIR',
  };
}

function lookOfFile(dir: IndexDir, sub: Exchange, path: string): Look {
  const subject: Subject = {
    path,
    type: sub.contentType?.replace(/;.*/s, '').trim(),
    encoding: sub.headersOut.get('content-encoding'),
  };
  return { icon: findRule(dir.icons, subject), alt: findRule(dir.alts, subject) };
}

export function isHtml(type: string | undefined): boolean {
  const name = type?.replace(/;.*/s, '').trim().toLowerCase();
  return name === 'text/html' || name === 'application/xhtml+xml';
}

/** How much of a page is looked through for its title. */
const TITLE_BYTES = 8191;
/** Whoever would have to read more to list a folder does without titles. */
const LARGEST_PAGE = 1024 * 1024;

/** What stands between `<title>` and the next `<`, on one line. */
function readTitle(x: Exchange, sub: Exchange): string | undefined {
  const { file, filename, status, contentType } = sub;
  if (status !== 200 || filename === undefined || file === undefined || file.size > LARGEST_PAGE)
    return undefined;
  const mayHave = isHtml(contentType) || contentType === 'text/x-server-parsed-html';
  if (!mayHave || sub.headersOut.has('content-encoding')) return undefined;
  let text: string;
  try {
    text = x.site.io.read(filename).slice(0, TITLE_BYTES);
  } catch {
    return undefined;
  }
  const title = /<title>([^<]*)/i.exec(text)?.[1];
  return title?.replace(/^[\r\n]+/, '').replace(/[\r\n]/g, ' ');
}

/** All entries that the client may see, the parent first. */
export async function readEntries(
  x: Exchange,
  dir: IndexDir,
  { words, order, matches }: Wish,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of x.site.io.list(folder(x))) {
    if (matches?.(name) === false || isIgnored(dir, folder(x) + name)) continue;
    const entry = await readEntry(x, dir, words, name);
    if (entry !== undefined) entries.push(entry);
  }
  entries.sort(compareBy(order, words));
  const parent = parentEntry(x, dir, words);
  return parent === undefined ? entries : [parent, ...entries];
}
