// Does a long list cost more than a short one? Block lists, addresses, redirects, aliases and sections of ten, a thousand
// and eight thousand lines: what starting with them takes, and what a request costs that none of the lines is about;
// portico beside Apache, in one run.
//
//   npm run bench:lists [-- --rounds 3 --seconds 1 --sizes 10,1000,8000 --lists Redirect,Alias --json]

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load, requestBytes } from './support/load.mjs';
import { median } from './support/numbers.mjs';
import { scratch } from './support/processes.mjs';
import { hasApache, startApacheWith, startPorticoWith } from './support/servers.mjs';
import { cpuMicros } from './support/usage.mjs';

/** Each line stands for itself: names, addresses and paths do not repeat. */
const robot = (n) => `Grab${(n * 7919) % 100_003}er`;
const address = (n) => `198.${18 + (n % 2)}.${(n >> 1) % 256}.${(n >> 9) % 256}`;
const inLocation = (before, line, after = '') => ({
  before: `<Location />\n${before}`,
  line,
  after: `${after}</Location>`,
});

const LISTS = {
  SetEnvIfNoCase: {
    line: (n) => `SetEnvIfNoCase User-Agent "${robot(n)}" bad_bot`,
    after:
      '<Location />\n<RequireAll>\nRequire all granted\nRequire not env bad_bot\n</RequireAll>\n</Location>',
  },
  BrowserMatchNoCase: { line: (n) => `BrowserMatchNoCase "^${robot(n)}/[0-9]" bad_bot` },
  'RewriteCond OR': {
    before: 'RewriteEngine on',
    line: (n) => `RewriteCond %{HTTP_USER_AGENT} ${robot(n)} [NC,OR]`,
    after: 'RewriteCond %{HTTP_USER_AGENT} ^none$\nRewriteRule ^ - [F]',
  },
  'Require not ip': inLocation(
    '<RequireAll>\nRequire all granted',
    (n) => `Require not ip ${address(n)}`,
    '</RequireAll>\n',
  ),
  'Require ip': inLocation('', (n) => `Require ip ${address(n)}`, 'Require ip 127.0.0.1\n'),
  'Deny from': inLocation('Order allow,deny\nAllow from all', (n) => `Deny from ${address(n)}`),
  Redirect: { line: (n) => `Redirect 301 /old-${n}/page /new-${n}` },
  RedirectMatch: { line: (n) => `RedirectMatch 301 /shop/${robot(n)}/(.*)$ /new-${n}/$1` },
  Alias: { line: (n) => `Alias /files-${n} /nowhere/${n}` },
  AliasMatch: { line: (n) => `AliasMatch ^/~${robot(n)}/(.*)$ /nowhere/${n}/$1` },
  Location: { line: (n) => `<Location /area-${n}>\nSetEnv area ${n}\n</Location>` },
  LocationMatch: {
    line: (n) => `<LocationMatch "/${robot(n)}/(edit|view)$">\nSetEnv area ${n}\n</LocationMatch>`,
  },
};

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    sizes: { type: 'string', default: '10,1000,8000' },
    lists: { type: 'string', default: Object.keys(LISTS).join(',') },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
const sizes = options.sizes.split(',').map(Number);
const lists = options.lists.split(',');

const unknown = lists.filter((name) => LISTS[name] === undefined);
if (unknown.length > 0) throw new Error(`no such list: ${unknown.join(', ')}`);

const folder = scratch();
const root = join(folder, 'htdocs');
mkdirSync(root);
writeFileSync(join(root, 'index.html'), 'Hello\n');

function configuration(list, size) {
  const { before = '', line, after = '' } = LISTS[list];
  const lines = Array.from({ length: size }, (_, at) => line(at + 1));
  return `DocumentRoot ${root}\n${[before, ...lines, after].filter((each) => each !== '').join('\n')}\n`;
}

/** CPU microseconds of the server for a request. */
async function cost({ port, pid }) {
  const agent = 'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
  const { requests, used } = await load({
    port,
    request: requestBytes({ port, path: '/index.html', headers: [agent, 'Accept: */*'] }),
    answer: { status: 200, body: 'Hello\n' },
    connections: 8,
    seconds,
    meter: () => cpuMicros(pid),
  });
  return used / requests;
}

/** Lists of all sizes in turns, so that a disturbance meets all. */
async function compare(start, list) {
  const servers = [];
  try {
    for (const size of sizes) servers.push(await start(configuration(list, size)));
    const starts = servers.map(({ pid }) => cpuMicros(pid) / 1000);
    const costs = servers.map(() => []);
    for (const server of servers) await cost(server);
    for (let round = 0; round < rounds; round++)
      for (const [at, server] of servers.entries()) costs[at].push(await cost(server));
    return sizes.map((lines, at) => ({ lines, start: starts[at], request: median(costs[at]) }));
  } finally {
    for (const server of servers) await server.stop();
  }
}

const contestants = [['portico', (lines) => startPorticoWith(folder, lines)]];
const APACHE_MODULES = ['rewrite', 'alias', 'setenvif', 'env', 'authz_host', 'access_compat'];
if (hasApache())
  contestants.push(['Apache', (lines) => startApacheWith(folder, 'Apache', APACHE_MODULES, lines)]);

const results = [];
for (const list of lists) {
  for (const [server, start] of contestants) {
    if (!options.json) process.stderr.write(`${list}, ${server}\n`);
    for (const row of await compare(start, list)) results.push({ list, server, ...row });
  }
}

if (options.json) console.log(JSON.stringify({ node: process.version, results }, null, 2));
else {
  console.log('\n                                lines   CPU ms to start   CPU µs per request   ratio');
  for (const { list, server, lines, start, request } of results) {
    const first = results.find((row) => row.list === list && row.server === server);
    const numbers = [
      String(lines).padStart(8),
      start.toFixed(0).padStart(17),
      request.toFixed(0).padStart(20),
      (request / first.request).toFixed(1).padStart(7),
    ];
    console.log(`${`  ${list}, ${server}`.padEnd(29)}${numbers.join(' ')}`);
  }
}
