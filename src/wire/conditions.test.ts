import { describe, expect, it } from 'vitest';
import { evaluateConditions } from './conditions.ts';
import { HeaderList } from './header-list.ts';

const E = '"14-60dd710212000"';
const T = 'Mon, 01 Jan 2024 00:00:00 GMT';
const EARLY = 'Sun, 01 Jan 2023 00:00:00 GMT';
const LATE = 'Wed, 01 Jan 2025 00:00:00 GMT';
const FUTURE = 'Fri, 01 Jan 2038 00:00:00 GMT';

/** A file of New Year 2024, plus half a second, asked for in November 2026. */
const FILE = { etag: E, lastModified: 1704067200500, requestTime: Date.UTC(2026, 10, 22) };

function evaluate(
  method: string,
  lines: string,
  validators = FILE as Parameters<typeof evaluateConditions>[2],
) {
  const headers = new HeaderList();
  for (const line of lines.split(' | ')) {
    const colon = line.indexOf(': ');
    headers.append(line.slice(0, colon), line.slice(colon + 2));
  }
  return evaluateConditions(method, headers, validators);
}

describe('evaluateConditions', () => {
  // Request fields, then Apache's verdicts on GET (and HEAD) and POST; 200 is "proceed".
  it.each([
    [`If-Match: ${E}`, 200, 200],
    [`If-Match: W/${E}`, 412, 412],
    ['If-Match: "x"', 412, 412],
    ['If-Match: *', 200, 200],
    [`If-Match: "x", ${E}`, 200, 200],
    ['If-Match: x', 412, 412],
    ['If-Match: ', 412, 412],
    [`If-Match: ${E}, garbage`, 200, 200],
    ['If-Match: *, "x"', 200, 200],
    ['If-Match: "x", *', 412, 412],
    [`If-Match: ${E} | If-Unmodified-Since: ${EARLY}`, 412, 412],
    [`If-Match: "x" | If-Unmodified-Since: ${LATE}`, 412, 412],
    [`If-Unmodified-Since: ${EARLY}`, 412, 412],
    [`If-Unmodified-Since: ${T}`, 200, 200],
    [`If-Unmodified-Since: ${LATE}`, 200, 200],
    [`If-Unmodified-Since: ${FUTURE}`, 200, 200],
    ['If-Unmodified-Since: junk', 200, 200],
    [`If-None-Match: ${E}`, 304, 412],
    [`If-None-Match: W/${E}`, 304, 200],
    ['If-None-Match: "x"', 200, 200],
    ['If-None-Match: *', 304, 412],
    ['If-None-Match: "x", *', 200, 200],
    [`If-None-Match: "x", ${E}`, 304, 412],
    [`If-None-Match: "a,b", ${E}`, 304, 412],
    [`If-None-Match: "x" ${E}`, 200, 200],
    [`If-None-Match: w/${E}`, 200, 200],
    ['If-None-Match: ', 200, 200],
    ['If-None-Match: 14-60dd710212000', 200, 200],
    [`If-None-Match: "x" | If-None-Match: ${E}`, 304, 412],
    [`If-None-Match: ${E} | If-Modified-Since: ${EARLY}`, 200, 412],
    [`If-None-Match: "x" | If-Modified-Since: ${T}`, 200, 200],
    [`If-None-Match: * | If-Modified-Since: ${EARLY}`, 200, 412],
    [`If-Modified-Since: ${EARLY}`, 200, 200],
    [`If-Modified-Since: ${T}`, 304, 200],
    [`If-Modified-Since: ${LATE}`, 304, 200],
    [`If-Modified-Since: ${FUTURE}`, 200, 200],
    ['If-Modified-Since: junk', 200, 200],
    [`If-None-Match: ${E} | Range: bytes=0-1`, 304, 412],
    [`If-None-Match: W/${E} | Range: bytes=0-1`, 200, 200],
    [`If-Modified-Since: ${T} | Range: bytes=0-1`, 304, 200],
    [`If-Match: ${E} | If-None-Match: ${E}`, 304, 412],
    [`If-Match: "x" | If-None-Match: ${E}`, 412, 412],
    [`If-Unmodified-Since: ${T} | If-None-Match: ${E}`, 200, 412],
    [`If-Match: ${E} | If-Modified-Since: ${T}`, 304, 200],
    ['X-None: asked', 200, 200],
  ])('%s', (lines, get, post) => {
    const verdict = (status: number) => (status === 200 ? 'proceed' : status);
    expect(evaluate('GET', lines)).toBe(verdict(get));
    expect(evaluate('HEAD', lines)).toBe(verdict(get));
    expect(evaluate('POST', lines)).toBe(verdict(post));
  });

  it('matches a weak tag weakly', () => {
    const file = { ...FILE, etag: `W/${E}` };
    expect(evaluate('GET', `If-None-Match: ${E}`, file)).toBe(304);
    expect(evaluate('GET', `If-Match: W/${E}`, file)).toBe(412);
  });

  it('has nothing to match without a tag', () => {
    const file = { ...FILE, etag: undefined };
    expect(evaluate('GET', `If-None-Match: ${E}`, file)).toBe('proceed');
    expect(evaluate('GET', `If-Match: ${E}`, file)).toBe(412);
  });
});
