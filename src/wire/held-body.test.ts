import { describe, expect, it } from 'vitest';
import type { BodySink, BodySource } from './body.ts';
import { BufferSource } from './buffer-source.ts';
import { HeldBody } from './held-body.ts';

/** A source whose pieces the test pushes itself. */
class HandSource implements BodySource {
  sink: BodySink | undefined = undefined;
  readonly calls: string[] = [];

  start(sink: BodySink): void {
    this.sink = sink;
    this.calls.push('start');
  }

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }

  abort(): void {
    this.calls.push('abort');
  }
}

/** What comes out, as words. */
function listen(words: string[], goesOn: boolean): BodySink {
  return {
    data(chunk) {
      words.push(chunk.toString());
      return goesOn;
    },
    end: () => words.push('END'),
    fail: (error) => words.push(`FAIL ${error.message}`),
  };
}

function hold(most: number): { source: HandSource; body: HeldBody; found: unknown[] } {
  const source = new HandSource();
  const body = new HeldBody(source, most);
  const found: unknown[] = [];
  body.look({
    found: (beginning) => found.push(beginning === body ? 'longer' : String(beginning)),
    failed: (error) => found.push(error.message),
  });
  return { source, body, found };
}

describe('the beginning of a body', () => {
  it('is all of it where that is no more than asked for', () => {
    const { source, found } = hold(4);
    source.sink!.data(Buffer.from('ab'));
    source.sink!.data(Buffer.from('cd'));
    expect(found).toEqual([]);
    source.sink!.end();
    expect(found).toEqual(['abcd']);
  });

  it('of an empty body is empty', () => {
    const { source, found } = hold(4);
    source.sink!.end();
    expect(found).toEqual(['']);
  });

  it('of a longer body is found as soon as it is longer, and the source has to wait', () => {
    const { source, found } = hold(4);
    expect(source.sink!.data(Buffer.from('abcd'))).toBe(true);
    expect(source.sink!.data(Buffer.from('e'))).toBe(false);
    expect(found).toEqual(['longer']);
  });

  it('is given first, then what follows, at the pace of the taker', () => {
    const { source, body } = hold(1);
    source.sink!.data(Buffer.from('ab'));
    const words: string[] = [];
    body.start(listen(words, true));
    expect(words).toEqual(['ab']);
    expect(source.calls).toEqual(['start', 'resume']);
    expect(source.sink!.data(Buffer.from('c'))).toBe(true);
    source.sink!.end();
    expect(words).toEqual(['ab', 'c', 'END']);
  });

  it('leaves a source waiting whose taker wants to wait', () => {
    const { source, body } = hold(1);
    source.sink!.data(Buffer.from('ab'));
    const words: string[] = [];
    body.start(listen(words, false));
    expect(source.calls).toEqual(['start']);
    body.resume();
    expect(source.calls).toEqual(['start', 'resume']);
    expect(source.sink!.data(Buffer.from('c'))).toBe(false);
  });

  it('keeps what a source pushes although it should wait', () => {
    const { source, body } = hold(1);
    for (const piece of ['ab', 'cd']) source.sink!.data(Buffer.from(piece));
    source.sink!.end();
    const words: string[] = [];
    body.start(listen(words, true));
    expect(words).toEqual(['ab', 'cd', 'END']);
  });

  it('tells of a body that breaks off before it is known, and behind it', () => {
    const early = hold(4);
    early.source.sink!.fail(new Error('gone'));
    expect(early.found).toEqual(['gone']);

    const late = hold(1);
    late.source.sink!.data(Buffer.from('ab'));
    late.source.sink!.fail(new Error('gone'));
    const words: string[] = [];
    late.body.start(listen(words, true));
    expect(words).toEqual(['ab', 'FAIL gone']);
  });

  it('ends with its source where nobody wants it', () => {
    const { source, body, found } = hold(4);
    source.sink!.data(Buffer.from('ab'));
    body.abort();
    expect(source.calls).toEqual(['start', 'abort']);
    expect(found).toEqual(['nobody wants the body any longer']);
  });

  it('may be found before the look has returned', () => {
    const found: unknown[] = [];
    new HeldBody(new BufferSource(Buffer.from('abc')), 3).look({
      found: (beginning) => found.push(String(beginning)),
      failed: (error) => found.push(error),
    });
    expect(found).toEqual(['abc']);
  });
});
