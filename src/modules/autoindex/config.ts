// What the directives of mod_autoindex configure, and how sections are merged.

/** An icon, an alternative text or a description for the entries that a test fits. */
export interface EntryRule {
  readonly by: 'name' | 'type' | 'encoding';
  /** As written; `^^DIRECTORY^^` and `..` stand for all directories and the parent. */
  readonly pattern: string;
  readonly matches: (text: string) => boolean;
  readonly value: string;
  /** For icons: the text shown where images are not. */
  readonly alt?: string;
}

/** IndexOptions as a set of words with their values ('' for those that have none); names in lower case. */
export type OptionWords = ReadonlyMap<string, string>;

export interface IndexDir {
  /** Words without signs, replacing what an outer section says. */
  options?: OptionWords;
  addOptions: OptionWords;
  removeOptions: ReadonlySet<string>;
  readonly icons: readonly EntryRule[];
  readonly alts: readonly EntryRule[];
  readonly descriptions: readonly EntryRule[];
  readonly ignored: readonly ((name: string) => boolean)[];
  /** IndexIgnoreReset: what outer sections ignore is listed again. */
  resetIgnored?: boolean;
  defaultIcon?: string;
  headerName?: string;
  readmeName?: string;
  styleSheet?: string;
  headInsert?: string;
  defaultOrder?: { readonly key: SortKey; readonly descending: boolean };
}

export type SortKey = 'N' | 'M' | 'S' | 'D';

export function createDir(): IndexDir {
  return {
    addOptions: new Map(),
    removeOptions: new Set(),
    icons: [],
    alts: [],
    descriptions: [],
    ignored: [],
  };
}

export function mergeDir(base: IndexDir, add: IndexDir): IndexDir {
  const merged: IndexDir = {
    ...base,
    ...add,
    icons: [...add.icons, ...base.icons],
    alts: [...add.alts, ...base.alts],
    descriptions: [...add.descriptions, ...base.descriptions],
    ignored: add.resetIgnored ? add.ignored : [...add.ignored, ...base.ignored],
  };
  if (add.options === undefined) {
    merged.addOptions = new Map([...base.addOptions].filter(([name]) => !add.removeOptions.has(name)));
    merged.addOptions = new Map([...merged.addOptions, ...add.addOptions]);
    merged.removeOptions = new Set(
      [...base.removeOptions, ...add.removeOptions].filter((name) => !add.addOptions.has(name)),
    );
  }
  return merged;
}

/** The options in force. */
export function optionsOf(dir: IndexDir): OptionWords {
  const words = new Map([...(dir.options ?? []), ...dir.addOptions]);
  for (const name of dir.removeOptions) words.delete(name);
  return words;
}
