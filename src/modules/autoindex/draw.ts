// A directory's listing as a page, in Apache's three forms: a list, preformatted columns, a table.

import { escapeHtml } from '../../request/error-page.ts';
import { escapeUrl } from '../../rules/escape.ts';
import type { IndexDir, OptionWords, SortKey } from './config.ts';
import type { Entry, Order } from './entries.ts';

export interface Listing {
  /** URL path of the directory, with its slash. */
  readonly uri: string;
  readonly entries: readonly Entry[];
  readonly order: Order;
  readonly options: OptionWords;
  readonly dir: IndexDir;
}

const DEFAULT_WIDTH = 23;

function parentOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/', uri.length - 2) + 1) || '/';
}

function hrefOf({ uri }: Listing, entry: Entry): string {
  const path = escapeUrl(entry.isParent ? parentOf(uri) : entry.name);
  // A name such as `a:b` would read as a scheme.
  return escapeHtml(/^[^/]*:/.test(path) ? `./${path}` : path);
}

function shownName(entry: Entry): string {
  return entry.isParent ? 'Parent Directory' : entry.name;
}

/** Bytes as Apache shows them: `  9 `, `2.0K`, ` 20K`; `  - ` for directories. */
export function formatSize(size: number): string {
  if (size < 0) return '  - ';
  if (size < 973) return `${String(size).padStart(3)} `;
  let whole = size;
  for (const unit of 'KMGTPE') {
    const rest = whole % 1024;
    whole = Math.floor(whole / 1024);
    if (whole >= 973) continue;
    if (whole > 9 || (whole === 9 && rest >= 973))
      return String(whole + (rest >= 512 ? 1 : 0)).padStart(3) + unit;
    const tenths = whole * 10 + Math.floor((rest * 5 + 256) / 512);
    return `${Math.floor(tenths / 10)}.${tenths % 10}${unit}`;
  }
  return '****';
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

/** Local time, `2024-01-02 03:04` and two blanks. */
function formatDate(time: number): string {
  const date = new Date(time);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}  `;
}

/** A name in its column: cut where it is too long. */
function cutName(name: string, width: number): string {
  return name.length > width ? `${name.slice(0, width - 3)}..>` : name;
}

function nameWidth({ options, entries }: Listing): number {
  const width = options.get('namewidth');
  if (width === '*') return Math.max(4, ...entries.map((entry) => shownName(entry).length));
  return width === undefined ? DEFAULT_WIDTH : Math.max(5, Number.parseInt(width, 10) || DEFAULT_WIDTH);
}

/** A column's head: sorts by it, and the other way round where it does already. */
function headLink({ order, options }: Listing, key: SortKey, title: string): string {
  if (options.has('suppresscolumnsorting')) return title;
  const direction = order.key === key && !order.descending ? 'D' : 'A';
  return `<a href="?C=${key};O=${direction}">${title}</a>`;
}

function image({ options }: Listing, url: string, alt: string): string {
  const [height, width] = [options.get('iconheight'), options.get('iconwidth')];
  const size =
    height !== undefined && width !== undefined
      ? ` width="${escapeHtml(width)}" height="${escapeHtml(height)}"`
      : '';
  return `<img src="${escapeHtml(url)}" alt="${escapeHtml(alt)}"${size}>`;
}

function iconOf(listing: Listing, entry: Entry): string | undefined {
  if (entry.icon === undefined || entry.icon === '') return undefined;
  const icon = image(listing, entry.icon, `[${entry.alt ?? '   '}]`);
  return listing.options.has('iconsarelinks') ? `<a href="${hrefOf(listing, entry)}">${icon}</a>` : icon;
}

function blankIcon({ dir }: Listing): string | undefined {
  return dir.icons.find(({ pattern }) => pattern === '^^BLANKICON^^')?.value;
}

function drawList(listing: Listing): string {
  const items = listing.entries.map(
    (entry) => `<li><a href="${hrefOf(listing, entry)}"> ${escapeHtml(shownName(entry))}</a></li>\n`,
  );
  return `<ul>${items.join('')}</ul>\n`;
}

const NO_ICON = '      ';

function drawColumns(listing: Listing): string {
  const { options } = listing;
  const width = nameWidth(listing);
  const rule = options.has('suppressrules') ? '' : '<hr>';
  const rows = listing.entries.map((entry) => columnsRow(listing, entry, width)).join('');
  return `<pre>${columnsHead(listing, width)}${rule || '\n'}${rows}${rule}</pre>\n`;
}

function columnsHead(listing: Listing, width: number): string {
  const { options } = listing;
  const blank = blankIcon(listing);
  let head = blank === undefined ? NO_ICON : `${image(listing, blank, 'Icon ')} `;
  if (options.has('suppressicon')) head = '';
  head += `${headLink(listing, 'N', 'Name')}${' '.repeat(width - 4 + 1)}`;
  if (!options.has('suppresslastmodified')) head += `${headLink(listing, 'M', 'Last modified')}      `;
  if (!options.has('suppresssize')) head += `${headLink(listing, 'S', 'Size')}  `;
  if (!options.has('suppressdescription')) head += headLink(listing, 'D', 'Description');
  return head;
}

function columnsRow(listing: Listing, entry: Entry, width: number): string {
  const { options } = listing;
  const name = cutName(shownName(entry), width);
  const icon = iconOf(listing, entry);
  let row = options.has('suppressicon') ? '' : icon === undefined ? NO_ICON : `${icon} `;
  row += `<a href="${hrefOf(listing, entry)}">${escapeHtml(name)}</a>${' '.repeat(width - name.length + 1)}`;
  if (!options.has('suppresslastmodified'))
    row += entry.modified === undefined ? ' '.repeat(19) : formatDate(entry.modified);
  if (!options.has('suppresssize')) row += `${formatSize(entry.size)}  `;
  if (!options.has('suppressdescription') && entry.description !== undefined) row += entry.description;
  return `${row}\n`;
}

function drawTable(listing: Listing): string {
  const { options, entries } = listing;
  const columns = tableColumns(options);
  const rule = `   <tr><th colspan="${columns.length + 1 - (options.has('suppressicon') ? 1 : 0)}"><hr></th></tr>\n`;
  const shownRule = options.has('suppressrules') ? '' : rule;
  const heads = columns.map(([key, title]) => `<th>${headLink(listing, key, title)}</th>`).join('');
  const blank = blankIcon(listing);
  const icon = blank === undefined ? '&nbsp;' : image(listing, blank, '[ICO]');
  const iconHead = options.has('suppressicon') ? '' : `<th valign="top">${icon}</th>`;
  const rows = entries.map((entry) => tableRow(listing, entry)).join('');
  return `  <table>\n   <tr>${iconHead}${heads}</tr>\n${shownRule}${rows}${shownRule}</table>\n`;
}

function tableColumns(options: OptionWords): readonly (readonly [SortKey, string])[] {
  const columns: (readonly [SortKey, string])[] = [['N', 'Name']];
  if (!options.has('suppresslastmodified')) columns.push(['M', 'Last modified']);
  if (!options.has('suppresssize')) columns.push(['S', 'Size']);
  if (!options.has('suppressdescription')) columns.push(['D', 'Description']);
  return columns;
}

function tableRow(listing: Listing, entry: Entry): string {
  const { options } = listing;
  const width = nameWidth(listing);
  const name = cutName(shownName(entry), width);
  const pad = options.get('namewidth') === '*' ? '' : ' '.repeat(width - name.length);
  let row = options.has('suppressicon') ? '' : `<td valign="top">${iconOf(listing, entry) ?? '&nbsp;'}</td>`;
  row += `<td><a href="${hrefOf(listing, entry)}">${escapeHtml(name)}</a>${pad}</td>`;
  if (!options.has('suppresslastmodified'))
    row +=
      entry.modified === undefined
        ? '<td>&nbsp;</td>'
        : `<td align="right">${formatDate(entry.modified)}</td>`;
  if (!options.has('suppresssize')) row += `<td align="right">${formatSize(entry.size)}</td>`;
  if (!options.has('suppressdescription')) row += `<td>${entry.description ?? '&nbsp;'}</td>`;
  return `<tr>${row}</tr>\n`;
}

/** The part of the page that lists the entries. */
export function drawEntries(listing: Listing): string {
  if (!listing.options.has('fancyindexing')) return drawList(listing);
  return listing.options.has('htmltable') ? drawTable(listing) : drawColumns(listing);
}

export interface Page {
  readonly uri: string;
  readonly dir: IndexDir;
  /** Takes the place of the heading. */
  readonly header: string | undefined;
  readonly content: string;
  readonly readme: string;
  readonly signature: string;
}

export function drawPage({ uri, dir, header, content, readme, signature }: Page): string {
  const title = escapeHtml(uri.length > 1 && uri.endsWith('/') ? uri.slice(0, -1) : uri);
  const style = dir.styleSheet
    ? `  <link rel="stylesheet" href="${escapeHtml(dir.styleSheet)}" type="text/css">\n`
    : '';
  const insert = dir.headInsert === undefined ? '' : `${dir.headInsert}\n`;
  return (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n' +
    `<html>\n <head>\n  <title>Index of ${title}</title>\n${style}${insert} </head>\n <body>\n` +
    `${header ?? `<h1>Index of ${title}</h1>\n`}${content}${readme}${signature}</body></html>\n`
  );
}
