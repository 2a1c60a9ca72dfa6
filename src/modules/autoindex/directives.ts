// The directives of mod_autoindex.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';
import { compileGlob } from '../../kit/glob.ts';
import { everywhere } from '../contexts.ts';
import type { EntryRule, IndexDir, SortKey } from './config.ts';

type IndexDirective = Directive<undefined, IndexDir>;

const PLAIN_WORDS: readonly string[] = [
  'none',
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
  'useolddateformat',
  'versionsort',
  'xhtml',
];

const VALUE_WORDS: readonly string[] = [
  'charset',
  'type',
  'descriptionwidth',
  'namewidth',
  'iconheight',
  'iconwidth',
];

/** Icons of this size are what Apache ships. */
const DEFAULT_VALUES: Readonly<Record<string, string>> = { iconheight: '22', iconwidth: '20' };

interface OptionWord {
  readonly sign: string;
  readonly name: string;
  readonly value: string;
}

function readOption(word: string): OptionWord | string {
  const sign = /^[+-]/.exec(word)?.[0] ?? '';
  const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(word.slice(sign.length))!;
  const lower = lowerAscii(name);
  if (lower === 'namewidth' && value !== undefined && value !== '*' && Number.parseInt(value, 10) <= 5)
    return 'NameWidth value must be greater than 5';
  if (value === undefined ? PLAIN_WORDS.includes(lower) : VALUE_WORDS.includes(lower))
    return { sign, name: lower, value: value ?? '' };
  const usual = DEFAULT_VALUES[lower];
  if (usual !== undefined) return { sign, name: lower, value: usual };
  // `-NameWidth` takes a width back.
  if (sign === '-' && VALUE_WORDS.includes(lower)) return { sign, name: lower, value: '' };
  return 'Invalid directory indexing option';
}

function setOptions(dir: IndexDir, words: readonly (string | undefined)[]): DirectiveError | undefined {
  const added = new Map(dir.addOptions);
  const removed = new Set(dir.removeOptions);
  for (const word of words) {
    const option = readOption(word ?? '');
    if (typeof option === 'string') return option;
    if (option.sign === '') {
      dir.options = new Map(
        option.name === 'none' ? [] : [...(dir.options ?? []), [option.name, option.value]],
      );
    } else if (option.sign === '+') {
      added.set(option.name, option.value);
      removed.delete(option.name);
    } else {
      added.delete(option.name);
      removed.add(option.name);
    }
  }
  dir.addOptions = added;
  dir.removeOptions = removed;
  return undefined;
}

/** A name, a suffix such as `.gz`, or a pattern. */
function compileName(pattern: string): (name: string) => boolean {
  const glob = compileGlob(/[*?[]/.test(pattern) ? pattern : `*${pattern}`);
  return (name) => glob(name);
}

function compileTyped(pattern: string): (text: string) => boolean {
  const glob = compileGlob(pattern);
  return (text) => glob(text);
}

/** `(ALT,url)` or a URL alone. */
function readIcon(text: string): { value: string; alt?: string } | string {
  if (!text.startsWith('(')) return { value: text };
  const parts = /^\(([^,]*),(.*)\)$/s.exec(text);
  return parts ? { value: parts[2]!, alt: parts[1]! } : 'missing closing paren';
}

type RuleList = 'icons' | 'alts' | 'descriptions';

function addRule(
  cmd: Command<undefined, IndexDir>,
  list: RuleList,
  by: EntryRule['by'],
  text: string,
  pattern: string,
): DirectiveError | undefined {
  const icon = list === 'icons' ? readIcon(text) : { value: text };
  if (typeof icon === 'string') return icon;
  const matches = by === 'name' ? compileName(pattern) : compileTyped(pattern);
  const dir: { icons: readonly EntryRule[]; alts: readonly EntryRule[]; descriptions: readonly EntryRule[] } =
    cmd.dir;
  dir[list] = [...dir[list], { by, pattern, matches, ...icon }];
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
    set: (cmd, text = '', pattern = '') => addRule(cmd, list, by, text, pattern),
  };
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
      dir.ignored = [...dir.ignored, compileTyped(pattern)];
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
  rules(
    'AddDescription',
    'descriptions',
    'name',
    'Descriptive text followed by one or more filenames',
    '"The planet Mars" mars.gif',
  ),
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
