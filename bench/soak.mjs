// Do memory and descriptors of portico reach a plateau under clients that vanish and backends that break off? Half a
// minute of both at speed, a reading every second, and a look at what is left when all have gone.
//
//   npm run soak [-- --seconds 30 --clients 200 --seed 1 --json]

import { fork } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ask, requestBytes } from './support/load.mjs';
import { median } from './support/numbers.mjs';
import { freePort, scratch, stopAll } from './support/processes.mjs';
import { startPorticoProcess } from './support/servers.mjs';
import { SETTLE_OPTIONS } from './support/settle.mjs';
import { residentBytes } from './support/usage.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    clients: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(options.seconds);
const MEGABYTE = 2 ** 20;
/** Before the first reading: a process grows into its work. */
const WARM_SECONDS = 20;
/** By then connections that nobody uses are closed. */
const REST_MS = 4000;
/** The second half may use so much more than the first: what a collector and an allocator leave now and then. */
const MOST_GROWTH = 8 * MEGABYTE;

function openFiles(pid) {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function startVandals() {
  const child = fork(fileURLToPath(new URL('support/vandals.mjs', import.meta.url)));
  const told = () => new Promise((resolve) => child.once('message', resolve));
  return { child, told };
}

async function startFront(folder, backend) {
  const port = await freePort();
  const file = join(folder, 'soak.conf');
  const log = join(folder, 'error.log');
  writeFileSync(join(folder, 'file.txt'), 'fine\n');
  writeFileSync(
    file,
    `ServerName localhost
Listen 127.0.0.1:${port}
ErrorLog ${log}
CustomLog ${join(folder, 'access.log')} "%h %t \\"%r\\" %>s %b"
KeepAliveTimeout 1
Timeout 2
DocumentRoot ${folder}
<Directory ${folder}>
Require all granted
</Directory>
ProxyPass /file.txt !
ProxyPass / http://127.0.0.1:${backend}/ ttl=1
`,
  );
  const nodeOptions = SETTLE_OPTIONS;
  return {
    log,
    ...(await startPorticoProcess({ port, file, output: join(folder, 'front.out'), nodeOptions })),
  };
}

/** Readings, once a second, until the vandals are done. */
async function watch(front, done) {
  const readings = [];
  await sleep(WARM_SECONDS * 1000);
  let isOver = false;
  done.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await sleep(1000);
    process.kill(front.pid, 'SIGUSR2');
    await sleep(50);
    readings.push({ bytes: residentBytes(front.pid), files: openFiles(front.pid) });
  }
  return readings;
}

function judge({ readings, restFiles, leftFiles, exceptions, answers }) {
  const half = Math.floor(readings.length / 2);
  const before = median(readings.slice(0, half).map(({ bytes }) => bytes));
  const after = median(readings.slice(half).map(({ bytes }) => bytes));
  const faults = [];
  if (after > before + MOST_GROWTH) faults.push('memory grows');
  if (leftFiles > restFiles) faults.push('descriptors are left open');
  if (exceptions > 0) faults.push('there were exceptions');
  if (!answers) faults.push('the server does not answer at the end');
  return { before, after, faults };
}

async function answersFile({ port }) {
  const { status } = await ask(port, requestBytes({ port, path: '/file.txt', headers: [] }));
  return status === 200;
}

const folder = scratch();
const { child, told } = startVandals();
try {
  const { backend } = await told();
  const front = await startFront(folder, backend);
  if (!(await answersFile(front))) throw new Error('the server does not answer');
  await sleep(REST_MS);
  const restFiles = openFiles(front.pid);
  child.send({
    port: front.port,
    seconds: WARM_SECONDS + seconds,
    clients: Number(options.clients),
    seed: Number(options.seed),
  });
  const done = told();
  const readings = await watch(front, done);
  const { asked, answered } = await done;
  child.disconnect();
  const answers = await answersFile(front);
  await sleep(REST_MS);
  const exceptions = (readFileSync(front.log, 'latin1').match(/exception while answering/g) ?? []).length;
  const leftFiles = openFiles(front.pid);
  const { before, after, faults } = judge({ readings, restFiles, leftFiles, exceptions, answers });
  const most = Math.max(...readings.map(({ files }) => files));
  const figures = {
    asked,
    answered,
    before,
    after,
    restFiles,
    most,
    leftFiles,
    exceptions,
    faults,
    readings,
  };
  if (options.json) console.log(JSON.stringify(figures, null, 2));
  else
    console.log(`${asked} requests in ${WARM_SECONDS} + ${seconds} s, ${answered} of them answered whole.
Memory: ${Math.round(before / MEGABYTE)} MB in the first half of ${seconds} s, ${Math.round(after / MEGABYTE)} MB in the second.
Open files: ${restFiles} at first, ${most} at most, ${leftFiles} at the end.
${faults.length === 0 ? 'A plateau.' : `Not as it should be: ${faults.join('; ')}.`}`);
  if (faults.length > 0) process.exitCode = 1;
} finally {
  await stopAll();
  if (child.connected) child.disconnect();
}
