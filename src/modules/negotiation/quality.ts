// How well a variant suits what the client accepts, dimension by dimension (RFC 9110 section 12.5, with Apache's
// allowances for clients that say less, or more, than they mean).

import { lowerAscii } from '../../kit/ascii.ts';
import type { Accepted } from './accept.ts';
import { isIdentity, isParsedHtml, type Variant } from './variant.ts';

/** What the client accepts; undefined where it does not say. */
export interface Acceptance {
  readonly types: readonly Accepted[];
  /** One of the types in Accept has a quality below 1. */
  readonly weighsTypes: boolean;
  readonly languages: readonly Accepted[] | undefined;
  readonly encodings: readonly Accepted[] | undefined;
  readonly charsets: readonly Accepted[] | undefined;
  /** No allowances: the client negotiates transparently and means what it says. */
  readonly isStrict: boolean;
  /** LanguagePriority and ForceLanguagePriority. */
  readonly priority: readonly string[] | undefined;
  readonly prefer: boolean;
  readonly fallback: boolean;
  /** For variants without a language. */
  readonly defaultLanguageQuality: number;
}

const SLIGHT = Math.fround(0.0001);
const BY_PREFIX = Math.fround(0.001);
const BY_ANY = Math.fround(0.01);
const BY_ANY_SUBTYPE = Math.fround(0.02);

/** Beside variants with a language one without comes last, unless the client negotiates strictly. */
export function defaultLanguageQuality(variants: readonly Variant[], isStrict: boolean): number {
  return !isStrict && variants.some(({ languages }) => languages.length > 0) ? SLIGHT : 1;
}

/** Does a range of Accept name the variant's type? Notes how narrowly, and at which level. */
function matchesType(range: Accepted, variant: Variant): boolean {
  const { name } = range;
  if (name === '*' || name === '*/*') {
    if (variant.stars < 1) variant.stars = 1;
    return true;
  }
  if (name.length > 2 && name.endsWith('/*') && variant.type.startsWith(name.slice(0, -1))) {
    if (variant.stars < 2) variant.stars = 2;
    return true;
  }
  const isSame = name === variant.type || (name === 'text/html' && isParsedHtml(variant.type));
  if (!isSame || range.level < variant.level) return false;
  variant.levelMatched = variant.level;
  variant.stars = 3;
  return true;
}

export function setTypeQuality(variant: Variant, { types, weighsTypes, isStrict }: Acceptance): void {
  // Who gives no q anywhere does not mean `*/*` to be as good as what is named.
  const mayFiddle = !isStrict && !weighsTypes;
  let quality = 0;
  let definite = true;
  for (const range of types) {
    const before = variant.stars;
    if (!matchesType(range, variant) || variant.stars === before) continue;
    if (mayFiddle && variant.stars === 1) quality = BY_ANY;
    else if (mayFiddle && variant.stars === 2) quality = BY_ANY_SUBTYPE;
    else quality = range.quality;
    definite = variant.stars === 3;
  }
  variant.typeQuality = quality;
  variant.definite = variant.definite && definite;
}

function longestRange(language: string, accepted: readonly Accepted[]): Accepted | undefined {
  let best: Accepted | undefined;
  for (const range of accepted) {
    if (range.name === '*' || range.name.length <= (best?.name.length ?? 0)) continue;
    const follows = language[range.name.length];
    if (language.startsWith(range.name) && (follows === undefined || follows === '-')) best = range;
  }
  return best;
}

/** Does a more special range (`en-us`) have the language's beginning (`en`)? Tried until a range fits better. */
function matchesPrefix(language: string, accepted: readonly Accepted[]): boolean {
  for (const { name } of accepted) {
    if (name === '*') continue;
    const follows = language[name.length];
    if (name !== '' && language.startsWith(name) && (follows === undefined || follows === '-')) return false;
    const dash = name.indexOf('-');
    if (dash >= 0 && language.startsWith(name.slice(0, dash))) return true;
  }
  return false;
}

function setAcceptedLanguage(variant: Variant, accepted: readonly Accepted[], isStrict: boolean): void {
  const star = accepted.find(({ name }) => name === '*');
  let best: Accepted | undefined;
  let otherwise = 0;
  let byStar = false;
  for (const language of variant.languages) {
    const range = longestRange(language, accepted);
    if (!isStrict && matchesPrefix(language, accepted)) otherwise = BY_PREFIX;
    if (best === undefined || (range !== undefined && range.quality > best.quality)) best = range;
    if (range === undefined && star !== undefined) byStar = true;
  }
  if (byStar && (best === undefined || star!.quality > best.quality)) {
    best = star;
    variant.definite = false;
  }
  variant.languageQuality = best?.quality ?? otherwise;
}

/** The first place in LanguagePriority that one of the languages has; -1 for none. */
function placeOf(languages: readonly string[], priority: readonly string[] = []): number {
  return priority.findIndex((prior) => {
    const name = lowerAscii(prior);
    return languages.some((language) => lowerAscii(language).startsWith(name));
  });
}

export function setLanguageQuality(variant: Variant, acceptance: Acceptance): void {
  const { languages, isStrict, prefer, fallback, priority } = acceptance;
  if (variant.languages.length === 0) {
    if (!isStrict) variant.languageQuality = acceptance.defaultLanguageQuality;
    return;
  }
  if (languages === undefined) variant.definite = false;
  else setAcceptedLanguage(variant, languages, isStrict);
  const isAccepted = variant.languageQuality !== 0;
  if (!(prefer && variant.languageIndex < 0) && !(fallback && !isAccepted)) return;
  const place = placeOf(variant.languages, priority);
  if (place < 0) return;
  if (isAccepted) {
    if (prefer) variant.languageIndex = place;
  } else if (fallback) {
    variant.languageIndex = place;
    variant.languageQuality = SLIGHT;
    variant.definite = false;
  }
}

export function setCharsetQuality(variant: Variant, { charsets, isStrict }: Acceptance): void {
  if (charsets === undefined) {
    if (variant.charset !== '') variant.definite = false;
    return;
  }
  let { charset } = variant;
  if (charset === '') {
    const isText = variant.type.startsWith('text/');
    if (!isText || isStrict) return;
    charset = 'iso-8859-1';
  }
  const named = charsets.find(({ name }) => name === charset);
  if (named !== undefined) {
    variant.charsetQuality = named.quality;
    return;
  }
  const star = charsets.findLast(({ name }) => name === '*');
  if (star !== undefined) {
    variant.charsetQuality = star.quality;
    variant.definite = false;
  } else variant.charsetQuality = charset === 'iso-8859-1' ? 1 : 0;
}

function plainCoding(name: string): string {
  return name.startsWith('x-') ? name.slice(2) : name;
}

/** Without Accept-Encoding everything is accepted, what is not encoded before what is. */
export function setEncodingQuality(variant: Variant, { encodings }: Acceptance): void {
  const isPlain = isIdentity(variant.encoding);
  if (encodings === undefined) {
    variant.encodingQuality = isPlain ? 1 : 0.5;
    return;
  }
  const coding = isPlain ? 'identity' : plainCoding(variant.encoding!);
  const named = encodings.find(({ name }) => plainCoding(name) === coding);
  const star = encodings.findLast(({ name }) => name === '*');
  variant.encodingQuality = (named ?? star)?.quality ?? (isPlain ? SLIGHT : 0);
}
