// Does a long list of rules cost more than a short one? Ten and ten thousand redirects, asked for the last of them and
// for none, as RewriteRule, as Redirect, and mixed with conditions and captures; portico beside Apache, in one run.
//
//   npm run bench:rules [-- --rounds 3 --seconds 1.5 --json]

import { parseArgs } from 'node:util';
import { load, requestBytes } from './support/load.mjs';
import { median } from './support/numbers.mjs';
import { scratch } from './support/processes.mjs';
import { hasApache, startApacheWith, startPorticoWith } from './support/servers.mjs';
import { cpuMicros } from './support/usage.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1.5' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);

const LISTS = {
  RewriteRule: (n) => `RewriteRule ^/old-${n}/page$ /new-${n} [R=301,L]`,
  Redirect: (n) => `Redirect 301 /old-${n}/page /new-${n}`,
  mixed: (n) =>
    n % 10 === 0
      ? `RewriteCond %{HTTP_HOST} ^host-${n}\\.\nRewriteRule ^/old-${n}/(.*)$ /other/$1 [R=302,L]\nRewriteRule ^/old-${n}/(p.*)$ /new-${n} [R=301,L]`
      : LISTS.RewriteRule(n),
};

function configuration(list, size) {
  const lines = Array.from({ length: size }, (_, at) => LISTS[list](at + 1));
  return `RewriteEngine on\n${lines.join('\n')}\nRedirect 410 /none\n`;
}

const ASKED = [
  { name: 'last', path: (size) => `/old-${size}/page`, status: 301, expect: (size) => `/new-${size}` },
  { name: 'none', path: () => '/none', status: 410, expect: () => '410 Gone' },
];

/** CPU microseconds of the server for a request. */
async function cost(server, asked, size) {
  const { port } = server;
  const { requests, used } = await load({
    port,
    request: requestBytes({ port, path: asked.path(size), headers: ['User-Agent: bench', 'Accept: */*'] }),
    answer: { status: asked.status, head: asked.expect(size) },
    connections: 8,
    seconds,
    meter: () => cpuMicros(server.pid),
  });
  return used / requests;
}

/** Short and long list in turns, so that a disturbance meets both. */
async function compare(start, list) {
  const servers = [await start(configuration(list, 10)), await start(configuration(list, 10_000))];
  try {
    const rows = [];
    for (const asked of ASKED) {
      const costs = [[], []];
      for (const [at, size] of [10, 10_000].entries()) await cost(servers[at], asked, size);
      for (let round = 0; round < rounds; round++) {
        for (const [at, size] of [10, 10_000].entries()) costs[at].push(await cost(servers[at], asked, size));
      }
      rows.push({ list, asked: asked.name, ten: median(costs[0]), tenThousand: median(costs[1]) });
    }
    return rows;
  } finally {
    for (const server of servers) await server.stop();
  }
}

const folder = scratch();
const contestants = [['portico', (lines) => startPorticoWith(folder, lines)]];
if (hasApache())
  contestants.push(['Apache', (lines) => startApacheWith(folder, 'Apache', ['rewrite', 'alias'], lines)]);

const results = [];
for (const list of Object.keys(LISTS)) {
  for (const [name, start] of contestants) {
    if (!options.json) process.stderr.write(`${list}, ${name}\n`);
    for (const row of await compare(start, list)) results.push({ server: name, ...row });
  }
}

if (options.json) console.log(JSON.stringify({ node: process.version, results }, null, 2));
else {
  console.log('\nCPU µs per request of the server        10 rules  10,000 rules   ratio');
  for (const { server, list, asked, ten, tenThousand } of results) {
    const name = `${server}, ${list}, ${asked}`.padEnd(36);
    console.log(
      `  ${name} ${ten.toFixed(0).padStart(9)} ${tenThousand.toFixed(0).padStart(13)} ${(tenThousand / ten).toFixed(1).padStart(7)}`,
    );
  }
}
