// The encodings and decodings of `echo` and `set`: url, urlencoded, entity, base64.

import { lowerAscii } from '../../kit/ascii.ts';
import { decodeBase64 } from '../../kit/expr/transform.ts';

export type Coding = (text: string) => string;

/** Bytes that URL paths may hold as they are. */
const PATH_BYTES = /[^A-Za-z0-9$\-_.+!*'(),:;@&=/~]/g;
/** Bytes that a form's fields hold as they are. */
const FORM_BYTES = /[^A-Za-z0-9\-_.* ]/g;

function percent(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** Apache: text with a broken escape or with one for `/` or NUL is decoded all the same where it can be. */
function decodePercent(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"]/g, (char) => MARKUP[char]!);
}

const MARKUP: { readonly [char: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const ENTITIES: ReadonlyMap<string, number> = new Map([
  ['lt', 0x3c],
  ['gt', 0x3e],
  ['amp', 0x26],
  ['quot', 0x22],
  ...`Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde
    Ograve Oacute Ocirc Otilde Ouml - Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml
    aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml -
    oslash ugrave uacute ucirc uuml yacute thorn yuml`
    .split(/\s+/)
    .map((name, at) => [name, 0xc0 + at] as const),
]);

/** Characters that no document may name by number: they are left out. */
function isUnusedCharacter(code: number): boolean {
  return code <= 8 || (code >= 11 && code <= 31) || (code >= 127 && code <= 160) || code >= 256;
}

/** Entities of Latin 1 and numbers in decimal; what is unknown stays. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#?)([^;]*);/g, (whole, hash: string, name: string) => {
    if (hash === '') {
      const code = ENTITIES.get(name);
      // The text behind an `&` that begins nothing may have entities of its own.
      return code === undefined ? `&${decodeEntities(whole.slice(1))}` : String.fromCharCode(code);
    }
    const code = /^\d*$/.test(name) ? Number(name) : Number.NaN;
    return Number.isNaN(code) || isUnusedCharacter(code) ? '' : String.fromCharCode(code);
  });
}

export const DECODINGS: ReadonlyMap<string, Coding> = new Map([
  ['none', (text: string) => text],
  ['url', decodePercent],
  ['urlencoded', (text: string) => decodePercent(text.replaceAll('+', ' '))],
  ['entity', decodeEntities],
  ['base64', decodeBase64],
]);

export const ENCODINGS: ReadonlyMap<string, Coding> = new Map([
  ['none', (text: string) => text],
  ['url', (text: string) => text.replace(PATH_BYTES, percent)],
  ['urlencoded', (text: string) => text.replace(FORM_BYTES, percent).replaceAll(' ', '+')],
  ['entity', escapeMarkup],
  ['base64', (text: string) => btoa(text)],
]);

/** A name in a list that no coding has. */
export interface UnknownCoding {
  readonly unknown: string;
}

/** Applies the codings of a list such as `url, entity`, one after the other. */
export function applyCodings(
  text: string,
  list: string,
  codings: ReadonlyMap<string, Coding>,
): string | UnknownCoding {
  let coded = text;
  for (const name of list.split(/[, \t]+/).filter((word) => word !== '')) {
    const coding = codings.get(lowerAscii(name));
    if (coding === undefined) return { unknown: name };
    coded = coding(coded);
  }
  return coded;
}
