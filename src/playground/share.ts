// Drafts as links: deflated JSON in base64url behind `#`, which no browser sends to a server. What comes from a link is
// anybody's: it is bounded before it is inflated, while it is, and field by field after it.

import { type Draft, EMPTY_DRAFT, MOST_CHARACTERS } from './draft.ts';

/** Says which shape follows, so that an old link stays readable when there is a second one. */
const SIGN = '1.';
const MOST_FRAGMENT = 120_000;
const MOST_BYTES = 1_200_000;

/** The fragment, without `#`, of a link to this draft; undefined where the link would be too long to be opened. */
export async function fragmentOf(draft: Draft): Promise<string | undefined> {
  const told = Object.entries(draft).filter(([field, value]) => value !== EMPTY_DRAFT[field as keyof Draft]);
  const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(told)));
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const fragment = SIGN + base64url(new Uint8Array(await new Response(packed).arrayBuffer()));
  return fragment.length > MOST_FRAGMENT ? undefined : fragment;
}

/** The draft of a fragment, or why there is none. */
export async function draftOf(fragment: string): Promise<Draft | string> {
  if (fragment.length > MOST_FRAGMENT) return 'This link is too long to be one of this page.';
  const packed = fragment.startsWith(SIGN) ? bytesOf(fragment.slice(SIGN.length)) : undefined;
  if (packed === undefined) return 'This link is not one of this page, or it was cut on its way.';
  try {
    return fieldsOf(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await inflated(packed))));
  } catch {
    return 'This link is damaged: perhaps it was cut on its way. Ask for it once more.';
  }
}

async function inflated(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > MOST_BYTES) {
      await reader.cancel();
      throw new RangeError('more than a draft holds');
    }
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function fieldsOf(value: unknown): Draft {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no draft');
  const draft: Record<string, string> = { ...EMPTY_DRAFT };
  for (const field of Object.keys(EMPTY_DRAFT) as (keyof Draft)[]) {
    if (!Object.hasOwn(value, field)) continue;
    const text: unknown = Reflect.get(value, field);
    if (typeof text !== 'string' || text.length > MOST_CHARACTERS[field]) throw new TypeError(field);
    draft[field] = text;
  }
  if (draft.kind !== 'htaccess' && draft.kind !== 'configuration') throw new TypeError('kind');
  return draft as unknown as Draft;
}

function base64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    );
  } catch {
    return undefined;
  }
}
