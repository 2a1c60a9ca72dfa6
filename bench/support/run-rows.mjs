// A bench of rows and contestants, from the words of its command line to its page of results: who is here, which row has
// which figures, and where they are written.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { hasNginx, startBackend, writeFiles } from './backend.mjs';
import { placeOnCores } from './cores.mjs';
import { describeMachine } from './machine.mjs';
import { measureRow } from './measure.mjs';
import { scratch, stopAll } from './processes.mjs';
import { printRow, resultsPage } from './report.mjs';
import { ROOT } from './servers.mjs';

function readWords() {
  const { values } = parseArgs({
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
  return values;
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}

function positive(words, name) {
  const value = Number(words[name]);
  if (!(value > 0)) fail(`--${name} takes a number above 0, not ${words[name]}`);
  return value;
}

/** The members of a list that a comma-separated option names; all of them without it. */
function chosen(all, words, option) {
  if (words[option] === undefined || words[option] === 'all') return all;
  const names = words[option].split(',');
  const known = all.map(({ name }) => name);
  for (const name of names) {
    if (!known.includes(name)) fail(`--${option}: no ${name}; there are ${known.join(', ')}`);
  }
  return all.filter(({ name }) => names.includes(name));
}

/** Those that are here, with their versions. Node peers are fetched when they are asked for by name. */
function present(contestants, mayInstall) {
  const found = [];
  const absent = [];
  for (const contestant of contestants) {
    let version = contestant.version();
    if (version === undefined && mayInstall && contestant.install?.()) version = contestant.version();
    if (version === undefined) absent.push({ name: contestant.name, reason: contestant.missing });
    else found.push({ ...contestant, version });
  }
  return { found, absent };
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function requireParts() {
  if (!existsSync('/proc/self/stat')) fail('CPU time is read from /proc, which this system does not have.');
  if (!hasNginx()) fail('The backend is nginx, which is not installed (Debian: nginx).');
}

async function measureAll(rows, asked) {
  const folder = scratch();
  const htdocs = writeFiles(folder);
  const backend = await startBackend({ folder, htdocs });
  const measured = [];
  try {
    for (const row of rows) {
      const result = await measureRow({ row, progress, backend, folder, htdocs, ...asked });
      progress('');
      measured.push(result);
      console.log(printRow(result));
    }
  } finally {
    await stopAll();
  }
  return measured;
}

/** `command` is what one writes to run it, `page` the file of its results, from the root of the repository. */
export async function runRows({ rows: allRows, contestants: all, command, page }) {
  const words = readWords();
  const rounds = Math.ceil(positive(words, 'rounds'));
  const seconds = positive(words, 'seconds');
  const rows = chosen(allRows, words, 'rows');
  const profiles = words['cpu-prof'];
  const profileFolder = profiles === undefined ? undefined : resolve(profiles);
  if (profileFolder !== undefined) mkdirSync(profileFolder, { recursive: true });
  requireParts();
  const { found, absent } = present(chosen(all, words, 'peers'), words.peers !== undefined);
  for (const { name, reason } of absent) process.stderr.write(`${name} is left out: ${reason}\n`);

  const cores = placeOnCores();
  const machine = describeMachine({ cores, contestants: found });
  const asked = { contestants: found, rounds, seconds, cores, profileFolder };
  const measured = await measureAll(rows, asked);
  const isProfiled = profileFolder !== undefined;
  const report = { command, machine, rounds, seconds, isProfiled, absent, rows: measured };
  if (words.json !== undefined) writeFileSync(words.json, `${JSON.stringify(report, null, 2)}\n`);
  const isFull = [words.rows, words.peers, profiles].every((word) => word === undefined);
  if (words.write || isFull) writeFileSync(join(ROOT, page), resultsPage(report));
  process.exitCode = measured.some(({ failures }) => failures.length > 0) ? 1 : 0;
}
