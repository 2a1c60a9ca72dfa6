// A directory's entries as HTML, in Apache's three forms: a list, preformatted columns, a table.

import { formatSize } from '../../kit/size-text.ts';
import { escapeHtml } from '../../request/error-page.ts';
import { escapeUrl } from '../../rules/escape.ts';
import type { IndexDir, IndexWords, SortKey } from './config.ts';
import { DEFAULT_WIDTH } from './directives.ts';
import type { Entry } from './entry.ts';
import { findByPath } from './patterns.ts';
import type { Order } from './query.ts';

export interface Listing {
  readonly entries: readonly Entry[];
  readonly order: Order;
  readonly words: IndexWords;
  readonly linkArgs: string;
  readonly dir: IndexDir;
}

function hrefOf({ name }: Entry): string {
  const path = escapeUrl(name);
  // A name such as `a:b` would read as a scheme.
  return escapeHtml(/^[^/]*:/.test(path) ? `./${path}` : path);
}

function shownName({ isParent, name }: Entry): string {
  return isParent ? 'Parent Directory' : name;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Local time, `2024-01-02 03:04` or `02-Jan-2024 03:04`, and two blanks. */
function formatDate({ dir }: Listing, time: number): string {
  const date = new Date(time);
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  const day = two(date.getDate());
  if (dir.hasOldDates === true) return `${day}-${MONTHS[date.getMonth()]}-${date.getFullYear()} ${clock}  `;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${day} ${clock}  `;
}

const DATE_BLANK = ' '.repeat(19);

/** A name in its column, with the blanks that fill it: cut where it is too long. */
function fitName(name: string, width: number): { readonly text: string; readonly fill: string } {
  const text = name.length > width ? `${name.slice(0, width - 3)}..>` : name;
  return { text: escapeHtml(text), fill: ' '.repeat(width - text.length) };
}

/** Of a column of names; in a table a name that fits itself needs none. */
function nameWidth({ dir, words, entries }: Listing): number {
  const { nameWidth: width = DEFAULT_WIDTH } = dir;
  if (width !== 'fit') return width;
  if (words.has('htmltable')) return DEFAULT_WIDTH;
  return Math.max(DEFAULT_WIDTH, ...entries.map(({ name }) => name.length));
}

/** A column's head: sorts by it, and the other way round where it does already. */
function headLink({ order, words, linkArgs }: Listing, key: SortKey, title: string): string {
  if (words.has('suppresscolumnsorting')) return title;
  const direction = order.key === key && !order.descending ? 'D' : 'A';
  return `<a href="?C=${key};O=${direction}${linkArgs}">${title}</a>`;
}

/** The end of an element without content. */
function closing({ words }: Listing): string {
  return words.has('xhtml') ? ' />' : '>';
}

function image(listing: Listing, url: string, alt: string): string {
  const { iconWidth, iconHeight } = listing.dir;
  const width = iconWidth ? ` width="${iconWidth}"` : '';
  const height = iconHeight ? ` height="${iconHeight}"` : '';
  return `<img src="${escapeHtml(url)}" alt="${alt}"${width}${height}${closing(listing)}`;
}

/** The icon, or what stands in its place; a link where that is wanted. */
function iconOf(listing: Listing, entry: Entry, otherwise: string): string {
  const url = entry.icon ?? listing.dir.defaultIcon;
  const icon = url === undefined ? otherwise : image(listing, url, `[${entry.alt ?? '   '}]`);
  return listing.words.has('iconsarelinks') ? `<a href="${hrefOf(entry)}">${icon}</a>` : icon;
}

function blankIcon({ dir }: Listing): string | undefined {
  return findByPath(dir.icons, '^^BLANKICON^^');
}

/**
 * A description that fits its column. Markup takes no room and an entity that of one character; what is cut off ends in
 * `>`, as in Apache.
 */
function cutDescription(listing: Listing, text: string): string {
  let room = descriptionWidth(listing);
  let at = 0;
  while (at < text.length && (room > 0 || text[at] === '<')) {
    const end = text[at] === '<' ? text.indexOf('>', at) : text[at] === '&' ? text.indexOf(';', at) : at;
    if (text[at] !== '<') room--;
    if (end < 0) {
      room = 0;
      at = text.length;
      break;
    }
    at = end + 1;
  }
  return room === 0 && at < text.length ? `${text.slice(0, at - 1)}>` : text;
}

/** What other columns leave free is the description's, where nobody has said how wide it is. */
function descriptionWidth({ dir, words, entries }: Listing): number {
  const { descriptionWidth: width } = dir;
  if (width === 'fit') {
    const longest = entries.map(({ description = '' }) => description.length);
    return Math.max(DEFAULT_WIDTH, ...longest);
  }
  if (width !== undefined) return width;
  return (
    DEFAULT_WIDTH +
    (words.has('suppressicon') ? 6 : 0) +
    (words.has('suppresslastmodified') ? 19 : 0) +
    (words.has('suppresssize') ? 7 : 0)
  );
}

function drawList({ entries }: Listing): string {
  const items = entries.map(
    (entry) => `<li><a href="${hrefOf(entry)}"> ${escapeHtml(shownName(entry))}</a></li>\n`,
  );
  return `<ul>${items.join('')}</ul>\n`;
}

function drawColumns(listing: Listing): string {
  const rule = listing.words.has('suppressrules') ? '' : `<hr${closing(listing)}`;
  const width = nameWidth(listing);
  const rows = listing.entries.map((entry) => columnsRow(listing, entry, width)).join('');
  return `<pre>${columnsHead(listing, width)}${rule || '\n'}${rows}${rule}</pre>\n`;
}

function columnsHead(listing: Listing, width: number): string {
  const { words } = listing;
  const blank = blankIcon(listing);
  let head = blank === undefined ? ' '.repeat(6) : `${image(listing, blank, 'Icon ')} `;
  if (words.has('suppressicon')) head = '';
  head += `${headLink(listing, 'N', 'Name')}${' '.repeat(width - 4 + 1)}`;
  if (!words.has('suppresslastmodified')) head += `${headLink(listing, 'M', 'Last modified')}      `;
  if (!words.has('suppresssize')) head += `${headLink(listing, 'S', 'Size')}  `;
  if (!words.has('suppressdescription')) head += headLink(listing, 'D', 'Description');
  return head;
}

function columnsRow(listing: Listing, entry: Entry, width: number): string {
  const { words } = listing;
  const { text, fill } = fitName(shownName(entry), width);
  const { modified, size, description } = entry;
  let row = words.has('suppressicon') ? '' : `${iconOf(listing, entry, ' '.repeat(5))} `;
  row += `<a href="${hrefOf(entry)}">${text}</a>${fill} `;
  if (!words.has('suppresslastmodified'))
    row += modified === undefined ? DATE_BLANK : formatDate(listing, modified);
  if (!words.has('suppresssize')) row += `${formatSize(size)}  `;
  if (!words.has('suppressdescription') && description !== undefined)
    row += cutDescription(listing, description);
  return `${row}\n`;
}

/** A class that a style sheet can use, or what a page without one has in its place. */
function styled({ dir }: Listing, name: string, plain = ''): string {
  return dir.styleSheet === undefined ? plain : ` class="${name}"`;
}

function drawTable(listing: Listing): string {
  const { dir, words, entries } = listing;
  const columns = tableColumns(words);
  const id = dir.styleSheet === undefined ? '' : ' id="indexlist"';
  const cells = columns.map(
    ([key, title, name]) => `<th${styled(listing, name)}>${headLink(listing, key, title)}</th>`,
  );
  const head = `  <table${id}>\n   <tr${styled(listing, 'indexhead')}>${iconHead(listing)}${cells.join('')}</tr>\n`;
  const span = columns.length + (words.has('suppressicon') ? 0 : 1);
  const rule = words.has('suppressrules')
    ? ''
    : `   <tr${styled(listing, 'indexbreakrow')}><th colspan="${span}"><hr${closing(listing)}</th></tr>\n`;
  const rows = entries.map((entry, at) => tableRow(listing, entry, at)).join('');
  return `${head}${rule}${rows}${rule}</table>\n`;
}

function iconHead(listing: Listing): string {
  if (listing.words.has('suppressicon')) return '';
  const blank = blankIcon(listing);
  const icon = blank === undefined ? '&nbsp;' : image(listing, blank, '[ICO]');
  return `<th${styled(listing, 'indexcolicon', ' valign="top"')}>${icon}</th>`;
}

type Column = readonly [SortKey, string, string];

function tableColumns(words: IndexWords): readonly Column[] {
  const columns: Column[] = [['N', 'Name', 'indexcolname']];
  if (!words.has('suppresslastmodified')) columns.push(['M', 'Last modified', 'indexcollastmod']);
  if (!words.has('suppresssize')) columns.push(['S', 'Size', 'indexcolsize']);
  if (!words.has('suppressdescription')) columns.push(['D', 'Description', 'indexcoldesc']);
  return columns;
}

/** Rows by turns, and with AddAltClass by what sort of file they are. */
function rowStart({ dir, words }: Listing, { alt }: Entry, at: number): string {
  if (dir.styleSheet === undefined) return '<tr>';
  const turn = at % 2 === 1 ? 'odd' : 'even';
  const kind = alt !== undefined && words.has('addaltclass') ? `-${alt.toLowerCase()}` : '';
  return `   <tr class="${turn}${kind}">`;
}

function tableRow(listing: Listing, entry: Entry, at: number): string {
  const { dir, words } = listing;
  const cells: string[] = [];
  if (!words.has('suppressicon')) {
    const attributes = styled(listing, 'indexcolicon', ' valign="top"');
    cells.push(`<td${attributes}>${iconOf(listing, entry, '&nbsp;')}</td>`);
  }
  cells.push(`<td${styled(listing, 'indexcolname')}>${nameCell(listing, entry)}</td>`);
  if (!words.has('suppresslastmodified')) cells.push(dateCell(listing, entry));
  if (!words.has('suppresssize'))
    cells.push(`<td${styled(listing, 'indexcolsize', ' align="right"')}>${formatSize(entry.size)}</td>`);
  if (!words.has('suppressdescription'))
    cells.push(`<td${styled(listing, 'indexcoldesc')}>${descriptionCell(listing, entry)}</td>`);
  return `${rowStart({ ...listing, dir }, entry, at)}${cells.join('')}</tr>\n`;
}

function nameCell(listing: Listing, entry: Entry): string {
  const name = shownName(entry);
  if (listing.dir.nameWidth === 'fit') return `<a href="${hrefOf(entry)}">${escapeHtml(name)}</a>`;
  const { text, fill } = fitName(name, nameWidth(listing));
  return `<a href="${hrefOf(entry)}">${text}</a>${fill}`;
}

function dateCell(listing: Listing, { modified }: Entry): string {
  if (modified === undefined) return `<td${styled(listing, 'indexcollastmod')}>&nbsp;</td>`;
  const attributes = styled(listing, 'indexcollastmod', ' align="right"');
  return `<td${attributes}>${formatDate(listing, modified)}</td>`;
}

function descriptionCell(listing: Listing, { description }: Entry): string {
  if (description === undefined) return '&nbsp;';
  return listing.dir.descriptionWidth === 'fit' ? description : cutDescription(listing, description);
}

/** The part of the page that lists the entries. */
export function drawEntries(listing: Listing): string {
  if (listing.words.has('htmltable')) return drawTable(listing);
  return listing.words.has('fancyindexing') ? drawColumns(listing) : drawList(listing);
}
