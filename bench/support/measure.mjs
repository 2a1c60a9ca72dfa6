// One row: its contestants are started, checked, and measured in turns.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkedRequest } from './check.mjs';
import { load, openIdle } from './load.mjs';
import { median } from './numbers.mjs';
import { cpuMicros, residentBytes } from './usage.mjs';

const CONNECTIONS = 32;
const SETTLE_SECONDS = 3;
/** Compilers of JavaScript need their time, however short the rounds are. */
const WARM_SECONDS = 3;

/** Starts a contestant for a row in a folder of its own and checks its answer. */
async function enter({ row, contestant, backend, folder, htdocs, cores, profileFolder }) {
  const own = join(folder, `${row.name}-${contestant.name}`);
  mkdirSync(own);
  const site = { backend: backend.port, folder: own, htdocs, log: join(own, 'access.out') };
  const lines = row.configuration[contestant.language](site);
  const isProfiled = profileFolder !== undefined && contestant.name === 'portico';
  const profile = isProfiled ? { folder: profileFolder, name: row.name } : undefined;
  const front = await contestant.start({ lines, site, cores: cores?.front, profile });
  const request = await checkedRequest({ row, front, site });
  return { name: contestant.name, front, request, turns: [] };
}

async function warmUp({ row, entry, progress }) {
  progress(`${row.name}: ${entry.name} warms up`);
  const ask = { port: entry.front.port, request: entry.request, answer: row.answer };
  await load({ ...ask, connections: CONNECTIONS, seconds: WARM_SECONDS });
}

/** One connection for what a request takes, many for what it costs. */
async function turn({ row, entry, seconds }) {
  const { port, pid } = entry.front;
  const ask = { port, request: entry.request, answer: row.answer };
  const one = await load({ ...ask, connections: 1, seconds: seconds / 2 });
  if (entry.name === 'direct') return { p50: one.median, p99: one.p99 };
  const many = await load({ ...ask, connections: CONNECTIONS, seconds, meter: () => cpuMicros(pid) });
  return {
    cpu: many.used / many.requests,
    busy: many.used / 1e6 / many.elapsed,
    rate: many.rate,
    reopened: many.reopened,
    p50: one.median,
    p99: one.p99,
  };
}

async function inTurns({ row, entries, rounds, seconds, progress }) {
  for (const entry of entries) await warmUp({ row, entry, progress });
  for (let round = 0; round < rounds; round++) {
    // There and back, so that what drifts meets all alike.
    for (const entry of round % 2 === 0 ? entries : entries.toReversed()) {
      progress(`${row.name}: round ${round + 1} of ${rounds}, ${entry.name}`);
      entry.turns.push(await turn({ row, entry, seconds }));
    }
  }
}

/** What many resting connections cost: memory, and CPU time while nothing happens. */
async function rest({ row, entry, progress }) {
  const { port, pid } = entry.front;
  const ask = { port, request: entry.request, answer: row.answer };
  await warmUp({ row, entry, progress });
  const before = residentBytes(pid);
  progress(`${row.name}: ${entry.name} is given ${row.idle} connections`);
  const idle = await openIdle({ ...ask, count: row.idle });
  const used = cpuMicros(pid);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_SECONDS * 1000));
  const busy = (cpuMicros(pid) - used) / 1e6 / SETTLE_SECONDS;
  const open = idle.open();
  const bytes = (residentBytes(pid) - before) / row.idle;
  idle.close();
  if (open < row.idle) throw new Error(`only ${open} of ${row.idle} connections were kept`);
  entry.turns.push({ bytes, busy });
}

function summary({ name, turns }) {
  const keys = Object.keys(turns[0] ?? {});
  const medians = keys.map((key) => [key, median(turns.map((each) => each[key]))]);
  return { name, ...Object.fromEntries(medians), turns };
}

/**
 * The row's figures: `{ name, what, targets, results, failures }`. A contestant that does not start or whose answer is
 * wrong stands in `failures` with the reason.
 */
export async function measureRow({ row, contestants, options, progress, ...place }) {
  const failures = [];
  const entries = [];
  const attempt = async (name, action) => {
    try {
      await action();
    } catch (error) {
      failures.push({ name, reason: error.message });
    }
  };
  try {
    for (const contestant of contestants) {
      if (!(contestant.language in row.configuration)) continue;
      await attempt(contestant.name, async () => entries.push(await enter({ row, contestant, ...place })));
    }
    const { rounds, seconds } = options;
    if (row.idle === undefined) {
      if (row.seen !== undefined) entries.unshift(await direct(row, place.backend));
      await inTurns({ row, entries, rounds, seconds, progress });
    } else {
      for (const entry of entries) {
        await attempt(entry.name, () => rest({ row, entry, progress }));
      }
    }
  } finally {
    for (const { front, name } of entries) if (name !== 'direct') await front.stop();
  }
  const results = entries.filter(({ turns }) => turns.length > 0).map(summary);
  return { name: row.name, what: row.what, targets: row.targets, results, failures };
}

/** The backend asked without a front. */
async function direct(row, backend) {
  const request = await checkedRequest({
    row: { ...row, seen: undefined, log: undefined },
    front: backend,
    site: {},
  });
  return { name: 'direct', front: backend, request, turns: [] };
}
