import { describe, expect, it } from 'vitest';
import {
  type Answer,
  comparableLines,
  compareEverything,
  readComparisonLine,
  writeAnswer,
} from './comparison.ts';

const page =
  '<!DOCTYPE HTML PUBLIC "x">\n<html><head>\n<title>302 Found</title>\n<a href="/x">here</a></html>\n';

function answer(changes: Partial<Answer>): Answer {
  const body = changes.body ?? 'text\n';
  return {
    version: 'HTTP/1.1',
    status: 200,
    reason: 'OK',
    headers: [['Content-Type', 'text/plain']],
    body,
    bodyLength: body.length,
    framing: 'length',
    isComplete: true,
    isKept: true,
    interim: [],
    ...changes,
  };
}

function withLine(line: string): typeof compareEverything {
  return readComparisonLine(compareEverything, line);
}

describe('an answer as it is compared', () => {
  it('has the status, the sorted fields without Date and Server, and the body', () => {
    const headers = [
      ['X-B', '2'],
      ['Date', 'Mon, 01 Jan 2024 00:00:00 GMT'],
      ['Server', 'any'],
      ['x-a', '1'],
    ] as const;
    expect(writeAnswer(answer({ headers }), compareEverything)).toEqual([
      '200',
      'x-a: 1',
      'x-b: 2',
      '| text',
    ]);
  });

  it('has only code and links of a page that the server wrote itself', () => {
    const generated = answer({ status: 302, body: page, headers: [['Content-Type', 'text/html']] });
    expect(writeAnswer(generated, compareEverything).slice(2)).toEqual(['(page: 302)', '(link: /x)']);
    expect(writeAnswer(generated, withLine('exact')).length).toBeGreaterThan(4);
  });

  it('writes a coming date as its distance from the answer', () => {
    const headers = [
      ['Date', 'Mon, 01 Jan 2024 00:00:00 GMT'],
      ['Expires', 'Mon, 01 Jan 2024 01:00:01 GMT'],
      ['Last-Modified', 'Sun, 31 Dec 2023 00:00:00 GMT'],
    ] as const;
    expect(writeAnswer(answer({ headers }), compareEverything).slice(1, 3)).toEqual([
      'expires: {DATE+3600s}',
      'last-modified: Sun, 31 Dec 2023 00:00:00 GMT',
    ]);
  });

  it('is narrowed by only-lines', () => {
    expect(writeAnswer(answer({}), withLine('only status'))).toEqual(['200']);
    const headers = [
      ['Location', '/x'],
      ['X-A', '1'],
    ] as const;
    expect(writeAnswer(answer({ headers }), withLine('only header location'))).toEqual([
      '200',
      'location: /x',
    ]);
  });

  it('leaves the named lines of an echo out', () => {
    const body = 'GET / HTTP/1.1\nhost: x\nvia: y\nNAME=z\n\n';
    expect(writeAnswer(answer({ body }), withLine('ignore echo via, NAME')).slice(2)).toEqual([
      '| GET / HTTP/1.1',
      '| host: x',
      '|',
    ]);
  });

  it('is any error where any error will do', () => {
    expect(writeAnswer(answer({ status: 404 }), withLine('any error'))).toEqual(['400 or more']);
    expect(writeAnswer(answer({}), withLine('any error'))[0]).toBe('200');
  });

  it('is held against another one with Content-Length only where both have it', () => {
    const lines = comparableLines(['200', 'content-length: 3', '| ab'], ['200', '| ab']);
    expect(lines.expected).toEqual(lines.actual);
    const both = comparableLines(['content-length: 3'], ['content-length: 4']);
    expect(both.expected).not.toEqual(both.actual);
  });
});
