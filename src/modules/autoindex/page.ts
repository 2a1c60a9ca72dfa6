// The page around a listing: its head, the files of HeaderName and ReadmeName, the server's signature.

import { escapeHtml, signature } from '../../request/error-page.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import type { IndexDir, IndexWords } from './config.ts';
import { isHtml } from './entries.ts';

/** What a file puts into the page. */
interface Insert {
  readonly text: string;
  readonly isHtml: boolean;
}

/** A file that is longer is no introduction to a folder. */
const LARGEST_INSERT = 1024 * 1024;

/** HTML as it is, other text preformatted; undefined when there is no such file, or it may not be had. */
async function readInsert(x: Exchange, name: string | undefined): Promise<Insert | undefined> {
  if (name === undefined || name === '') return undefined;
  const sub = await x.site.lookupUri(x, name);
  const { status, file, contentType: type = '', filename } = sub;
  if (status !== 200 || file?.kind !== 'file' || filename === undefined || file.size > LARGEST_INSERT)
    return undefined;
  // Of a script the text is nobody's business.
  if (sub.handler !== undefined && sub.handler !== 'default-handler') return undefined;
  const html = isHtml(type);
  if (!html && !type.toLowerCase().startsWith('text/')) return undefined;
  try {
    const text = x.site.io.read(filename);
    return { text: html ? text : `<pre>\n${escapePlain(text)}</pre>\n`, isHtml: html };
  } catch (error) {
    logEvent(x, 'autoindex', 'error', `cannot read ${filename}: ${String(error)}`);
    return undefined;
  }
}

function escapePlain(text: string): string {
  return text.replace(/[&<>]/g, (char) => (char === '&' ? '&amp;' : char === '<' ? '&lt;' : '&gt;'));
}

const DOCTYPE =
  '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n<html>\n';
const XHTML_DOCTYPE =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"\n' +
  '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml">\n';

function preamble(dir: IndexDir, words: IndexWords, title: string): string {
  const xhtml = words.has('xhtml');
  const style =
    dir.styleSheet === undefined
      ? ''
      : `  <link rel="stylesheet" href="${escapeHtml(dir.styleSheet)}" type="text/css"${xhtml ? ' />' : '>'}\n`;
  return (
    `${xhtml ? XHTML_DOCTYPE : DOCTYPE} <head>\n  <title>Index of ${title}</title>\n` +
    `${style}${dir.headInsert ?? ''} </head>\n <body>\n`
  );
}

function heading({ styleSheet }: IndexDir, title: string): string {
  return styleSheet === undefined
    ? `<h1>Index of ${title}</h1>\n`
    : `  <h1 id="indextitle">Index of ${title}</h1>\n`;
}

/** The page's URL without the slashes at its end. */
function titleOf({ uri }: Exchange): string {
  return escapeHtml(uri.length > 1 ? uri.replace(/(.)\/+$/s, '$1') : uri);
}

/** The whole page; where a file of the site is a page itself, it may take the place of ours around the listing. */
export async function drawPage(
  x: Exchange,
  dir: IndexDir,
  words: IndexWords,
  content: string,
): Promise<string> {
  const title = titleOf(x);
  const query = x.args === undefined ? '' : `?${x.args}`;
  const header = await readInsert(x, dir.headerName === undefined ? undefined : dir.headerName + query);
  const readme = await readInsert(x, dir.readmeName);
  const isBare = words.has('suppresshtmlpreamble');
  const head = header?.isHtml === true && isBare ? '' : preamble(dir, words, title);
  const above = header?.text ?? heading(dir, title);
  const below = readme?.text ?? signature(x).replace(/^<hr>\n/, '');
  const end = readme?.isHtml === true && isBare ? '' : '</body></html>\n';
  return head + above + content + below + end;
}
