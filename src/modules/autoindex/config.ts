// What the directives of mod_autoindex configure, and how sections are merged.

/** An icon or an alternative text for the entries that fit. */
export interface EntryRule {
  readonly by: 'name' | 'type' | 'encoding';
  /** Does it speak of files of this path? A section's rules are for what lies below the section. */
  readonly covers: (path: string) => boolean;
  /** Of a path, a type or an encoding; `^^DIRECTORY^^` and `^^BLANKICON^^` stand for themselves. */
  readonly matches: (text: string) => boolean;
  readonly value: string;
}

export interface Description {
  /** Of a whole path; else of a name. */
  readonly isForPath: boolean;
  readonly matches: (text: string) => boolean;
  readonly text: string;
}

/** A file that is not listed. */
export interface Ignored {
  readonly covers: (path: string) => boolean;
  readonly matches: (name: string) => boolean;
}

/** IndexOptions that are on or off. */
export type IndexWord =
  | 'addaltclass'
  | 'fancyindexing'
  | 'foldersfirst'
  | 'htmltable'
  | 'iconsarelinks'
  | 'ignorecase'
  | 'ignoreclient'
  | 'scanhtmltitles'
  | 'showforbidden'
  | 'suppresscolumnsorting'
  | 'suppressdescription'
  | 'suppresshtmlpreamble'
  | 'suppressicon'
  | 'suppresslastmodified'
  | 'suppressrules'
  | 'suppresssize'
  | 'trackmodified'
  | 'versionsort'
  | 'xhtml';

export type IndexWords = ReadonlySet<IndexWord>;

/** The width of a column: a number of characters, or as wide as its longest text. */
export type Width = number | 'fit';

export type SortKey = 'N' | 'M' | 'S' | 'D';

export interface IndexDir {
  /** Words without signs, which replace what an outer section says; `none` is an empty set. */
  words?: IndexWords;
  added: IndexWords;
  removed: IndexWords;
  iconWidth?: number;
  iconHeight?: number;
  nameWidth?: Width;
  descriptionWidth?: Width;
  type?: string;
  charset?: string;
  hasOldDates?: boolean;
  readonly icons: readonly EntryRule[];
  readonly alts: readonly EntryRule[];
  readonly descriptions: readonly Description[];
  readonly ignored: readonly Ignored[];
  /** IndexIgnoreReset: what outer sections ignore is listed again. */
  resetIgnored?: boolean;
  defaultIcon?: string;
  headerName?: string;
  readmeName?: string;
  styleSheet?: string;
  headInsert?: string;
  defaultOrder?: { readonly key: SortKey; readonly descending: boolean };
}

const NO_WORDS: IndexWords = new Set();

export function createDir(): IndexDir {
  return { added: NO_WORDS, removed: NO_WORDS, icons: [], alts: [], descriptions: [], ignored: [] };
}

function union(a: IndexWords, b: IndexWords): IndexWords {
  return new Set([...a, ...b]);
}

function without(a: IndexWords, b: IndexWords): IndexWords {
  return new Set([...a].filter((word) => !b.has(word)));
}

export function mergeDir(base: IndexDir, add: IndexDir): IndexDir {
  const merged: IndexDir = {
    ...base,
    ...add,
    icons: [...add.icons, ...base.icons],
    alts: [...add.alts, ...base.alts],
    descriptions: [...add.descriptions, ...base.descriptions],
    ignored: add.resetIgnored === true ? add.ignored : [...add.ignored, ...base.ignored],
  };
  if (add.words === undefined) {
    merged.added = without(union(base.added, add.added), add.removed);
    merged.removed = union(base.removed, add.removed);
    merged.words = base.words ?? NO_WORDS;
  }
  merged.words = without(union(merged.words ?? NO_WORDS, merged.added), merged.removed);
  return merged;
}

/** The words in force. */
export function wordsOf({ words = NO_WORDS, added, removed }: IndexDir): IndexWords {
  return without(union(words, added), removed);
}
