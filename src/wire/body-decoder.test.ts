import { describe, expect, it } from 'vitest';
import { type BodyDecoder, createBodyDecoder } from './body-decoder.ts';

function feed(decoder: BodyDecoder, text: string): { content: string; used: number } {
  let content = '';
  const used = decoder.decode(Buffer.from(text), 0, (buf, from, to) => {
    content += buf.toString('latin1', from, to);
  });
  return { content, used };
}

describe('createBodyDecoder', () => {
  it('has nothing to read where there is no body', () => {
    expect(createBodyDecoder({ kind: 'none' }).done).toBe(true);
    expect(createBodyDecoder({ kind: 'length', length: 0 }).done).toBe(true);
  });

  it('counts a length across chunks and stops at its end', () => {
    const decoder = createBodyDecoder({ kind: 'length', length: 5 });
    expect(feed(decoder, 'hel')).toEqual({ content: 'hel', used: 3 });
    expect(decoder.done).toBe(false);
    expect(decoder.close()).toBe(false);
    expect(feed(decoder, 'loNEXT')).toEqual({ content: 'lo', used: 2 });
    expect(decoder.done).toBe(true);
    expect(decoder.close()).toBe(true);
  });

  it('reads up to the end of the connection', () => {
    const decoder = createBodyDecoder({ kind: 'close' });
    expect(feed(decoder, 'a\r\n')).toEqual({ content: 'a\r\n', used: 3 });
    expect(decoder.done).toBe(false);
    expect(decoder.close()).toBe(true);
    expect(decoder.done).toBe(true);
  });

  it('decodes chunks', () => {
    const decoder = createBodyDecoder({ kind: 'chunked', coded: false });
    expect(feed(decoder, '2\r\nhi\r\n0\r\n\r\nNEXT')).toEqual({ content: 'hi', used: 12 });
    expect(decoder.done).toBe(true);
  });
});
