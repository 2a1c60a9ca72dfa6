// mod_negotiation: one name for several files, or for the entries of a type map; the client gets the one that suits it
// best, by type, language, charset and encoding (RFC 9110 section 12, RFC 2295).
// Owns when negotiation takes place and what becomes of its outcome; choose.ts chooses, answer.ts says so.

import type { FileFacts } from '../../conf/io.ts';
import { METHODS_OF_A_FILE } from '../../request/allow.ts';
import { fastRedirect, internalRedirect } from '../../request/answer.ts';
import { meetsConditions } from '../../request/conditions.ts';
import { OPT, optionsOf } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { etagOfFile } from '../../request/file-etag.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { escapeUrl } from '../../rules/escape.ts';
import { fileEtag } from '../../wire/etag.ts';
import { formatHttpDate } from '../../wire/http-date.ts';
import { readAccepted } from './accept.ts';
import { drawVariants, escapeSegment, setChoiceFields, VARIANT_LIST } from './answer.ts';
import { type Choosing, chooseVariant, withDefaults } from './choose.ts';
import { type NegotiationDir, type NegotiationServer, negotiationDirectives } from './directives.ts';
import { findVariants } from './multiviews.ts';
import { type Negotiate, readNegotiate } from './negotiate-field.ts';
import { type Acceptance, defaultLanguageQuality } from './quality.ts';
import { readTypeMap } from './type-map.ts';
import type { Variant } from './variant.ts';

/** Note of an exchange whose answer an old cache would give to everybody. */
const NOT_FOR_OLD_CACHES = 'negotiated';

const HTTP_1_1 = 1001;

function envOf(x: Exchange, name: string): string | undefined {
  return x.hasEnv() ? x.env.get(name) : undefined;
}

/** Bytes of a variant, looked up once; -1 where it is not there. */
function lengthIn(x: Exchange): (variant: Variant) => number {
  return (variant) => {
    if (variant.bytes >= 0) return variant.bytes;
    variant.bytes = variant.sub?.file?.size ?? sizeOf(x, folderOf(x) + variant.fileName);
    return variant.bytes;
  };
}

function sizeOf(x: Exchange, path: string): number {
  try {
    return x.site.io.stat(path)?.size ?? -1;
  } catch {
    return -1;
  }
}

/** The folder of the exchange's file, with its slash. */
function folderOf({ filename = '/' }: Exchange): string {
  return filename.slice(0, filename.lastIndexOf('/') + 1);
}

/** Caches may choose, too, where all variants are neighbours with URLs of their own. */
function isTransparent(x: Exchange, variants: readonly Variant[]): boolean {
  if (x.method !== 'GET' && x.method !== 'HEAD') return false;
  if (x.pathInfo !== '') return false;
  return variants.every(({ fileName, body }) => !fileName.includes('/') && body === undefined);
}

function choosingOf(
  x: Exchange,
  variants: readonly Variant[],
  negotiate: Negotiate,
  prefersScripts: boolean,
): Choosing {
  const { priority, force } = negotiation.dir(x) ?? {};
  const types = readAccepted(x.headers.get('accept'));
  const { isStrict, byRvsa } = negotiate;
  const acceptance: Acceptance = {
    types: withDefaults(types, byRvsa ? 'never' : prefersScripts ? 'preferred' : 'last'),
    weighsTypes: types?.some(({ quality }) => quality < 1) ?? false,
    languages: readAccepted(x.headers.get('accept-language')),
    encodings: readAccepted(x.headers.get('accept-encoding')),
    charsets: readAccepted(x.headers.get('accept-charset')),
    isStrict,
    priority,
    prefer: force === undefined || force.has('prefer'),
    fallback: force?.has('fallback') ?? false,
    defaultLanguageQuality: defaultLanguageQuality(variants, isStrict),
  };
  return {
    acceptance,
    mayChoose: negotiate.mayChoose,
    byRvsa,
    preferredLanguage: envOf(x, 'prefer-language'),
    discards: discardsOf(x),
    lengthOf: lengthIn(x),
  };
}

function discardsOf(x: Exchange): Choosing['discards'] {
  if (envOf(x, 'no-gzip') !== undefined) return 'encoded';
  return envOf(x, 'gzip-only-text/html') === '1' ? 'encoded but html' : 'none';
}

/** The variant that answers, or the status that does. */
type Outcome = { readonly best: Variant } | { readonly status: number };

