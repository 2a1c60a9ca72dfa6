// What does a request cost portico, and what does it cost others? Rows of work (rows.mjs), contestants
// (contestants.mjs), in one run and in turns. README.md says how to read the result.
//
//   npm run bench [-- --rows proxy,log --peers apache,nginx --rounds 5 --seconds 2 --json FILE --cpu-prof DIR --write]

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CONTESTANTS } from './contestants.mjs';
import { ROWS } from './rows.mjs';
import { hasNginx, startBackend, writeFiles } from './support/backend.mjs';
import { placeOnCores } from './support/cores.mjs';
import { describeMachine } from './support/machine.mjs';
import { measureRow } from './support/measure.mjs';
import { scratch, stopAll } from './support/processes.mjs';
import { printRow, resultsPage } from './support/report.mjs';
import { ROOT } from './support/servers.mjs';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string' },
    peers: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    json: { type: 'string' },
    'cpu-prof': { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}

function positive(name) {
  const value = Number(options[name]);
  if (!(value > 0)) fail(`--${name} takes a number above 0, not ${options[name]}`);
  return value;
}

/** The members of a list that a comma-separated option names; all of them without it. */
function chosen(all, option) {
  if (options[option] === undefined || options[option] === 'all') return all;
  const names = options[option].split(',');
  const known = all.map(({ name }) => name);
  for (const name of names) {
    if (!known.includes(name)) fail(`--${option}: no ${name}; there are ${known.join(', ')}`);
  }
  return all.filter(({ name }) => names.includes(name));
}

/** Those that are here, with their versions. Node peers are fetched when they are asked for by name. */
function present(contestants) {
  const found = [];
  const absent = [];
  for (const contestant of contestants) {
    let version = contestant.version();
    if (version === undefined && options.peers !== undefined && contestant.install?.()) {
      version = contestant.version();
    }
    if (version === undefined) absent.push({ name: contestant.name, reason: contestant.missing });
    else found.push({ ...contestant, version });
  }
  return { found, absent };
}

const isTerminal = process.stderr.isTTY;

function progress(text) {
  if (isTerminal) process.stderr.write(`\r\x1b[K${text}`);
}

const rounds = Math.ceil(positive('rounds'));
const seconds = positive('seconds');
const rows = chosen(ROWS, 'rows');
const profileFolder = options['cpu-prof'] === undefined ? undefined : resolve(options['cpu-prof']);
if (profileFolder !== undefined) mkdirSync(profileFolder, { recursive: true });
if (!existsSync('/proc/self/stat')) fail('CPU time is read from /proc, which this system does not have.');
if (!hasNginx()) fail('The backend is nginx, which is not installed (Debian: nginx).');
const { found, absent } = present(chosen(CONTESTANTS, 'peers'));
for (const { name, reason } of absent) process.stderr.write(`${name} is left out: ${reason}\n`);

const cores = placeOnCores();
const folder = scratch();
const htdocs = writeFiles(folder);
const backend = await startBackend({ folder, htdocs });
const machine = describeMachine({ cores, contestants: found });
const measured = [];
try {
  for (const row of rows) {
    const result = await measureRow({
      row,
      contestants: found,
      rounds,
      seconds,
      progress,
      backend,
      folder,
      htdocs,
      cores,
      profileFolder,
    });
    progress('');
    measured.push(result);
    console.log(printRow(result));
  }
} finally {
  await stopAll();
}

const report = { machine, rounds, seconds, isProfiled: profileFolder !== undefined, absent, rows: measured };
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
const isFull = [options.rows, options.peers, options['cpu-prof']].every((option) => option === undefined);
if (options.write || isFull) writeFileSync(join(ROOT, 'bench/RESULTS.md'), resultsPage(report));
process.exitCode = measured.some(({ failures }) => failures.length > 0) ? 1 : 0;
