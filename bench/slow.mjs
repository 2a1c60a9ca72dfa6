// What does a normal client notice of five thousand slow ones? The time of its requests with and without them, in turns,
// in portico and in nginx. (Apache would need a thread for each of the crowd.)
//
//   npm run bench:slow [-- --crowd 5000 --rounds 5 --seconds 2 --peers portico,nginx --json]

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CONTESTANTS } from './contestants.mjs';
import { HELLO, hasNginx, startBackend, writeFiles } from './support/backend.mjs';
import { placeOnCores } from './support/cores.mjs';
import { startCrowd } from './support/crowd.mjs';
import { load, requestBytes } from './support/load.mjs';
import { median } from './support/numbers.mjs';
import { scratch, stopAll } from './support/processes.mjs';
import { cpuMicros, residentBytes } from './support/usage.mjs';

const { values: options } = parseArgs({
  options: {
    crowd: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    peers: { type: 'string', default: 'portico,nginx' },
    json: { type: 'boolean', default: false },
  },
});
const size = Number(options.crowd);
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
/** What the target is: the slowest requests may take twice as long. */
const MOST = 2;
const PATIENCE_SECONDS = 30;
/** What a crowd does as it comes is not what it does as it stays. */
const SETTLE_MS = 1000;

/** Everything goes to the backend, what begins with /slow/ to the crowd's own. */
const CONFIGURATION = {
  httpd: ({ backend, slow }) => `ProxyPass /slow/ http://127.0.0.1:${slow}/
ProxyPass / http://127.0.0.1:${backend}/ enablereuse=on
Timeout 600
MaxRequestWorkers 6400`,
  nginx: ({ backend, slow }) => ({
    outside: `upstream backend { server 127.0.0.1:${backend}; keepalive 64; keepalive_requests 1000000000; }
client_header_timeout 600s; client_body_timeout 600s; send_timeout 600s; proxy_read_timeout 600s;`,
    inside: `location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; }
location /slow/ { proxy_pass http://127.0.0.1:${slow}; proxy_request_buffering off; proxy_buffering off; }`,
  }),
};

function say(text) {
  if (!options.json) process.stderr.write(`${text}\n`);
}

/** Requests of one client, one after the other. */
function visit({ name, port }) {
  const request = requestBytes({ port, path: '/hello', headers: ['User-Agent: bench', 'Accept: */*'] });
  const asked = load({ port, request, answer: { status: 200, body: HELLO }, connections: 1, seconds });
  return inTime(asked, `${name} does not answer`);
}

function inTime(promise, complaint) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), (seconds + PATIENCE_SECONDS) * 1000);
  });
  promise.catch(() => {});
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** One client alone, then beside the crowd. */
async function compare(front, crowd) {
  const alone = await visit(front);
  const memory = residentBytes(front.pid);
  await inTime(crowd.gather(front.port, size), 'the crowd is not let in');
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const used = cpuMicros(front.pid);
  const beside = await visit(front);
  const cpu = (cpuMicros(front.pid) - used) / beside.requests;
  const bytes = (residentBytes(front.pid) - memory) / size;
  await crowd.leave();
  return { alone: alone.p99, beside: beside.p99, ratio: beside.p99 / alone.p99, cpu, bytes };
}

async function measure(contestant, place) {
  const folder = join(place.folder, contestant.name);
  mkdirSync(folder);
  const crowd = await startCrowd();
  const site = { ...place, folder, slow: crowd.backend };
  const lines = CONFIGURATION[contestant.language](site);
  const front = await contestant.start({ lines, site, cores: place.cores?.front });
  const turns = [];
  try {
    for (let i = 0; i < 3; i++) await visit(front);
    for (let i = 0; i < rounds; i++) {
      say(`${contestant.name}: round ${i + 1} of ${rounds}`);
      turns.push(await compare(front, crowd));
    }
  } catch (error) {
    return { name: contestant.name, failure: error.message };
  } finally {
    await front.stop();
    await crowd.stop();
  }
  const middle = (key) => median(turns.map((turn) => turn[key]));
  return {
    name: contestant.name,
    alone: middle('alone'),
    beside: middle('beside'),
    ratio: middle('ratio'),
    bytes: Math.max(...turns.map(({ bytes }) => bytes)),
    turns,
  };
}

function line({ name, failure, alone, beside, ratio, bytes }) {
  if (failure !== undefined) return `  ${name.padEnd(10)}  ${failure}`;
  const cells = [alone.toFixed(2), beside.toFixed(2), ratio.toFixed(2), (bytes / 1024).toFixed(1)];
  return `  ${name.padEnd(10)}${cells.map((cell) => cell.padStart(15)).join('')}`;
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}

if (!hasNginx()) fail('The backend is nginx, which is not installed (Debian: nginx).');
const chosen = options.peers.split(',');
const contestants = CONTESTANTS.filter(
  ({ name, version }) => chosen.includes(name) && version() !== undefined,
);
const cores = placeOnCores();
const folder = scratch();
const backend = await startBackend({ folder, htdocs: writeFiles(folder) });
const results = [];
try {
  for (const contestant of contestants)
    results.push(await measure(contestant, { folder, cores, backend: backend.port }));
} finally {
  await stopAll();
}
if (options.json) console.log(JSON.stringify({ size, rounds, seconds, results }, null, 2));
else {
  console.log(`One client beside ${size} slow ones; medians of ${rounds} rounds of ${seconds} s.\n`);
  console.log(`            p99 alone, ms    p99 beside    times as long    KB/slow one`);
  for (const result of results) console.log(line(result));
}
const own = results.find(({ name }) => name === 'portico');
if (own !== undefined && !(own.ratio <= MOST)) process.exitCode = 1;
