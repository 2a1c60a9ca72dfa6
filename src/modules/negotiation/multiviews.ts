// MultiViews: the files of a folder that have the request's name and known extensions behind it.

import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { lookupNeighbour } from '../../request/subrequest.ts';
import { unknownPartsOf } from '../mime/index.ts';
import { CGI_TYPE } from './choose.ts';
import { newVariant, setType, type Variant } from './variant.ts';

/** What was found: variants, or a type map that takes their place. */
export interface Found {
  readonly variants: Variant[];
  readonly map: Exchange | undefined;
}

/** The variants of `x.filename` in its folder, or the status that refuses the request. */
export async function findVariants(x: Exchange, folder: string): Promise<Found | number> {
  const name = x.filename!.slice(folder.length);
  const names = namesIn(x, folder, name);
  if (typeof names === 'number') return names;
  const variants: Variant[] = [];
  let isAnyThere = false;
  for (const candidate of names) {
    if (isFolder(x, folder + candidate)) continue;
    isAnyThere = true;
    const sub = await lookUp(x, name, candidate);
    if (sub === undefined) continue;
    if (isMap(sub)) return { variants: [], map: sub };
    variants.push(variantOf(sub, candidate));
  }
  if (isAnyThere && variants.length === 0) {
    logEvent(
      x,
      'negotiation',
      'error',
      `AH00687: Negotiation: discovered file(s) matching request: ${x.filename} (None could be negotiated).`,
    );
    return 404;
  }
  return { variants: variants.sort(compareVariants), map: undefined };
}

function namesIn(x: Exchange, folder: string, name: string): readonly string[] | number {
  try {
    return x.site.io.list(folder).filter((candidate) => candidate.startsWith(`${name}.`));
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    logEvent(x, 'negotiation', 'error', `AH00686: cannot read directory for multi: ${folder} (${code})`);
    return 403;
  }
}

/** Apache: a folder is no candidate; a link to one is, and comes to nothing. */
function isFolder(x: Exchange, path: string): boolean {
  try {
    return x.site.io.stat(path, true)?.kind === 'directory';
  } catch {
    return false;
  }
}

/** A candidate that the client may have, and of which enough is known. */
async function lookUp(x: Exchange, name: string, candidate: string): Promise<Exchange | undefined> {
  const sub = await lookupNeighbour(x, candidate);
  if (sub.file?.kind !== 'file') return undefined;
  // A handler tells what sort of thing the file is, where its type does not.
  if (sub.handler !== undefined && sub.contentType === undefined) sub.contentType = CGI_TYPE;
  // Rules of the folder may have changed where the candidate leads; its name is what was found.
  const unknown = unknownPartsOf(sub, candidate);
  if (unknown === undefined || !areAsked(unknown, name)) return undefined;
  return sub.status === 200 && sub.contentType !== undefined ? sub : undefined;
}

/** Are the parts that are no known extensions parts of the request's name, in the same order? */
function areAsked(unknown: readonly string[], name: string): boolean {
  let at = 0;
  for (const part of name.split('.')) if (at < unknown.length && part === unknown[at]) at += 1;
  return at === unknown.length;
}

function isMap({ contentType, handler }: Exchange): boolean {
  return contentType === 'application/x-type-map' || handler === 'type-map';
}

function variantOf(sub: Exchange, fileName: string): Variant {
  const variant = newVariant();
  variant.sub = sub;
  variant.fileName = fileName;
  const language = sub.headersOut.get('content-language');
  if (language !== undefined) variant.languages = language.split(/ *, */);
  variant.encoding = sub.headersOut.get('content-encoding');
  setType(variant, sub.contentType!);
  return variant;
}

/** The order in which the system lists a folder must not decide. */
function compareVariants(a: Variant, b: Variant): number {
  if (a.sourceQuality !== b.sourceQuality) return b.sourceQuality - a.sourceQuality;
  return a.fileName < b.fileName ? -1 : 1;
}
