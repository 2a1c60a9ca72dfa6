// The directives of mod_autoindex.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';
import { compileGlob, isGlob } from '../../kit/glob.ts';
import { everywhere } from '../contexts.ts';
import type { Description, EntryRule, IndexDir, IndexWord, SortKey } from './config.ts';
import { compileStars, hasStars } from './patterns.ts';

type IndexCommand = Command<undefined, IndexDir>;
type IndexDirective = Directive<undefined, IndexDir>;

const WORDS: ReadonlySet<string> = new Set<IndexWord>([
  'addaltclass',
  'fancyindexing',
  'foldersfirst',
  'htmltable',
  'iconsarelinks',
  'ignorecase',
  'ignoreclient',
  'scanhtmltitles',
  'showforbidden',
  'suppresscolumnsorting',
  'suppressdescription',
  'suppresshtmlpreamble',
  'suppressicon',
  'suppresslastmodified',
  'suppressrules',
  'suppresssize',
  'trackmodified',
  'versionsort',
  'xhtml',
]);

/** Icons of this size are what Apache ships. */
const ICON_SIZES = { iconheight: 22, iconwidth: 20 } as const;

export const DEFAULT_WIDTH = 23;

interface Option {
  readonly sign: string;
  readonly name: string;
  readonly value: string | undefined;
}

function readOption(word: string): Option {
  const sign = /^[+-]/.exec(word)?.[0] ?? '';
  const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(word.slice(sign.length))!;
  return { sign, name: lowerAscii(name), value };
}

