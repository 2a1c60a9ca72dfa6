// Elements that speak of other files: fsize and flastmod. Names of files stay in the document's folder or below it.

import type { FileFacts } from '../../conf/io.ts';
import { formatSize } from '../../kit/size-text.ts';
import { strftime } from '../../kit/strftime.ts';
import { decodeEntities } from './codings.ts';
import type { Document } from './document.ts';
import type { Element } from './parser.ts';
import { withValues } from './texts.ts';

/** A relative path without `.` and `..`; undefined for one that is absolute or leads out. */
export function pathBelow(path: string): string | undefined {
  if (path.startsWith('/') || path.includes('\0')) return undefined;
  const segments: string[] = [];
  const parts = path.split('/');
  for (const part of parts) {
    if (part === '..') {
      if (segments.pop() === undefined) return undefined;
    } else if (part !== '' && part !== '.') segments.push(part);
  }
  const isFolder = parts.length > 1 && (parts.at(-1) === '' || parts.at(-1) === '.');
  return segments.join('/') + (isFolder && segments.length > 0 ? '/' : '');
}

/** Facts of what `file` or `virtual` names; undefined, and logged, where there are none. */
async function findFile(
  doc: Document,
  tag: string,
  { name, value }: { readonly name: string; readonly value: string },
): Promise<FileFacts | undefined> {
  const { x } = doc;
  if (name === 'virtual') {
    const sub = await x.site.lookupUri(x, value);
    if (sub.status === 200 && sub.file !== undefined) return sub.file;
    doc.log('error', `AH01339: unable to get information about "${value}" in parsed file %FILE%`);
    return undefined;
  }
  if (name !== 'file') {
    doc.log('error', `AH01340: unknown parameter "${name}" to tag ${tag} in %FILE%`);
    return undefined;
  }
  const path = pathBelow(value);
  if (path === undefined) {
    doc.log('error', `AH02668: unable to access file "${value}" in parsed file %FILE%`);
    return undefined;
  }
  const sub = await x.site.lookupFile(x, path);
  if (sub.status === 200 && sub.file !== undefined) return sub.file;
  doc.log('error', `AH02670: unable to lookup information about "${value}" in parsed file %FILE%`);
  return undefined;
}

async function showFacts(doc: Document, element: Element, show: (facts: FileFacts) => string): Promise<void> {
  if (!(await doc.hasArguments(element))) return;
  for (const { name, value } of withValues(element)) {
    const facts = await findFile(doc, element.name, { name, value: doc.expand(decodeEntities(value)) });
    if (facts === undefined) return doc.output.write(doc.errorText);
    await doc.output.write(show(facts));
  }
}

export function runFsize(doc: Document, element: Element): Promise<void> {
  return showFacts(doc, element, ({ size }) =>
    doc.hasSizesInBytes ? String(size).replace(/\B(?=(?:\d{3})+$)/g, ',') : formatSize(size),
  );
}

export function runFlastmod(doc: Document, element: Element): Promise<void> {
  return showFacts(doc, element, ({ mtime }) => strftime(doc.variables.timeFormat, mtime / 1000));
}