async function negotiate(
  x: Exchange,
  variants: readonly Variant[],
  prefersScripts: boolean,
): Promise<Outcome> {
  const transparent = isTransparent(x, variants);
  const headers = x.headers;
  const asked = readNegotiate(transparent ? headers.get('negotiate') : undefined, headers.get('user-agent'));
  const choosing = choosingOf(x, variants, asked, prefersScripts);
  const { best, isChosen } = chooseVariant(variants, choosing);
  const fields = { variants, isTransparent: transparent, isChosen, lengthOf: choosing.lengthOf };
  if (!isChosen || best === undefined) {
    setChoiceFields(x, { ...fields, sendsAlternates: true });
    (x.main ?? x).notes.set(VARIANT_LIST, drawVariants(variants));
    if (transparent && asked.isSupported) return { status: 300 };
    logEvent(x, 'negotiation', 'error', `AH00690: no acceptable variant: ${x.filename}`);
    return { status: 406 };
  }
  if (transparent) {
    const status = await lookUpChosen(x, best);
    if (status !== OK) return { status };
  }
  setChoiceFields(x, { ...fields, sendsAlternates: asked.isSupported });
  return { best };
}

/** The chosen variant, which must not be negotiated itself. OK or the status that says why it cannot be had. */
async function lookUpChosen(x: Exchange, best: Variant): Promise<Verdict> {
  best.sub ??= await x.site.lookupFile(x, best.fileName);
  const { sub } = best;
  const isNegotiated = sub.errHeadersOut.has('tcn');
  if (sub.status !== 200 && !isNegotiated) return sub.status;
  if (isNegotiated || sub.handler === 'type-map') return 506;
  const vary = sub.errHeadersOut.get('vary');
  if (vary !== undefined) {
    x.errHeadersOut.set('Variant-Vary', vary);
    x.errHeadersOut.set('Vary', vary);
    sub.errHeadersOut.delete('vary');
  }
  x.errHeadersOut.set('Content-Location', escapeSegment(best.fileName));
  return OK;
}

/** MultiViews: nothing has the request's name, but files are there that have it with extensions. */
function typeChecker(x: Exchange): Verdict | Promise<Verdict> {
  if (x.file !== undefined || x.proxied || (optionsOf(x.dirConfig) & OPT.multiViews) === 0) return DECLINED;
  return x.filename?.startsWith('/') === true ? chooseFile(x) : DECLINED;
}

async function chooseFile(x: Exchange): Promise<Verdict> {
  const found = await findVariants(x, folderOf(x));
  if (typeof found === 'number') return found;
  const variants = found.map === undefined ? found.variants : readMap(x, found.map);
  if (typeof variants === 'number') return variants;
  if (found.map === undefined) x.listTag = folderTag(x);
  if (variants.length === 0) return DECLINED;
  const isGet = x.method === 'GET' || x.method === 'HEAD';
  const prefersScripts = !isGet || x.args !== undefined || x.pathInfo !== '';
  const outcome = await negotiate(x, variants, prefersScripts);
  if ('status' in outcome) return outcome.status;
  const { best } = outcome;
  const sub = best.sub ?? (await x.site.lookupFile(x, best.fileName));
  if (sub.status !== 200) return sub.status;
  fastRedirect(x, sub);
  return OK;
}

/** Tag of a list that a folder is: when the folder has changed. */
function folderTag(x: Exchange): string | undefined {
  if (x.owner === undefined) return undefined;
  const { size, mtime } = x.owner;
  const parts = { inode: false, size: false, mtime: true };
  return fileEtag({ size, mtimeMicros: mtime }, x.startedAt * 1000, parts);
}

/** A map that is longer is no map. */
const LONGEST_MAP = 4 * 1024 * 1024;

/** The variants of a map file, or the status that says that it cannot be used. Notes the tag of the list. */
function readMap(x: Exchange, map: Exchange): Variant[] | number {
  const path = map.filename!;
  let text: string;
  try {
    if ((map.file?.size ?? 0) > LONGEST_MAP) throw Object.assign(new Error('too long'), { code: 'EFBIG' });
    text = x.site.io.read(path);
  } catch (error) {
    const { code } = error as { code?: string };
    logEvent(x, 'negotiation', 'error', `AH00683: cannot access type map file: ${path} (${code})`);
    return code === 'ENOENT' || code === 'ENOTDIR' ? 404 : 403;
  }
  const { variants, problem } = readTypeMap(text, path);
  if (problem !== undefined) {
    logEvent(x, 'negotiation', 'error', problem.text);
    if (problem.isFatal) return 500;
  }
  const { file } = map;
  if (file !== undefined) x.listTag = etagOfFile(file, map.dirConfig, x.startedAt);
  return variants;
}

