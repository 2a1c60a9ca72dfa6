// Elements that show or set texts: echo, set, config, printenv.

import { escapeHtml } from '../../request/error-page.ts';
import { applyCodings, type Coding, DECODINGS, decodeEntities, ENCODINGS } from './codings.ts';
import type { Document } from './document.ts';
import type { Element, ElementArgument } from './parser.ts';

/** Arguments up to the first without a value: what is behind it does not count. */
export function withValues({ args }: Element): readonly (ElementArgument & { readonly value: string })[] {
  const end = args.findIndex((argument) => argument.value === undefined);
  return (end < 0 ? args : args.slice(0, end)) as readonly (ElementArgument & { value: string })[];
}

/** What is to be done to a text, and the numbers of Apache's complaints. */
interface Codings {
  readonly decoding: string;
  readonly encoding: string;
}

/** Undefined, and the error is seen, where a coding is unknown. */
async function recode(
  doc: Document,
  text: string,
  { decoding, encoding }: Codings,
  tag: { readonly name: string; readonly decodingCode: string; readonly encodingCode: string },
): Promise<string | undefined> {
  const complain = (code: string, what: string, value: string): Promise<void> =>
    doc.fail(`${code}: unknown value "${value}" to parameter "${what}" of tag ${tag.name} in %FILE%`);
  const apply = (list: string, codings: ReadonlyMap<string, Coding>, to: string) =>
    applyCodings(to, list, codings);
  const decoded = apply(decoding, DECODINGS, text);
  if (typeof decoded !== 'string') {
    await complain(tag.decodingCode, 'decoding', decoded.unknown);
    return undefined;
  }
  const encoded = apply(encoding, ENCODINGS, decoded);
  if (typeof encoded === 'string') return encoded;
  await complain(tag.encodingCode, 'encoding', encoded.unknown);
  return undefined;
}

const ECHO = { name: 'echo', decodingCode: 'AH01344', encodingCode: 'AH01345' };
const SET = { name: 'set', decodingCode: 'AH01364', encodingCode: 'AH01365' };

export async function runEcho(doc: Document, element: Element): Promise<void> {
  if (!(await doc.hasArguments(element))) return;
  let codings: Codings = { decoding: 'none', encoding: 'entity' };
  for (const { name, value } of withValues(element)) {
    const decoded = decodeEntities(value);
    if (name === 'decoding') codings = { ...codings, decoding: decoded };
    else if (name === 'encoding') codings = { ...codings, encoding: decoded };
    else if (name === 'var') {
      const found = doc.variables.get(doc.expand(decoded));
      const text = found === undefined ? doc.undefinedText : await recode(doc, found, codings, ECHO);
      if (text === undefined) return;
      await doc.output.write(text);
    } else {
      await doc.fail(`AH01346: unknown parameter "${name}" in tag echo of %FILE%`);
      return;
    }
  }
}

export async function runSet(doc: Document, element: Element): Promise<void> {
  if (!(await doc.hasArguments(element, 2))) return;
  let codings: Codings = { decoding: 'none', encoding: 'none' };
  let variable: string | undefined;
  for (const { name, value } of withValues(element)) {
    if (name === 'var') variable = doc.expand(decodeEntities(value));
    else if (name === 'decoding') codings = { ...codings, decoding: value };
    else if (name === 'encoding') codings = { ...codings, encoding: value };
    else if (name !== 'value') return doc.fail('AH01366: Invalid tag for set directive in %FILE%');
    else if (variable === undefined)
      return doc.fail('AH01363: variable must precede value in set directive in %FILE%');
    else {
      const text = await recode(doc, doc.expand(value), codings, SET);
      if (text === undefined) return;
      doc.variables.set(variable, text);
    }
  }
}

export async function runConfig(doc: Document, element: Element): Promise<void> {
  if (!(await doc.hasArguments(element))) return;
  for (const { name, value } of withValues(element)) {
    const text = doc.expand(value);
    if (name === 'errmsg') doc.errorText = text;
    else if (name === 'echomsg') doc.undefinedText = text;
    else if (name === 'timefmt') doc.variables.setTimeFormat(text);
    else if (name === 'sizefmt' && (text === 'bytes' || text === 'abbrev'))
      doc.hasSizesInBytes = text === 'bytes';
    else if (name === 'sizefmt')
      return doc.fail(`AH01348: unknown value "${text}" to parameter "sizefmt" of tag config in %FILE%`);
    else return doc.fail(`AH01349: unknown parameter "${name}" to tag config in %FILE%`);
  }
}

export async function runPrintenv(doc: Document, { args }: Element): Promise<void> {
  if (args.length > 0)
    doc.log(doc.isShown ? 'error' : 'warn', 'AH01367: printenv directive does not take tags in %FILE%');
  if (!doc.isShown) return;
  if (args.length > 0) return doc.output.write(doc.errorText);
  let text = '';
  for (const [name, value] of doc.variables.all()) text += `${escapeHtml(name)}=${escapeHtml(value)}\n`;
  await doc.output.write(text);
}
