// Random requests: paths that exist or nearly do, with everything that URL syntax allows, and headers.

import type { Random } from './random.ts';
import type { FuzzRequest, RuleSet } from './rule-set.ts';
import { HEADERS, ODD_PIECES, QUERIES, SEGMENTS } from './vocabulary.ts';

const PATHS = [
  '/',
  '/a',
  '/a.html',
  '/b.txt',
  '/page.html',
  '/page',
  '/sub/',
  '/sub',
  '/sub/a',
  '/sub/b.txt',
  '/sub/page.html',
  '/sub/deep/',
  '/sub/deep/c.txt',
  '/sub/deep/a.html',
  '/dir/',
  '/dir',
  '/dir/a',
  '/dir/nope',
  '/x.cgi',
  '/x.cgi/info',
  '/sub/y.cgi/p',
  '/linkdir/a',
  '/link.txt',
  '/al/a',
  '/al/b.txt',
  '/al/sub/',
  '/al',
  '/cgi-bin/s.cgi',
  '/cgi-bin/s.cgi/i',
  '/pp/x',
  '/pp',
  '/old/x',
  '/old',
  '/inh/a',
  '/up/up',
  '/nope',
  '/nope/x',
  '/a/b',
  '/a/b/c',
  '/sub/nope/x',
  '/b',
  '/c',
  '/1',
  '/42',
  '/sub/1',
  '/sub/deep/nope',
  '/empty.txt',
  '/index.html',
];

export function generateRequest(random: Random, set: RuleSet): FuzzRequest {
  const method = random.weigh([
    [30, () => 'GET'],
    [1.5, () => 'HEAD'],
    [1.5, () => 'POST'],
    [0.3, () => 'OPTIONS'],
    [0.2, () => 'PUT'],
    [0.2, () => 'DELETE'],
    [0.1, () => 'FOO'],
  ]);
  const hasBody = method === 'POST' || method === 'PUT';
  return {
    method,
    target: target(random),
    headers: headers(random, set),
    body: hasBody ? random.pick(['', 'a=1', 'some body']) : undefined,
  };
}

function target(random: Random): string[] {
  const words = random.weigh<string[]>([
    [10, () => random.pick(PATHS).split(/(?=\/)/)],
    [6, () => random.several(1, 3, () => `/${random.pick(SEGMENTS)}`)],
    [4, () => oddPath(random)],
    [0.05, () => ['*']],
    [0.05, () => [random.pick(['x', 'http://other.test/a', '//a', '/?'])]],
  ]);
  if (random.chance(0.05)) words.push('/');
  if (random.chance(0.3)) words.push('?', ...random.pick(QUERIES).split(/(?=[&%=])/));
  return words;
}

function oddPath(random: Random): string[] {
  const words = random.pick(PATHS).split(/(?=\/)/);
  const odd = random.several(1, 2, () => random.pick(ODD_PIECES));
  for (const piece of odd)
    words.splice(random.between(1, words.length), 0, random.chance(0.5) ? `/${piece}` : piece);
  if (random.chance(0.2)) words.splice(random.between(1, words.length), 0, '/');
  return words;
}

function headers(random: Random, set: RuleSet): string[] {
  const chosen = random.chance(0.3) ? random.several(1, 2, () => random.pick(HEADERS)) : [];
  const host = random.weigh([
    [10, () => '{NAME}'],
    [6, () => '{NAME}:{PORT}'],
    [0.4, () => '{NAME}:81'],
    [0.2, () => '{NAME}.'],
    [set.names.length > 1 ? 3 : 0, () => random.pick(['alias.{NAME}', 'x.wild.{NAME}:{PORT}'])],
  ]);
  return [`Host: ${host}`, ...new Set(chosen)];
}