function setIconSize(
  dir: IndexDir,
  { sign, value }: Option,
  name: 'iconWidth' | 'iconHeight',
): string | undefined {
  if (value !== undefined && sign === '-') return `Cannot combine '-' with ${capital(name)}=n`;
  const usual = ICON_SIZES[name === 'iconWidth' ? 'iconwidth' : 'iconheight'];
  const size = value === undefined ? usual : Number.parseInt(value, 10) || 0;
  dir[name] = sign === '-' ? 0 : size;
  return undefined;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

const LEAST_WIDTHS = { nameWidth: 5, descriptionWidth: 12 } as const;

function setWidth(
  dir: IndexDir,
  { sign, value }: Option,
  name: 'nameWidth' | 'descriptionWidth',
): string | undefined {
  const word = capital(name);
  if (value === undefined) {
    if (sign !== '-') return `${word} with no value may only appear as '-${word}'`;
    dir[name] = DEFAULT_WIDTH;
    return undefined;
  }
  if (sign === '-') return `Cannot combine '-' with ${word}=n`;
  if (value.startsWith('*')) {
    dir[name] = 'fit';
    return undefined;
  }
  const width = Number.parseInt(value, 10) || 0;
  if (width !== 0 && width < LEAST_WIDTHS[name])
    return `${word} value must be greater than ${LEAST_WIDTHS[name]}`;
  dir[name] = width === 0 ? DEFAULT_WIDTH : width;
  return undefined;
}

const BAD_OPTION = 'Invalid directory indexing option';

/** An option that is more than on or off; undefined where it was one, and could be set. */
function setValue(dir: IndexDir, option: Option): string | undefined {
  const { name, value } = option;
  switch (name) {
    case 'iconwidth':
      return setIconSize(dir, option, 'iconWidth');
    case 'iconheight':
      return setIconSize(dir, option, 'iconHeight');
    case 'namewidth':
      return setWidth(dir, option, 'nameWidth');
    case 'descriptionwidth':
      return setWidth(dir, option, 'descriptionWidth');
    case 'type':
    case 'charset':
      if (value === undefined) return BAD_OPTION;
      dir[name] = value;
      return undefined;
    case 'useolddateformat':
      if (value !== undefined) return BAD_OPTION;
      dir.hasOldDates = true;
      return undefined;
    default:
      return BAD_OPTION;
  }
}

/** Words without signs replace; those with signs change what a section around says. */
class WordList {
  words: Set<IndexWord> | undefined;
  added: Set<IndexWord>;
  removed: Set<IndexWord>;
  isNone = false;

  constructor(dir: IndexDir) {
    this.words = dir.words && new Set(dir.words);
    this.added = new Set(dir.added);
    this.removed = new Set(dir.removed);
  }

  none(): void {
    this.isNone = true;
    this.words ??= new Set();
    this.clearSigned();
  }

  plain(word: IndexWord): void {
    this.words ??= new Set();
    this.words.add(word);
    this.clearSigned();
  }

  /** Apache: whatever has no sign, a width too, takes back what words with signs before it have said. */
  clearSigned(): void {
    this.added.clear();
    this.removed.clear();
  }

  add(word: IndexWord): void {
    this.added.add(word);
    this.removed.delete(word);
  }

  remove(word: IndexWord): void {
    this.removed.add(word);
    this.added.delete(word);
  }
}

function setOptions(dir: IndexDir, options: readonly (string | undefined)[]): DirectiveError | undefined {
  const list = new WordList(dir);
  for (const text of options) {
    const error = setOption(dir, list, readOption(text ?? ''));
    if (error !== undefined) return error;
  }
  if (list.isNone && (list.words?.size ?? 0) > 0)
    return "Cannot combine other IndexOptions keywords with 'None'";
  if (list.words !== undefined) dir.words = list.words;
  dir.added = list.added;
  dir.removed = list.removed;
  return undefined;
}

function setOption(dir: IndexDir, list: WordList, option: Option): string | undefined {
  const { sign, name, value } = option;
  if (name === 'none' && value === undefined) {
    if (sign !== '') return "Cannot combine '+' or '-' with 'None' keyword";
    list.none();
    return undefined;
  }
  if (!WORDS.has(name) || value !== undefined) {
    if (sign === '') list.clearSigned();
    return setValue(dir, option);
  }
  const word = name as IndexWord;
  if (sign === '+') list.add(word);
  else if (sign === '-') list.remove(word);
  else list.plain(word);
  return undefined;
}

/** A section's rules are for files below it. */
function coverOf(cmd: IndexCommand): (path: string) => boolean {
  return compileStars(`${cmd.section.path ?? ''}*`);
}

/** `(ALT,url)` or a URL alone. */
function readIcon(text: string): { readonly value: string; readonly alt?: string } | string {
  if (!text.startsWith('(')) return { value: text };
  const close = text.indexOf(')');
  if (close < 0) return 'missing closing paren';
  const [alt = '', ...url] = text.slice(1, close).split(',');
  return { value: url.join(','), alt };
}

function ruleOf(cmd: IndexCommand, by: EntryRule['by'], value: string, pattern: string): EntryRule {
  let text = pattern;
  if (by === 'name' && text === '**DIRECTORY**') text = '^^DIRECTORY^^';
  if (by === 'name' && !hasStars(text)) text = `*${text}`;
  const matches = text === '' ? () => true : compileStars(text, by !== 'name');
  return { by, covers: coverOf(cmd), matches, value };
}

type RuleList = 'icons' | 'alts';

function addRule(cmd: IndexCommand, list: RuleList, rule: EntryRule): void {
  const dir: { icons: readonly EntryRule[]; alts: readonly EntryRule[] } = cmd.dir;
  dir[list] = [...dir[list], rule];
}

function addIcon(cmd: IndexCommand, by: EntryRule['by'], text: string, pattern: string): string | undefined {
  const icon = readIcon(text);
  if (typeof icon === 'string') return icon;
  if (icon.alt !== undefined) addRule(cmd, 'alts', ruleOf(cmd, by, icon.alt, pattern));
  addRule(cmd, 'icons', ruleOf(cmd, by, icon.value, pattern));
  return undefined;
}

function rules(
  name: string,
  list: RuleList,
  by: EntryRule['by'],
  help: string,
  example: string,
): IndexDirective {
  return {
    name,
    args: 'iterate2',
    contexts: everywhere,
    override: 'Indexes',
    help,
    example: `${name} ${example}`,
    set(cmd, text = '', pattern = '') {
      if (list === 'icons') return addIcon(cmd, by, text, pattern);
      addRule(cmd, 'alts', ruleOf(cmd, by, text, pattern));
      return undefined;
    },
  };
}

/** Without wildcards a description is for every name that has the text in it. */
function describe(pattern: string, text: string): Description {
  const isForPath = pattern.includes('/');
  if (!isForPath && !isGlob(pattern)) return { isForPath, matches: (name) => name.includes(pattern), text };
  return { isForPath, matches: compileGlob(`${isForPath ? '*/' : '*'}${pattern}*`), text };
}

type TextSetting = 'defaultIcon' | 'headerName' | 'readmeName' | 'styleSheet' | 'headInsert';

function text(name: string, setting: TextSetting, help: string, example: string): IndexDirective {
  return {
    name,
    args: 'take1',
    contexts: everywhere,
    override: 'Indexes',
    help,
    example: `${name} ${example}`,
    set(cmd, value = '') {
      cmd.dir[setting] = value;
      return undefined;
    },
  };
}

const ORDER_KEYS: Readonly<Record<string, SortKey>> = { name: 'N', date: 'M', size: 'S', description: 'D' };

function setOrder(dir: IndexDir, direction: string, key: string): DirectiveError | undefined {
  const descending = equalsIgnoreCase(direction, 'descending');
  if (!descending && !equalsIgnoreCase(direction, 'ascending'))
    return "First keyword must be 'Ascending' or 'Descending'";
  const sortKey = ORDER_KEYS[lowerAscii(key)];
  if (sortKey === undefined) return "Second keyword must be 'Name', 'Date', 'Size', or 'Description'";
  dir.defaultOrder = { key: sortKey, descending };
  return undefined;
}

export const indexDirectives: readonly IndexDirective[] = [
  {
    name: 'IndexOptions',
    args: 'takeArgv',
    contexts: everywhere,
    override: 'Indexes',
    help: 'one or more index options [+|-][]',
    example: 'IndexOptions FancyIndexing HTMLTable NameWidth=*',
    set: (cmd, ...words) => setOptions(cmd.dir, words),
  },
  {
    name: 'IndexOrderDefault',
    args: 'take2',
    contexts: everywhere,
    override: 'Indexes',
    default: 'Ascending Name',
    help: '{Ascending,Descending} {Name,Size,Description,Date}',
    example: 'IndexOrderDefault Descending Date',
    set: (cmd, direction = '', key = '') => setOrder(cmd.dir, direction, key),
  },
  {
    name: 'IndexIgnore',
    args: 'iterate',
    contexts: everywhere,
    override: 'Indexes',
    help: 'one or more file extensions',
    example: 'IndexIgnore .??* *~ README*',
    set(cmd, pattern = '') {
      const dir: { ignored: IndexDir['ignored'] } = cmd.dir;
      const name = pattern.slice(pattern.lastIndexOf('/') + 1);
      dir.ignored = [...dir.ignored, { covers: coverOf(cmd), matches: compileStars(name) }];
      return undefined;
    },
  },
  {
    name: 'IndexIgnoreReset',
    args: 'flag',
    contexts: everywhere,
    override: 'Indexes',
    default: 'Off',
    help: 'Reset the inherited list of IndexIgnore filenames',
    example: 'IndexIgnoreReset On',
    set(cmd, value) {
      cmd.dir.resetIgnored = value === 'on';
      return undefined;
    },
  },
  rules(
    'AddIcon',
    'icons',
    'name',
    'an icon URL followed by one or more filenames',
    '(IMG,/icons/image.png) .gif .jpg',
  ),
  rules(
    'AddIconByType',
    'icons',
    'type',
    'an icon URL followed by one or more MIME types',
    '(TXT,/icons/text.gif) text/*',
  ),
  rules(
    'AddIconByEncoding',
    'icons',
    'encoding',
    'an icon URL followed by one or more content encodings',
    '/icons/compressed.gif x-gzip',
  ),
  rules(
    'AddAlt',
    'alts',
    'name',
    'alternate descriptive text followed by one or more filenames',
    '"PDF file" *.pdf',
  ),
  rules(
    'AddAltByType',
    'alts',
    'type',
    'alternate descriptive text followed by one or more MIME types',
    '"plain text" text/plain',
  ),
  rules(
    'AddAltByEncoding',
    'alts',
    'encoding',
    'alternate descriptive text followed by one or more content encodings',
    'gzip x-gzip',
  ),
  {
    name: 'AddDescription',
    args: 'iterate2',
    contexts: everywhere,
    override: 'Indexes',
    help: 'Descriptive text followed by one or more filenames',
    example: 'AddDescription "The planet Mars" mars.gif',
    set(cmd, description = '', pattern = '') {
      const dir: { descriptions: IndexDir['descriptions'] } = cmd.dir;
      dir.descriptions = [...dir.descriptions, describe(pattern, description)];
      return undefined;
    },
  },
  text('DefaultIcon', 'defaultIcon', 'an icon URL', '/icons/unknown.gif'),
  text('HeaderName', 'headerName', 'a filename', 'HEADER.html'),
  text('ReadmeName', 'readmeName', 'a filename', 'README.html'),
  text('IndexStyleSheet', 'styleSheet', 'URL to style sheet', '/css/index.css'),
  text(
    'IndexHeadInsert',
    'headInsert',
    'String to insert in HTML HEAD section',
    '"<meta name=robots content=noindex>"',
  ),
];
