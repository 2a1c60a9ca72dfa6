// AddType, AddHandler and their kin, with what takes them back.

import type { Command } from '../../conf/command.ts';
import type { Directive } from '../../conf/directive.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import { everywhere, mainServer } from '../contexts.ts';
import type { ExtensionInfo, Removal } from './extensions.ts';
import { plainType } from './media-type.ts';
import { parseTypesFile, type TypeLookup } from './types-file.ts';

export interface MimeServer {
  types?: TypeLookup;
}

/** What MultiviewsMatch lets an extension be known by. */
export type MatchWord = 'any' | 'negotiatedonly' | 'filters' | 'handlers';

export interface MimeDir {
  readonly extensions: Map<string, ExtensionInfo>;
  /** Taken back where this section is merged onto another: from that one, and from this one, too. */
  readonly removals: Removal[];
  defaultLanguage?: string;
  multiviewsMatch?: ReadonlySet<MatchWord>;
  usePathInfo?: boolean;
}

type MimeCommand = Command<MimeServer, MimeDir>;
type MimeDirective = Directive<MimeServer, MimeDir>;

function extensionName(extension: string): string {
  return lowerAscii(extension.startsWith('.') ? extension.slice(1) : extension);
}

function infoOf(cmd: MimeCommand, extension: string): ExtensionInfo {
  const name = extensionName(extension);
  const info = cmd.dir.extensions.get(name) ?? {};
  cmd.dir.extensions.set(name, info);
  return info;
}

function add(name: string, kind: keyof ExtensionInfo, help: string, example: string): MimeDirective {
  return {
    name,
    args: 'iterate2',
    contexts: everywhere,
    override: 'FileInfo',
    help: `${help} followed by one or more file extensions`,
    example: `${name} ${example}`,
    set(cmd, value = '', extension = '') {
      // Apache: all of them are put into lower case, handlers too.
      const name = lowerAscii(value);
      infoOf(cmd, extension)[kind] = kind === 'type' ? plainType(name) : name;
      return undefined;
    },
  };
}

function remove(name: string, kind: keyof ExtensionInfo, example: string): MimeDirective {
  return {
    name,
    args: 'iterate',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'one or more file extensions',
    example: `${name} ${example}`,
    set(cmd, extension = '') {
      // Apache: the types file has a say, too, so that a type is replaced by none where others are taken back.
      if (kind === 'type') infoOf(cmd, extension).type = '';
      else cmd.dir.removals.push({ extension: extensionName(extension), kind });
      return undefined;
    },
  };
}

/** Which words cannot stand beside one of MultiviewsMatch, and Apache's sentence for it. */
const MATCH_WORDS: Readonly<
  Record<MatchWord, { readonly against: readonly MatchWord[]; readonly error: string }>
> = {
  any: {
    against: ['negotiatedonly', 'filters', 'handlers'],
    error: 'Any is incompatible with NegotiatedOnly, Filters and Handlers',
  },
  negotiatedonly: {
    against: ['any', 'filters', 'handlers'],
    error: 'NegotiatedOnly is incompatible with Any, Filters and Handlers',
  },
  filters: {
    against: ['any', 'negotiatedonly'],
    error: 'Filters is incompatible with Any and NegotiatedOnly',
  },
  handlers: {
    against: ['any', 'negotiatedonly'],
    error: 'Handlers is incompatible with Any and NegotiatedOnly',
  },
};

function isMatchWord(word: string): word is MatchWord {
  return Object.hasOwn(MATCH_WORDS, word);
}

function setMultiviewsMatch(cmd: MimeCommand, word: string): string | undefined {
  if (cmd.section.kind === 'location') return `${cmd.name} cannot occur within <Location> section`;
  const name = lowerAscii(word);
  if (!isMatchWord(name)) return `Unrecognized option '${word}'`;
  const { against, error } = MATCH_WORDS[name];
  const words = cmd.dir.multiviewsMatch ?? new Set();
  if (against.some((other) => words.has(other))) return error;
  cmd.dir.multiviewsMatch = new Set([...words, name]);
  return undefined;
}

function readTypes(cmd: MimeCommand, path: string): undefined {
  try {
    cmd.config.types = parseTypesFile(cmd.io.read(cmd.resolve(path)));
  } catch (error) {
    cmd.warn(`AH01597: could not open mime types config file ${cmd.resolve(path)}.`, {
      why: `${(error as { code?: string }).code ?? String(error)}; the types that portico knows are used.`,
    });
  }
  return undefined;
}

export const mimeDirectives: readonly MimeDirective[] = [
  add('AddType', 'type', 'a mime type', 'image/webp .webp'),
  add('AddHandler', 'handler', 'a handler name', 'cgi-script .cgi'),
  add('AddCharset', 'charset', 'a charset (e.g., iso-2022-jp),', 'UTF-8 .utf8'),
  add('AddEncoding', 'encoding', 'an encoding (e.g., gzip),', 'x-gzip .gz'),
  add('AddLanguage', 'language', 'a language (e.g., fr),', 'fr .fr'),
  remove('RemoveType', 'type', '.cgi'),
  remove('RemoveHandler', 'handler', '.html'),
  remove('RemoveCharset', 'charset', '.html'),
  remove('RemoveEncoding', 'encoding', '.gz'),
  remove('RemoveLanguage', 'language', '.fr'),
  {
    name: 'DefaultLanguage',
    args: 'take1',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'language to use for documents with no other language file extension',
    example: 'DefaultLanguage en',
    set(cmd, language) {
      if (language !== undefined) cmd.dir.defaultLanguage = language;
      return undefined;
    },
  },
  {
    name: 'TypesConfig',
    args: 'take1',
    contexts: mainServer,
    default: 'conf/mime.types',
    help: 'the MIME types config file',
    example: 'TypesConfig /etc/mime.types',
    set: (cmd, path = '') => readTypes(cmd, path),
  },
  {
    name: 'MultiviewsMatch',
    args: 'iterate',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'NegotiatedOnly (default), Handlers and/or Filters, or Any',
    example: 'MultiviewsMatch Any',
    set: (cmd, word = '') => setMultiviewsMatch(cmd, word),
  },
  {
    name: 'ModMimeUsePathInfo',
    args: 'flag',
    contexts: ['directory'],
    help: "Set to 'yes' to allow mod_mime to use path info for type checking",
    example: 'ModMimeUsePathInfo Off',
    set(cmd, value) {
      cmd.dir.usePathInfo = value === 'on';
      return undefined;
    },
  },
  add('AddInputFilter', 'inputFilters', 'input filter name (or ; delimited names)', 'DEFLATE .gz'),
  add('AddOutputFilter', 'outputFilters', 'output filter name (or ; delimited names)', 'INCLUDES .shtml'),
  remove('RemoveInputFilter', 'inputFilters', '.gz'),
  remove('RemoveOutputFilter', 'outputFilters', '.shtml'),
];
