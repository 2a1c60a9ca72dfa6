// mod_mime: content type, charset, encoding, language and handler by file name. ForceType and SetHandler are core's.

import type { Exchange } from '../../request/exchange.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { DIRECTORY_TYPE } from '../dir.ts';
import { type MimeDir, type MimeServer, mimeDirectives } from './directives.ts';
import { mergeExtensions, type NameFacts, readName } from './extensions.ts';
import { knownTypes } from './types-file.ts';

function typeChecker(x: Exchange): Verdict {
  if (x.filename === undefined || x.proxied) return DECLINED;
  if (x.file?.kind === 'directory') {
    x.contentType = DIRECTORY_TYPE;
    return OK;
  }
  const dir = mime.dir(x);
  const types = mime.serverOf(x.site.main).types ?? knownTypes;
  take(x, readName(x.filename, dir?.extensions, types), dir?.defaultLanguage);
  return x.contentType === undefined ? DECLINED : OK;
}

function take(x: Exchange, facts: NameFacts, defaultLanguage: string | undefined): void {
  const { type, charset, encoding, languages, handler } = facts;
  if (type !== undefined) x.contentType = charset === undefined ? type : `${type}; charset=${charset}`;
  if (handler !== undefined) x.handler = handler;
  if (encoding !== undefined) x.headersOut.set('Content-Encoding', encoding);
  const language = languages.length > 0 ? languages.join(',') : defaultLanguage;
  if (language !== undefined) x.headersOut.set('Content-Language', language);
}

export const mime: Module<MimeServer, MimeDir> = defineModule<MimeServer, MimeDir>({
  name: 'mime',
  directives: mimeDirectives,
  serverConfig: { create: () => ({}), merge: (base, add) => ({ ...base, ...add }) },
  dirConfig: {
    create: () => ({ extensions: new Map() }),
    merge: (base, add) => ({
      ...base,
      ...add,
      extensions: new Map(mergeExtensions(base.extensions, add.extensions)),
    }),
  },
  hooks: { typeChecker },
});
