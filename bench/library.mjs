// What does a rule cost in a Node application? portico/rewrite and connect-modrewrite, the same rules in the same process:
// one to a thousand of them, asked for the last and for none. Answers are compared before anything is timed.
//
//   npm run bench:library [-- --rounds 7 --milliseconds 200 --json]

import { parseArgs } from 'node:util';
import modRewrite from 'connect-modrewrite';
import { compile } from '../dist/adapters/rewrite/index.js';
import { median } from './support/numbers.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    milliseconds: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const milliseconds = Number(options.milliseconds);

/** Both languages have rules like these in common: one pattern, one substitution, [L]. */
const LISTS = {
  'fixed paths': (n) => `^/old-${n}/page$ /new-${n} [L]`,
  'with a capture': (n) => `^/old-${n}/(.*)$ /new-${n}/$1 [L]`,
};

const HEADERS = { host: 'www.example.test', 'user-agent': 'bench', accept: '*/*' };

function rulesOf(list, size) {
  return Array.from({ length: size }, (_, at) => LISTS[list](at + 1));
}

/** Each answers the URL that a request is rewritten to. */
const CONTESTANTS = {
  portico: (rules) => {
    const engine = compile(`RewriteEngine on\n${rules.map((rule) => `RewriteRule ${rule}\n`).join('')}`, {
      context: 'server',
    });
    return (url) => engine.evaluate({ url, method: 'GET', headers: HEADERS }).url;
  },
  'portico, .htaccess': (rules) => {
    const lines = rules.map((rule) => `RewriteRule ${rule.replace('^/', '^')}\n`);
    const engine = compile(`RewriteEngine on\n${lines.join('')}`);
    return (url) => engine.evaluate({ url, method: 'GET', headers: HEADERS }).url;
  },
  'connect-modrewrite': (rules) => {
    const middleware = modRewrite(rules);
    return (url) => {
      const request = { url, method: 'GET', headers: HEADERS, connection: {} };
      middleware(request, {}, () => {});
      return request.url;
    };
  },
};

const ASKED = {
  last: (size) => [`/old-${size}/page`, (list) => `/new-${size}${list === 'with a capture' ? '/page' : ''}`],
  none: () => ['/none/of/them', () => '/none/of/them'],
};

/** CPU nanoseconds for one request, over about so many milliseconds: what else the machine does is not counted. */
function time(ask, url) {
  const until = performance.now() + milliseconds;
  const before = process.cpuUsage();
  let asked = 0;
  while (performance.now() < until) {
    for (let i = 0; i < 50; i++) ask(url);
    asked += 50;
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / asked;
}

function measure(list, size, asked) {
  const [url, expected] = ASKED[asked](size);
  const contestants = Object.entries(CONTESTANTS).map(([name, make]) => ({
    name,
    ask: make(rulesOf(list, size)),
    times: [],
  }));
  for (const { name, ask } of contestants) {
    const said = ask(url);
    if (said !== expected(list)) throw new Error(`${name} answers ${said} to ${url}, not ${expected(list)}`);
  }
  for (const { ask } of contestants) time(ask, url);
  for (let round = 0; round < rounds; round++) {
    const inTurn = round % 2 === 0 ? contestants : contestants.toReversed();
    for (const { ask, times } of inTurn) times.push(time(ask, url));
  }
  const row = { list, size, asked };
  for (const { name, times } of contestants)
    row[name] = { median: median(times), least: Math.min(...times), most: Math.max(...times) };
  return row;
}

const rows = [];
for (const list of Object.keys(LISTS))
  for (const size of [1, 10, 100, 1000])
    for (const asked of Object.keys(ASKED)) rows.push(measure(list, size, asked));

if (options.json)
  console.log(JSON.stringify({ node: process.version, rounds, milliseconds, rows }, undefined, 2));
else {
  const micros = ({ median: middle, least, most }) =>
    `${(middle / 1000).toFixed(2)} (${(least / 1000).toFixed(2)} to ${(most / 1000).toFixed(2)})`;
  console.log(
    `Node ${process.version}, microseconds of CPU time for a request: median of ${rounds} rounds (least to most)\n`,
  );
  console.log(
    '| rules | asked for | portico | portico, .htaccess | connect-modrewrite | portico/connect-modrewrite |',
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const row of rows) {
    const peer = row['connect-modrewrite'];
    const cells = [
      `${row.size} ${row.list}`,
      row.asked,
      micros(row.portico),
      micros(row['portico, .htaccess']),
      micros(peer),
      (row.portico.median / peer.median).toFixed(2),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
