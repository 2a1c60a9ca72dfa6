// The bytes of a body that a program has read before the rules came: from what Hono keeps of it, where these can only
// have been the same bytes.

import { ConsumedBodyError } from '../node/arrived-body.ts';

const REMEDY =
  'put the rules in front of who reads it, or read it with c.req.arrayBuffer() (docs/middleware-hono.md, "Bodies that were read before")';

/** What HonoRequest keeps of a body (`c.req.bodyCache`): promises, by the name of the method that has read it. */
export type BodyCache = Readonly<Record<string, unknown>>;

/** What is left of a body that was read before. */
export interface KeptBody {
  readonly bytes: Buffer | undefined;
  /** Why it cannot be had again. */
  readonly lost: ConsumedBodyError | undefined;
}

/** Undefined where nobody has read the body. */
export async function keptBody(
  request: Request,
  cache: BodyCache | undefined,
): Promise<KeptBody | undefined> {
  if (!request.bodyUsed) return undefined;
  const bytes = await bytesOf(cache ?? {}, lengthOf(request)).catch(() => undefined);
  const type = request.headers.get('content-type') ?? '';
  return { bytes, lost: bytes === undefined ? new ConsumedBodyError(type, REMEDY) : undefined };
}

function lengthOf({ headers }: Request): number | undefined {
  const text = headers.get('content-length');
  return text === null ? undefined : Number(text);
}

async function bytesOf(cache: BodyCache, length: number | undefined): Promise<Buffer | undefined> {
  const whole = (await cache.arrayBuffer) ?? (await blobBytes(cache.blob));
  if (whole instanceof ArrayBuffer) return Buffer.from(whole);
  const text = await cache.text;
  if (typeof text !== 'string') return undefined;
  // U+FFFD may stand for bytes that were no UTF-8, and a mark at the beginning is left out: the length tells.
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length === length && !text.includes('\ufffd') ? bytes : undefined;
}

async function blobBytes(blob: unknown): Promise<ArrayBuffer | undefined> {
  const value = await blob;
  return value instanceof Blob ? value.arrayBuffer() : undefined;
}
