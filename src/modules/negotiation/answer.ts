// What an answer says of the choice: Vary, TCN, Alternates (RFC 2295 section 8), and the list that a person can read.

import { escapeHtml } from '../../request/error-page.ts';
import type { Exchange } from '../../request/exchange.ts';
import { escapeUrl } from '../../rules/escape.ts';
import type { Variant } from './variant.ts';

/** A name as one segment of a path. */
export function escapeSegment(name: string): string {
  return escapeUrl(name).replace(/[/;]/g, (char) => (char === '/' ? '%2f' : '%3b'));
}

export interface ChoiceFields {
  readonly variants: readonly Variant[];
  readonly isTransparent: boolean;
  readonly sendsAlternates: boolean;
  readonly isChosen: boolean;
  lengthOf(variant: Variant): number;
}

/** Sets the fields; they outlive an error. */
export function setChoiceFields(x: Exchange, fields: ChoiceFields): void {
  const { variants, isTransparent, sendsAlternates, isChosen } = fields;
  const out = x.errHeadersOut;
  if (sendsAlternates && variants.length > 0)
    out.merge('Alternates', variants.map((variant) => alternate(variant, fields)).join(', '));
  const vary = varyOf(variants, isTransparent);
  if (vary.length > 0) out.merge('Vary', vary.join(', '));
  if (isTransparent) out.set('TCN', isChosen ? 'choice' : 'list');
}

/** The fields by which the variants differ. */
function varyOf(variants: readonly Variant[], isTransparent: boolean): string[] {
  const differ = (read: (variant: Variant) => string): boolean =>
    variants.some((variant) => read(variant) !== read(variants[0]!));
  const names: string[] = [];
  if (isTransparent) names.push('negotiate');
  if (differ(({ type }) => type)) names.push('accept');
  if (differ(({ languages }) => languages.join(','))) names.push('accept-language');
  if (differ(({ charset }) => charset)) names.push('accept-charset');
  if (differ(({ encoding }) => encoding ?? '')) names.push('accept-encoding');
  return names;
}

/** `0.5` of 0.500: at most three digits, zeros left out as far as Apache does. */
function writeQuality(quality: number): string {
  const text = quality.toFixed(3).slice(0, 5);
  if (!text.endsWith('0')) return text;
  if (text[3] !== '0') return text.slice(0, 4);
  return text[2] === '0' ? text.slice(0, 1) : text.slice(0, 3);
}

function alternate(variant: Variant, { lengthOf }: ChoiceFields): string {
  const { type, charset, languages, encoding } = variant;
  const length = variant.sub?.handler === undefined ? lengthOf(variant) : -1;
  const parts = [
    attribute('type', type),
    attribute('charset', charset),
    attribute('language', languages.join(',')),
    attribute('encoding', encoding ?? ''),
    length < 0 ? '' : ` {length ${length}}`,
  ];
  return `{"${escapeSegment(variant.fileName)}" ${writeQuality(variant.sourceQuality)}${parts.join('')}}`;
}

function attribute(name: string, value: string): string {
  return value === '' ? '' : ` {${name} ${value}}`;
}

/** Under which the error pages of 300 and 406 find the list. */
export const VARIANT_LIST = 'variant-list';

/** The variants as HTML. A description is the site's own, and HTML. */
export function drawVariants(variants: readonly Variant[]): string {
  const items = variants.map(({ fileName, description, type, languages, charset, encoding }) => {
    const facts = [
      description,
      type === '' ? '' : `, type ${type}`,
      languages.length === 0 ? '' : `, language ${languages.join(',')}`,
      charset === '' ? '' : `, charset ${charset}`,
      encoding === undefined ? '' : `, encoding ${encoding}`,
    ];
    return `<li><a href="${escapeSegment(fileName)}">${escapeHtml(fileName)}</a> ${facts.join('')}</li>\n`;
  });
  return `Available variants:\n<ul>\n${items.join('')}</ul>\n`;
}
