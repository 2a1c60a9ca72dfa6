// The entries of a directory: which are listed, what is known of them, and their order.

import { lowerAscii } from '../../kit/ascii.ts';
import type { Exchange } from '../../request/exchange.ts';
import type { EntryRule, IndexDir, OptionWords, SortKey } from './config.ts';

export interface Entry {
  /** With a slash behind it for a directory; `..` for the parent. */
  readonly name: string;
  readonly isDirectory: boolean;
  readonly isParent: boolean;
  /** -1 for directories. */
  readonly size: number;
  /** Milliseconds since 1970; undefined for the parent. */
  readonly modified: number | undefined;
  readonly icon: string | undefined;
  /** Shown in brackets where the icon is not. */
  readonly alt: string | undefined;
  readonly description: string | undefined;
}

export interface Order {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** The order a query such as `C=S;O=D` asks for. */
export function readOrder(args: string | undefined, dir: IndexDir, options: OptionWords): Order {
  const usual = dir.defaultOrder ?? { key: 'N', descending: false };
  if (args === undefined || options.has('ignoreclient')) return usual;
  let { key, descending } = usual;
  for (const word of args.split(/[;&]/)) {
    const column = /^C=([NMSD])$/.exec(word)?.[1];
    if (column !== undefined) {
      key = column as SortKey;
      descending = false;
    }
    const direction = /^O=([AD])$/.exec(word)?.[1];
    if (direction !== undefined) descending = direction === 'D';
  }
  return { key, descending };
}

const DIRECTORY = '^^DIRECTORY^^';

function findRule(
  list: readonly EntryRule[],
  name: string,
  sub: Exchange | undefined,
): EntryRule | undefined {
  return list.find(({ by, pattern, matches }) => {
    if (by === 'type') return sub?.contentType !== undefined && matches(sub.contentType);
    if (by === 'encoding')
      return sub?.headersOut.has('content-encoding') && matches(sub.headersOut.get('content-encoding')!);
    return pattern === name || (!pattern.startsWith('^^') && pattern !== '..' && matches(name));
  });
}

function parentEntry(dir: IndexDir): Entry {
  const icon = findRule(dir.icons, '..', undefined) ?? findRule(dir.icons, DIRECTORY, undefined);
  return {
    name: '..',
    isDirectory: true,
    isParent: true,
    size: -1,
    modified: undefined,
    icon: icon?.value ?? dir.defaultIcon,
    alt: icon?.alt ?? 'PARENTDIR',
    description: undefined,
  };
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

async function readEntry(
  x: Exchange,
  dir: IndexDir,
  options: OptionWords,
  name: string,
): Promise<Entry | undefined> {
  const sub = await x.site.lookupFile(x, `${folder(x)}${name}`);
  const mayShow =
    sub.status === 200 || isRedirect(sub.status) || (options.has('showforbidden') && sub.status < 404);
  if (sub.file === undefined || !mayShow) return undefined;
  const isDirectory = sub.file.kind === 'directory';
  const icon = isDirectory ? findRule(dir.icons, DIRECTORY, undefined) : findRule(dir.icons, name, sub);
  const alt = findRule(dir.alts, isDirectory ? DIRECTORY : name, isDirectory ? undefined : sub);
  return {
    name: isDirectory ? `${name}/` : name,
    isDirectory,
    isParent: false,
    size: isDirectory ? -1 : sub.file.size,
    modified: sub.file.mtime / 1000,
    icon: icon?.value ?? dir.defaultIcon,
    alt: alt?.value ?? icon?.alt ?? (isDirectory ? 'DIR' : undefined),
    description: findRule(dir.descriptions, name, undefined)?.value,
  };
}

/** The directory's path with its slash. */
function folder(x: Exchange): string {
  return x.filename!.endsWith('/') ? x.filename! : `${x.filename}/`;
}

/** All entries that the client may see, the parent first. */
export async function readEntries(
  x: Exchange,
  dir: IndexDir,
  options: OptionWords,
  order: Order,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of x.site.io.list(folder(x))) {
    if (dir.ignored.some((matches) => matches(name))) continue;
    const entry = await readEntry(x, dir, options, name);
    if (entry !== undefined) entries.push(entry);
  }
  entries.sort(compareBy(order, options));
  return x.uri === '/' || dir.ignored.some((matches) => matches('..'))
    ? entries
    : [parentEntry(dir), ...entries];
}

type Compare = (a: Entry, b: Entry) => number;

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Runs of digits are compared as numbers; blanks do not count. */
function compareVersions(a: string, b: string): number {
  const left = a.replace(/\s+/g, '').match(/[0-9]+|[^0-9]+/g) ?? [];
  const right = b.replace(/\s+/g, '').match(/[0-9]+|[^0-9]+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [l, r] = [left[i]!, right[i]!];
    const numbers = /^[0-9]/.test(l) && /^[0-9]/.test(r) ? Number(l) - Number(r) : 0;
    const difference = numbers || compareText(l, r);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function compareNames(options: OptionWords): Compare {
  const compare = options.has('versionsort') ? compareVersions : compareText;
  if (!options.has('ignorecase')) return (a, b) => compare(a.name, b.name);
  return (a, b) => compare(lowerAscii(a.name), lowerAscii(b.name));
}

function compareBy({ key, descending }: Order, options: OptionWords): Compare {
  const byName = compareNames(options);
  const byKey: Readonly<Record<SortKey, Compare>> = {
    N: byName,
    M: (a, b) => (a.modified ?? 0) - (b.modified ?? 0),
    S: (a, b) => a.size - b.size,
    D: (a, b) => compareText(a.description ?? '', b.description ?? ''),
  };
  const direction = descending ? -1 : 1;
  return (a, b) => {
    if (options.has('foldersfirst') && a.isDirectory !== b.isDirectory) return a.isDirectory ? -1 : 1;
    return (byKey[key](a, b) || byName(a, b)) * direction;
  };
}
