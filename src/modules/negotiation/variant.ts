// One of the forms that a resource has: a file beside others (MultiViews) or an entry of a type map.

import type { Exchange } from '../../request/exchange.ts';
import { type Accepted, PARSED_HTML, PARSED_HTML3, readType } from './accept.ts';

/** What a variant is, and, once it is held against what the client accepts, how well it suits. */
export interface Variant {
  /** Undefined for entries of a type map until one is chosen. */
  sub: Exchange | undefined;
  /** Relative to the request's folder. */
  fileName: string;
  /** Content that stands in the type map itself. */
  body: string | undefined;
  type: string;
  charset: string;
  languages: readonly string[];
  encoding: string | undefined;
  description: string;
  /** -1 while it is not known. */
  bytes: number;
  level: number;
  /** `qs` of the type: how good this form is in itself. */
  sourceQuality: number;

  typeQuality: number;
  languageQuality: number;
  charsetQuality: number;
  encodingQuality: number;
  /** Place in LanguagePriority; -1 for none. */
  languageIndex: number;
  levelMatched: number;
  /** 1 where the client accepts it by `*`, 2 by `type/*`, 3 by its name. */
  stars: number;
  /** What the client said leaves nothing open (RFC 2296 section 3.4). */
  definite: boolean;
}

export function newVariant(): Variant {
  return {
    sub: undefined,
    fileName: '',
    body: undefined,
    type: '',
    charset: '',
    languages: [],
    encoding: undefined,
    description: '',
    bytes: -1,
    level: 0,
    sourceQuality: 0,
    typeQuality: 1,
    languageQuality: 1,
    charsetQuality: 1,
    encodingQuality: 1,
    languageIndex: -1,
    levelMatched: 0,
    stars: 0,
    definite: true,
  };
}

/** Gives a variant its content type. */
export function setType(variant: Variant, text: string): void {
  const { name, quality, level, charset }: Accepted = readType(text);
  variant.type = name;
  variant.sourceQuality = quality;
  variant.level = level;
  variant.charset = charset;
}

export function isParsedHtml(type: string): boolean {
  return type === PARSED_HTML || type === PARSED_HTML3;
}

export function isHtml(type: string): boolean {
  return type === 'text/html' || isParsedHtml(type);
}

/** Encodings that change nothing. */
export function isIdentity(encoding: string | undefined): boolean {
  return !encoding || encoding === '7bit' || encoding === '8bit' || encoding === 'binary';
}
