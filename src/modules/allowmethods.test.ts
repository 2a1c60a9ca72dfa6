import { describe, expect, it } from 'vitest';
import { complaintsOf, memorySite } from '../../test/support/memory-site.ts';

const conf = (words: string): string =>
  `DocumentRoot /srv/htdocs\n<Location />\nAllowMethods ${words}\n</Location>`;

// Answers and sentences are those of Apache 2.4.71.
describe('AllowMethods', () => {
  it.each([
    ['GET', 'GET /a.txt', 200],
    ['GET', 'HEAD /a.txt', 200],
    ['GET', 'POST /a.txt', 405],
    ['GET', 'OPTIONS /a.txt', 405],
    ['GET', 'FOO /a.txt', 405],
    ['GET POST', 'POST /a.txt', 200],
    ['reset', 'POST /a.txt', 200],
  ])('%s answers %s with %i', async (words, line, status) => {
    const answer = await (await memorySite(conf(words), { '/srv/htdocs/a.txt': 'a' })).ask(line);
    expect([answer.status, answer.header('allow')]).toEqual([status, status === 405 ? 'TRACE' : undefined]);
  });

  it.each([
    ['', "AllowMethods: No method or 'reset' keyword given"],
    ['get', "AllowMethods: Invalid Method 'get'"],
    ['GET -POST', "AllowMethods: Invalid Method '-POST'"],
  ])('refuses the words "%s"', (words, message) => {
    expect(complaintsOf(conf(words))).toEqual([message]);
  });
});
