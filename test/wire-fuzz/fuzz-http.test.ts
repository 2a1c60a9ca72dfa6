// Random changes of the corpus, a bounded slice of one seed: what holds for every input still holds. `npm run fuzz:http`
// with other seeds and more inputs looks further.

import { describe, expect, it } from 'vitest';
import { REQUEST_LIMITS } from '../../src/wire/request-parser.ts';
import { streamOf } from '../fuzz/random.ts';
import { Llhttp } from '../wire/llhttp.ts';
import { canonicalText } from './canonical.ts';
import { type FuzzInput, seedInputs } from './input.ts';
import { Inspector, readInput } from './inspector.ts';
import { mutate } from './mutator.ts';
import { runWireFuzz, writeFinding } from './runner.ts';

function input(text: string, side: FuzzInput['side'] = 'requests'): FuzzInput {
  return { side, method: 'GET', text, limits: REQUEST_LIMITS };
}

describe('random changes of messages', () => {
  it('are the same for the same seed, and bytes', () => {
    const seeds = seedInputs();
    const made = (seed: number): string[] =>
      Array.from({ length: 50 }, (_, at) => mutate(seeds, streamOf(seed, at)).text);
    expect(made(7)).toEqual(made(7));
    expect(made(7)).not.toEqual(made(8));
    expect(made(9).join('')).toMatch(/^[\x00-\xff]*$/);
  });

  it('do no harm: no exception, no growth, one reading however cut, nothing taken without a reason', async () => {
    const report = await runWireFuzz({ seed: 20, inputs: 6000, servedOf: 20 });
    expect(report.findings.map(writeFinding).join('\n\n')).toBe('');
    expect(report.inputs).toBe(6000);
    expect(report.served).toBeGreaterThan(200);
    expect(report.explained).toBeGreaterThan(200);
    expect(report.ends.size).toBeGreaterThan(25);
  }, 120_000);
});

describe('what llhttp is asked about', () => {
  it('has the known leniencies undone and nothing else', () => {
    const plainer = (text: string, side?: FuzzInput['side']): string => {
      const one = input(text, side);
      return canonicalText(one, readInput(one));
    };
    expect(plainer('\r\nFOO /\xe9 HTTP/1.9\r\nHost: a\r\nX: b\r\n\tc\r\nUpgrade: x\r\n\r\n')).toBe(
      'POST /x HTTP/1.1\r\nHost: a\r\nX: b c\r\nX-Upgrade: x\r\n\r\n',
    );
    const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n';
    expect(
      plainer(
        `${chunked}Content-Length: 9\r\n\r\n5 ; a = "b c"\r\nhello\r\n0\r\nHost: x\r\nContent-Length: 1\r\n\r\n`,
      ),
    ).toBe(`${chunked}\r\n5;a="b c"\r\nhello\r\n0\r\nHost: x\r\nX-Content-Length: 1\r\n\r\n`);
    expect(plainer('\nHTTP/1.2 304 X\nContent-Length: 5\nA: b\n\n', 'responses')).toBe(
      'HTTP/1.1 304 X\r\nA: b\r\n\r\n',
    );
  });

  it('is explained where only they stand between the readers', async () => {
    const inspector = await Inspector.create(new Llhttp());
    const inspect = (text: string, side?: FuzzInput['side']): Promise<unknown> =>
      inspector.inspect(input(text, side), streamOf(1, 1));
    const plain = { fault: undefined, isExplained: false };
    const explained = { fault: undefined, isExplained: true };
    expect(await inspect('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).toMatchObject(plain);
    expect(await inspect('GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n')).toMatchObject(explained);
    expect(await inspect('HTTP/1.1 200 OK\n\nhello', 'responses')).toMatchObject(explained);
  });
});