/** By its name, or by the type that stands for it. */
function isMap(handler: string | undefined): boolean {
  return handler === 'type-map' || handler === 'application/x-type-map';
}

async function answerByMap(x: Exchange): Promise<Verdict> {
  const variants = readMap(x, x);
  if (typeof variants === 'number') return variants;
  const outcome = await negotiate(x, variants, false);
  if ('status' in outcome) return outcome.status;
  if (!negotiation.server(x).cacheDocuments && x.protocol < HTTP_1_1) x.notes.set(NOT_FOR_OLD_CACHES, '1');
  const { best } = outcome;
  return best.body === undefined ? redirectTo(x, best.fileName) : sendBody(x, best, best.body);
}

/** The entry's URL, with what the request has behind the map's. */
function redirectTo(x: Exchange, fileName: string): Verdict | Promise<Verdict> {
  const { uri, pathInfo, args } = x;
  const own = pathInfo !== '' && uri.endsWith(pathInfo) ? uri.slice(0, -pathInfo.length) : uri;
  const folder = escapeUrl(own.slice(0, own.lastIndexOf('/') + 1));
  const query = args === undefined ? '' : `?${args}`;
  return internalRedirect(x, folder + fileName + escapeUrl(pathInfo) + query);
}

function sendBody(x: Exchange, best: Variant, body: string): Verdict {
  if (x.method !== 'GET' && x.method !== 'HEAD' && x.method !== 'POST') {
    x.allowed = METHODS_OF_A_FILE;
    return 405;
  }
  x.headersOut.set('Accept-Ranges', 'bytes');
  if (best.type !== '')
    x.contentType = best.charset === '' ? best.type : `${best.type}; charset=${best.charset}`;
  if (best.languages.length > 0) x.headersOut.set('Content-Language', best.languages.join(', '));
  if (best.encoding !== undefined && best.encoding !== '')
    x.headersOut.set('Content-Encoding', best.encoding);
  const verdict = meetsConditionsOf(x, x.file);
  if (verdict !== 'proceed') return verdict;
  x.responseBody = body;
  x.contentLength = body.length;
  return OK;
}

/** The map's time counts for what stands in it, though the answer does not tell it. */
function meetsConditionsOf(x: Exchange, map: FileFacts | undefined): 'proceed' | 304 | 412 {
  if (map === undefined) return 'proceed';
  x.headersOut.set('Last-Modified', formatHttpDate(Math.min(map.mtime / 1000, x.startedAt)));
  const verdict = meetsConditions(x);
  x.headersOut.delete('last-modified');
  return verdict;
}

/** Content-Encoding in the client's spelling: `x-gzip` to those who say so, else `gzip`. */
function spellEncoding(x: Exchange): Verdict {
  if (x.headersOut.flat.length === 0) return DECLINED;
  const encoding = x.headersOut.get('content-encoding');
  if (encoding === undefined || encoding === '') return DECLINED;
  const accepted = readAccepted(x.headers.get('accept-encoding'));
  if (accepted === undefined) return DECLINED;
  const plain = encoding.startsWith('x-') ? encoding.slice(2) : encoding;
  const named =
    accepted.find(({ name }) => name === plain) ?? accepted.findLast(({ name }) => name === `x-${plain}`);
  if (named === undefined) return DECLINED;
  x.headersOut.set('Content-Encoding', named.name);
  return OK;
}

/** Caches of HTTP/1.0 do not know Vary. */
function forbidOldCaches(x: Exchange): Verdict {
  if (x.protocol >= HTTP_1_1 || x.headersOut.has('expires')) return DECLINED;
  for (let at: Exchange | undefined = x; at !== undefined; at = at.prev) {
    if (at.note(NOT_FOR_OLD_CACHES) === undefined) continue;
    x.headersOut.set('Expires', formatHttpDate(x.startedAt));
    break;
  }
  return DECLINED;
}

export const negotiation: Module<NegotiationServer, NegotiationDir> = defineModule<
  NegotiationServer,
  NegotiationDir
>({
  name: 'negotiation',
  directives: negotiationDirectives,
  serverConfig: {
    create: () => ({ cacheDocuments: false }),
    // Apache: what the main server allows no virtual host takes back.
    merge: (base, add) => ({ cacheDocuments: base.cacheDocuments || add.cacheDocuments }),
  },
  dirConfig: { create: () => ({}), merge: (base, add) => ({ ...base, ...add }) },
  hooks: {
    typeChecker: { first: typeChecker },
    fixups: spellEncoding,
    handler: (x) => (isMap(x.handler) ? answerByMap(x) : DECLINED),
    insertFilter: { last: forbidOldCaches },
  },
});
