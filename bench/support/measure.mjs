// One row: its contestants are started, checked, and measured in turns.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkedRequest } from './check.mjs';
import { load, openIdle } from './load.mjs';
import { median } from './numbers.mjs';
import { cpuMicros, residentBytes } from './usage.mjs';
import { wrkLoad, wrkVersion } from './wrk.mjs';

const CONNECTIONS = 32;
const REST_SECONDS = 3;
const COLLECT_MS = 1000;
/** Compilers of JavaScript need so many requests, or so much time for large ones, however short the rounds are. */
const WARM = { requests: 30_000, cpuMicros: 3e6, turns: 20 };

/** Starts a contestant for a row in a folder of its own and checks its answer. */
async function enter({ row, contestant, backend, folder, htdocs, cores, profileFolder }) {
  const own = join(folder, `${row.name}-${contestant.name}`);
  mkdirSync(own);
  const site = { backend: backend.port, folder: own, htdocs, log: join(own, 'access.out') };
  const lines = row.configuration[contestant.language](site);
  const isProfiled = profileFolder !== undefined && contestant.name === 'portico';
  const profile = isProfiled ? { folder: profileFolder, name: row.name } : undefined;
  const settles = row.idle !== undefined && contestant.settles;
  const front = await contestant.start({ lines, site, cores: cores?.front, profile, settles });
  try {
    const request = await checkedRequest({ row, front, site });
    return { name: contestant.name, settles: contestant.settles, front, request, folder: own, turns: [] };
  } catch (error) {
    await front.stop();
    throw error;
  }
}

const loadMany = wrkVersion() === undefined ? load : wrkLoad;

/** Many connections, for the CPU time of a request. */
function crowd({ row, entry, seconds }) {
  const { port, pid } = entry.front;
  const { request, folder } = entry;
  const meter = () => cpuMicros(pid);
  return loadMany({ port, request, folder, answer: row.answer, connections: CONNECTIONS, seconds, meter });
}

async function warmUp({ row, entry, progress }) {
  progress(`${row.name}: ${entry.name} warms up`);
  const done = { requests: 0, cpu: 0 };
  for (let i = 0; i < WARM.turns && done.requests < WARM.requests && done.cpu < WARM.cpuMicros; i++) {
    const { requests, used } = await crowd({ row, entry, seconds: 1 });
    done.requests += requests;
    done.cpu += used;
  }
}

/** One connection for what a request takes, many for what it costs. */
async function turn({ row, entry, seconds }) {
  const { port } = entry.front;
  const ask = { port, request: entry.request, answer: row.answer };
  const one = await load({ ...ask, connections: 1, seconds: seconds / 2 });
  if (entry.name === 'direct') return { p50: one.median, p99: one.p99 };
  const many = await crowd({ row, entry, seconds });
  return {
    cpu: many.used / many.requests,
    busy: many.used / 1e6 / many.elapsed,
    rate: many.rate,
    p50: one.median,
    p99: one.p99,
  };
}

/** `attempt` runs an action for an entry, unless one has failed for it before. */
async function inTurns({ row, entries, rounds, seconds, progress, attempt }) {
  for (const entry of entries) await attempt(entry.name, () => warmUp({ row, entry, progress }));
  for (let round = 0; round < rounds; round++) {
    // There and back, so that what drifts meets all alike.
    for (const entry of round % 2 === 0 ? entries : entries.toReversed()) {
      progress(`${row.name}: round ${round + 1} of ${rounds}, ${entry.name}`);
      await attempt(entry.name, async () => entry.turns.push(await turn({ row, entry, seconds })));
    }
  }
}

/** Lets a front that is a Node process collect its garbage, so that its memory is what it needs. */
async function settle({ settles, front }) {
  if (!settles) return;
  process.kill(front.pid, 'SIGUSR2');
  await new Promise((resolve) => setTimeout(resolve, COLLECT_MS));
}

/** What many resting connections cost: memory, and CPU time while nothing happens. */
async function rest({ row, entry, progress }) {
  const { port, pid } = entry.front;
  const ask = { port, request: entry.request, answer: row.answer };
  await warmUp({ row, entry, progress });
  await settle(entry);
  const before = residentBytes(pid);
  progress(`${row.name}: ${entry.name} is given ${row.idle} connections`);
  const idle = await openIdle({ ...ask, count: row.idle });
  await settle(entry);
  const used = cpuMicros(pid);
  await new Promise((resolve) => setTimeout(resolve, REST_SECONDS * 1000));
  const busy = (cpuMicros(pid) - used) / 1e6 / REST_SECONDS;
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

/** Runs actions by name; of a name whose action has failed no more is run, and the reason stands in `failures`. */
function attempts() {
  const failures = [];
  const attempt = async (name, action) => {
    if (failures.some((failure) => failure.name === name)) return;
    try {
      await action();
    } catch (error) {
      failures.push({ name, reason: error.message });
    }
  };
  return { failures, attempt };
}

/**
 * The row's figures: `{ name, what, targets, results, failures }`. A contestant that does not start or whose answer is
 * wrong stands in `failures` with the reason.
 */
export async function measureRow({ row, contestants, rounds, seconds, progress, ...place }) {
  const { failures, attempt } = attempts();
  const entries = [];
  try {
    for (const contestant of contestants) {
      if (!(contestant.language in row.configuration)) continue;
      await attempt(contestant.name, async () => entries.push(await enter({ row, contestant, ...place })));
    }
    if (row.idle === undefined) {
      if (row.seen !== undefined) entries.unshift(await direct(row, place));
      await inTurns({ row, entries, rounds, seconds, progress, attempt });
    } else {
      for (const entry of entries) await attempt(entry.name, () => rest({ row, entry, progress }));
    }
  } finally {
    for (const { front, name } of entries) if (name !== 'direct') await front.stop();
  }
  const hasFailed = ({ name }) => failures.some((failure) => failure.name === name);
  const results = entries.filter((entry) => !hasFailed(entry)).map(summary);
  return { name: row.name, what: row.what, targets: row.targets, results, failures };
}

/** The backend asked without a front. */
async function direct(row, { backend, folder }) {
  const request = await checkedRequest({
    row: { ...row, seen: undefined, log: undefined },
    front: backend,
    site: {},
  });
  return { name: 'direct', front: backend, request, folder, turns: [] };
}
