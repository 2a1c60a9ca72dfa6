// Which variant is the best one: Apache's own algorithm, or the one of RFC 2296 where the client asks for it.

import type { Accepted } from './accept.ts';
import {
  type Acceptance,
  setCharsetQuality,
  setEncodingQuality,
  setLanguageQuality,
  setTypeQuality,
} from './quality.ts';
import { isHtml, isIdentity, type Variant } from './variant.ts';

/** How the choice is made. */
export interface Choosing {
  readonly acceptance: Acceptance;
  /** The client leaves the choice to the server. */
  readonly mayChoose: boolean;
  /** RFC 2296's Remote Variant Selection Algorithm 1.0. */
  readonly byRvsa: boolean;
  /** `prefer-language` of the environment. */
  readonly preferredLanguage: string | undefined;
  /** `no-gzip`, `gzip-only-text/html`: encoded variants that do not count. */
  readonly discards: 'none' | 'encoded' | 'encoded but html';
  /** Bytes of a variant; negative where they are not known. */
  lengthOf(variant: Variant): number;
}

export interface Choice {
  readonly best: Variant | undefined;
  /** There is a choice to be answered with; else the client gets the list. */
  readonly isChosen: boolean;
}

/** The best of the variants. Sets their qualities, which the answer's fields are made of. */
export function chooseVariant(variants: readonly Variant[], choosing: Choosing): Choice {
  const preferred = choosing.preferredLanguage;
  if (preferred !== undefined) {
    const choice = chooseFrom(variants, choosing, preferred);
    if (choice.best !== undefined && choice.isChosen) return choice;
  }
  return chooseFrom(variants, choosing, undefined);
}

function chooseFrom(variants: readonly Variant[], choosing: Choosing, language: string | undefined): Choice {
  let best: Variant | undefined;
  let bestQuality = 0;
  for (const variant of variants) {
    if (isDiscarded(variant, choosing)) continue;
    if (language !== undefined && !variant.languages.includes(language)) continue;
    setQualities(variant, choosing.acceptance, language !== undefined);
    if (!choosing.mayChoose) continue;
    const quality = choosing.byRvsa ? rvsaQuality(variant) : plainQuality(variant);
    const isBetter = choosing.byRvsa ? isBetterByRvsa : isBetterByApache;
    if (quality <= 0 || !isBetter({ variant, quality }, { variant: best, quality: bestQuality }, choosing))
      continue;
    best = variant;
    bestQuality = quality;
  }
  const isChosen = choosing.byRvsa ? best?.definite === true : bestQuality > 0;
  return { best, isChosen };
}

function isDiscarded({ encoding, type }: Variant, { discards }: Choosing): boolean {
  if (discards === 'none' || isIdentity(encoding) || encoding === 'identity') return false;
  return discards === 'encoded' || !type.startsWith('text/html');
}

function setQualities(variant: Variant, acceptance: Acceptance, isPreferred: boolean): void {
  setTypeQuality(variant, acceptance);
  if (isPreferred) {
    variant.languageQuality = 1;
    variant.definite = true;
  } else setLanguageQuality(variant, acceptance);
  setEncodingQuality(variant, acceptance);
  setCharsetQuality(variant, acceptance);
}

interface Candidate {
  readonly variant: Variant;
  readonly quality: number;
}

interface Incumbent {
  readonly variant: Variant | undefined;
  readonly quality: number;
}

function rvsaQuality(variant: Variant): number {
  if (variant.encodingQuality === 0) return 0;
  const typed = Math.fround(variant.typeQuality * variant.sourceQuality);
  const charset = Math.fround(typed * variant.charsetQuality);
  return Math.fround(charset * variant.languageQuality);
}

function isBetterByRvsa({ variant, quality }: Candidate, best: Incumbent): boolean {
  if (quality !== best.quality || best.variant === undefined) return quality > best.quality;
  return variant.encodingQuality > best.variant.encodingQuality;
}

/** 0 where the variant is not acceptable in some dimension. */
function plainQuality(variant: Variant): number {
  const { encodingQuality, languageQuality, charsetQuality } = variant;
  if (encodingQuality === 0 || languageQuality === 0 || charsetQuality === 0) return 0;
  return Math.fround(variant.typeQuality * variant.sourceQuality);
}

/** Type first; among equals language, LanguagePriority, level, charset, encoding, length. */
function isBetterByApache(candidate: Candidate, incumbent: Incumbent, { lengthOf }: Choosing): boolean {
  const best = incumbent.variant;
  if (candidate.quality !== incumbent.quality || best === undefined)
    return candidate.quality > incumbent.quality;
  const { variant } = candidate;
  const difference =
    variant.languageQuality - best.languageQuality ||
    compareLanguageIndex(variant, best) ||
    compareLevel(variant, best) ||
    compareCharset(variant, best) ||
    variant.encodingQuality - best.encodingQuality;
  return difference === 0 ? lengthOf(variant) < lengthOf(best) : difference > 0;
}

/** Who stands in LanguagePriority comes before who does not. */
function compareLanguageIndex(variant: Variant, best: Variant): number {
  const [a, b] = [variant.languageIndex, best.languageIndex];
  if (a === b) return 0;
  if (a === -1) return -1;
  return b === -1 || a < b ? 1 : -1;
}

/** The highest level that the client has named; where it has named none, the lowest that there is. */
function compareLevel(variant: Variant, best: Variant): number {
  const isComparable = isHtml(variant.type) ? isHtml(best.type) : variant.type === best.type;
  if (!isComparable) return 0;
  return variant.levelMatched - best.levelMatched || best.level - variant.level;
}

/** Of equals the one comes first whose charset is said and not the one of old. */
function compareCharset(variant: Variant, best: Variant): number {
  if (variant.charsetQuality !== best.charsetQuality) return variant.charsetQuality - best.charsetQuality;
  return isPlainCharset(best.charset) && !isPlainCharset(variant.charset) ? 1 : 0;
}

function isPlainCharset(charset: string): boolean {
  return charset === '' || charset === 'iso-8859-1';
}

/** What every client accepts: anything where it does not say, and scripts, most of all where something is asked of them. */
export function withDefaults(
  accepted: readonly Accepted[] | undefined,
  scripts: 'never' | 'preferred' | 'last',
): readonly Accepted[] {
  const quality = { never: 0, preferred: 2, last: Math.fround(0.001) }[scripts];
  return [
    ...(accepted ?? [{ name: '*/*', quality: 1, level: 0, charset: '' }]),
    { name: CGI_TYPE, quality, level: 0, charset: '' },
  ];
}

/** The type of files that have a handler and no type. */
export const CGI_TYPE = 'application/x-httpd-cgi';
