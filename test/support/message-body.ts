// The parts of HTTP/1.1 messages that a scripted backend and a raw client both need: header fields
// and chunked bodies. Lenient on purpose: it shows what arrived and leaves the judging to the tests.
import type { ByteReader } from './byte-reader.ts';

export type Field = readonly [name: string, value: string];

/** Reads header fields up to the empty line; undefined where the stream ended first. */
export async function readFields(reader: ByteReader): Promise<Field[] | undefined> {
  const fields: Field[] = [];
  for (;;) {
    const line = await reader.readLine();
    if (line === undefined) return undefined;
    if (line === '') return fields;
    const colon = line.indexOf(':');
    if (colon < 0) fields.push([line, '']);
    else fields.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
}

/** The value of the first field of that name, matched without regard to case. */
export function fieldValue(fields: readonly Field[], name: string): string | undefined {
  const wanted = name.toLowerCase();
  return fields.find(([key]) => key.toLowerCase() === wanted)?.[1];
}

export interface ChunkedBody {
  readonly text: string;
  readonly trailers: readonly Field[];
  /** False where the stream ended or broke the syntax before the last chunk. */
  readonly complete: boolean;
}

/** Reads a chunked body (RFC 9112 section 7.1) up to the end of its trailer section. */
export async function readChunkedBody(reader: ByteReader): Promise<ChunkedBody> {
  let text = '';
  for (;;) {
    const size = Number.parseInt((await reader.readLine()) ?? '', 16);
    if (Number.isNaN(size)) return { text, trailers: [], complete: false };
    if (size === 0) {
      const trailers = await readFields(reader);
      return { text, trailers: trailers ?? [], complete: trailers !== undefined };
    }
    const chunk = await reader.readBytes(size);
    text += chunk;
    if (chunk.length < size || (await reader.readLine()) !== '')
      return { text, trailers: [], complete: false };
  }
}
