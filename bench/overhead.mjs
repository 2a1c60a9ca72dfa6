// What does the front door cost? The how-to's table: an application asked directly, behind portico, and behind Apache
// where it is installed, with the how-to's one rule; all in one run, in turns, medians printed.
//
//   npm run bench:overhead [-- --rounds 5 --seconds 2 --json]

import { parseArgs } from 'node:util';
import { load, requestBytes } from './support/load.mjs';
import { median } from './support/numbers.mjs';
import { scratch, stopAll } from './support/processes.mjs';
import {
  apacheVersion,
  hasApache,
  hasCherryPy,
  startApache,
  startCherryPy,
  startDemoApp,
  startPortico,
} from './support/servers.mjs';
import { cpuMicros } from './support/usage.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);

function say(text) {
  if (!options.json) process.stderr.write(`${text}\n`);
}

/** One turn of one contestant: its load, and what its front process spent on it. */
async function turn(contestant, connections) {
  const { front } = contestant;
  const { port } = front ?? contestant.app;
  const result = await load({
    port,
    request: requestBytes({ port, path: '/hello', headers: ['User-Agent: bench', 'Accept: */*'] }),
    answer: { status: 200, body: 'Hello, world\n' },
    connections,
    seconds,
    meter: () => (front === undefined ? undefined : cpuMicros(front.pid)),
  });
  const cpu = result.used / result.requests;
  return { ...result, cpu: Number.isFinite(cpu) ? cpu : undefined };
}

async function measure(contestants, connections) {
  const turns = contestants.map(() => []);
  for (const contestant of contestants) await turn(contestant, connections);
  for (let round = 0; round < rounds; round++) {
    say(`  ${connections} connection${connections === 1 ? '' : 's'}, round ${round + 1} of ${rounds}`);
    for (const [at, contestant] of contestants.entries()) turns[at].push(await turn(contestant, connections));
  }
  return contestants.map((contestant, at) => ({
    name: contestant.name,
    connections,
    rate: median(turns[at].map((t) => t.rate)),
    time: median(turns[at].map((t) => t.median)),
    cpu: median(turns[at].map((t) => t.cpu)),
  }));
}

async function contestantsFor(app, folder) {
  const contestants = [{ name: 'direct', app }];
  contestants.push({ name: 'behind portico', app, front: await startPortico(folder, app.port) });
  if (hasApache()) {
    contestants.push({ name: 'behind Apache', app, front: await startApache(folder, app.port, false) });
    contestants.push({
      name: 'behind Apache, connections kept',
      app,
      front: await startApache(folder, app.port, true),
    });
  }
  return contestants;
}

function cell(value, digits) {
  return value === undefined ? '-' : value.toFixed(digits);
}

function printTable(title, rows) {
  const direct = rows[0].time;
  console.log(`\n${title}`);
  console.log(
    '                                    requests/s  ms/request  added ms  CPU µs/request of the front',
  );
  for (const row of rows) {
    const added = row === rows[0] ? '-' : cell(row.time - direct, 3);
    const cells = [
      cell(row.rate, 0).padStart(10),
      cell(row.time, 3).padStart(10),
      added.padStart(8),
      cell(row.cpu, 0).padStart(8),
    ];
    console.log(`  ${row.name.padEnd(33)} ${cells.join('  ')}`);
  }
}

const folder = scratch();
const results = [];
const apps = [await startDemoApp(folder)];
if (hasCherryPy()) apps.push(await startCherryPy(folder));
else say('CherryPy is not installed (Debian: python3-cherrypy3): left out.');
if (!hasApache()) say('Apache is not installed (Debian: apache2): left out.');

try {
  for (const app of apps) {
    say(`${app.name}:`);
    const contestants = await contestantsFor(app, folder);
    try {
      for (const connections of [1, 32]) {
        const rows = await measure(contestants, connections);
        results.push({ app: app.name, connections, rows });
        const many = connections === 1 ? '1 connection' : `${connections} connections`;
        if (!options.json) printTable(`${app.name}, ${many}`, rows);
      }
    } finally {
      for (const { front } of contestants) await front?.stop();
    }
  }
} finally {
  await stopAll();
}

if (options.json)
  console.log(
    JSON.stringify({ node: process.version, apache: hasApache() ? apacheVersion() : null, results }, null, 2),
  );
else {
  console.log(
    `\nNode ${process.version}${hasApache() ? `, Apache ${apacheVersion()} (event MPM)` : ''}; medians of ${rounds} rounds of ${seconds} s, in turns.`,
  );
  console.log(
    'The how-to, for comparison with its time: 460 requests/s direct, 320 behind Apache, 0.9 ms added per request.',
  );
}
