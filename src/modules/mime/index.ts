// mod_mime: content type, charset, encoding, language, handler and filters by file name. ForceType and SetHandler are core's.

import type { Exchange } from '../../request/exchange.ts';
import { addInputFilters } from '../../request/input-filters.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { addOutputFilters } from '../../request/output-filters.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { DIRECTORY_TYPE } from '../dir.ts';
import { type MimeDir, type MimeServer, mimeDirectives } from './directives.ts';
import { mergeExtensions, type NameFacts, readName, removeExtensions, unknownParts } from './extensions.ts';
import { withCharset } from './media-type.ts';
import { knownTypes, type TypeLookup } from './types-file.ts';

function typesOf(x: Exchange): TypeLookup {
  return mime.serverOf(x.site.main).types ?? knownTypes;
}

/** What extensions are looked for in: the file's name, with ModMimeUsePathInfo what follows it, too. */
function nameOf(x: Exchange, file: string, dir: MimeDir | undefined): string {
  return dir?.usePathInfo === true ? file + x.pathInfo : file;
}

/** What of a file's name MultiViews has to find in the request; undefined where nothing of it is a known extension. */
export function unknownPartsOf(x: Exchange, file: string): readonly string[] | undefined {
  const dir = mime.dir(x);
  const match = dir?.multiviewsMatch;
  return unknownParts(nameOf(x, file, dir), dir?.extensions, typesOf(x), {
    any: match?.has('any') ?? false,
    handlers: match?.has('handlers') ?? false,
    filters: match?.has('filters') ?? false,
  });
}

function typeChecker(x: Exchange): Verdict {
  if (x.filename === undefined) return DECLINED;
  if (x.proxied) return filterProxied(x, x.filename);
  if (x.file?.kind === 'directory') {
    x.contentType = DIRECTORY_TYPE;
    return OK;
  }
  const dir = mime.dir(x);
  take(x, readName(nameOf(x, x.filename, dir), dir?.extensions, typesOf(x)), dir?.defaultLanguage);
  return x.contentType === undefined ? DECLINED : OK;
}

/** Of a proxied URL the name gives the filters; type, coding and language are the backend's to say. */
function filterProxied(x: Exchange, filename: string): Verdict {
  const extensions = mime.dir(x)?.extensions;
  if (extensions === undefined || extensions.size === 0) return DECLINED;
  addFilters(
    x,
    readName(filename, extensions, () => undefined),
  );
  return DECLINED;
}

function addFilters(x: Exchange, { inputFilters, outputFilters }: NameFacts): void {
  for (const names of inputFilters) addInputFilters(x, names);
  for (const names of outputFilters) addOutputFilters(x, names);
}

function take(x: Exchange, facts: NameFacts, defaultLanguage: string | undefined): void {
  const { type, charset, encoding, languages, handler } = facts;
  if (type !== undefined) x.contentType = charset === undefined ? type : withCharset(type, charset);
  if (handler !== undefined) x.handler = handler;
  if (encoding !== undefined) x.headersOut.set('Content-Encoding', encoding);
  if (facts.outputFilters.length + facts.inputFilters.length > 0) addFilters(x, facts);
  const language = languages.length > 0 ? languages.join(',') : defaultLanguage;
  if (language !== undefined) x.headersOut.set('Content-Language', language);
}

export const mime: Module<MimeServer, MimeDir> = defineModule<MimeServer, MimeDir>({
  name: 'mime',
  directives: mimeDirectives,
  serverConfig: { create: () => ({}), merge: (base, add) => ({ ...base, ...add }) },
  dirConfig: {
    create: () => ({ extensions: new Map(), removals: [] }),
    merge(base, add) {
      const extensions = mergeExtensions(base.extensions, add.extensions);
      removeExtensions(extensions, add.removals);
      return { ...base, ...add, extensions, removals: [] };
    },
  },
  hooks: { typeChecker },
});
