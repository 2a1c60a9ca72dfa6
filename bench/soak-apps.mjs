// Does every request get its answer while applications crash, are replaced and stopped for idleness, and the
// configuration is read again? And is anything left behind: descriptors, memory, processes?
//
//   npm run soak:apps [-- MINUTES] [--clients 8] [--seed 1] [--json]       10 minutes by default

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from './support/numbers.mjs';
import { freePort, scratch, stopAll } from './support/processes.mjs';
import { ROOT, startPorticoProcess } from './support/servers.mjs';
import { SETTLE_OPTIONS } from './support/settle.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    clients: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const minutes = Number(positionals[0] ?? 10);
if (!(minutes > 0)) throw new Error(`"${positionals[0]}" is no number of minutes`);
const MEGABYTE = 2 ** 20;
const MOST_GROWTH = 8 * MEGABYTE;
const ANSWER_MS = 60_000;
/** So long after the last request nothing but the applications that stay is left. */
const REST_MS = 6000;
const MARK = `SOAK_MARK=${randomBytes(8).toString('hex')}`;
const APP = fileURLToPath(new URL('support/soak-app.mjs', import.meta.url));
/** What clients ask for: several processes, a fixed address, and one that is idle often. */
const NAMES = ['several', 'fixed', 'idle'];

let seed = Number(options.seed);

/** A number below 1, the same ones for the same seed (mulberry32). */
function random() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

function pick(list) {
  return list[Math.floor(random() * list.length)];
}

function configuration({ port, folder, fixedPort, revision }) {
  const section = (name, lines) => `<App ${name}>
    AppCommand "${process.execPath} ${APP}"
    AppDirectory ${folder}
    AppReady http:/healthz 20s
    AppHold 30s
    AppQueue 1000
    AppRestart on-failure 1000
    AppStopTimeout 3s
    AppDrainTimeout 5s
    AppEnv ${MARK}
    AppEnv REVISION=${revision[name]}
    AppLog ${folder}/apps.log
    ${lines.join('\n    ')}
</App>
ProxyPass /${name}/ app://${name}/
`;
  return `ServerName localhost
Listen 127.0.0.1:${port}
ErrorLog ${folder}/error.log
KeepAliveTimeout 60
MaxKeepAliveRequests 0
${section('several', ['AppInstances 2'])}
${section('fixed', [`AppAddress http://127.0.0.1:${fixedPort}`])}
${section('idle', ['AppIdleStop 1s', 'AppEnv START_MS=200'])}
`;
}

/** One request; what is wrong with its answer, or undefined. */
function ask(port, name, agent) {
  return new Promise((resolve) => {
    const request = get(
      { port, host: '127.0.0.1', path: `/${name}/`, agent, timeout: ANSWER_MS },
      (response) => {
        let text = '';
        response.setEncoding('latin1');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('error', (error) => resolve({ fault: error.code }));
        response.on('end', () => {
          const [, said, pid] = /^(\w+) (\d+)$/.exec(text) ?? [];
          if (response.statusCode !== 200) resolve({ fault: `status ${response.statusCode}` });
          else if (said !== name) resolve({ fault: `an answer of ${said}` });
          else resolve({ pid: Number(pid) });
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', (error) => resolve({ fault: error.code ?? error.message }));
  });
}

async function runClient(run, name) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!run.isOver) {
    const began = performance.now();
    const { fault, pid } = await ask(run.port, name, agent);
    run.asked += 1;
    run.longest = Math.max(run.longest, performance.now() - began);
    if (fault === undefined) {
      run.answered += 1;
      run.pids.set(name, pid);
    } else run.faults.push(`${name}: ${fault}`);
    await sleep(name === 'idle' ? 3000 * random() : 10 + 30 * random());
  }
  agent.destroy();
}

/** Numbers are used again: only what is an application's process is killed. */
function crash(pid) {
  if (!environmentOf(pid).includes(MARK)) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** `portico apps restart`; what it complains of, or undefined. */
function restart({ file }, name) {
  const words = [join(ROOT, 'dist/cli.js'), 'apps', 'restart', name, '-f', file];
  return new Promise((resolve) => {
    execFile(process.execPath, words, (error, _out, complaint) =>
      resolve(error === null ? undefined : complaint),
    );
  });
}

/** A crash, a restart by command, a deploy by a changed configuration, or a reload that changes nothing. */
async function disturb(run) {
  const name = pick(NAMES);
  const kind = pick(['crash', 'crash', 'restart', 'deploy', 'reload']);
  run.events[kind] += 1;
  if (kind === 'crash') {
    crash(run.pids.get(name));
    return;
  }
  if (kind === 'restart') {
    const complaint = await restart(run, name);
    if (complaint !== undefined) run.complaints.push(complaint.trim());
    return;
  }
  if (kind === 'deploy') run.revision[name] += 1;
  writeFileSync(run.file, configuration(run));
  process.kill(run.front.pid, 'SIGHUP');
}

function environmentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

/** All processes of the applications, whoever their parents are. */
function applicationProcesses() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(MARK));
}

function residentBytes(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;
}

function lastLines(path) {
  try {
    return readFileSync(path, 'latin1').split('\n').slice(-20).join('\n');
  } catch {
    return '';
  }
}

async function reading({ front }) {
  process.kill(front.pid, 'SIGUSR2');
  await sleep(100);
  return {
    bytes: residentBytes(front.pid),
    files: readdirSync(`/proc/${front.pid}/fd`).length,
    processes: applicationProcesses().length,
  };
}

async function runFor(run, milliseconds) {
  const until = performance.now() + milliseconds;
  const readings = [];
  const clients = Array.from({ length: Number(options.clients) }, (_, at) => runClient(run, NAMES[at % 3]));
  const disturbing = (async () => {
    while (performance.now() < until) {
      await sleep(300 + 2000 * random());
      await disturb(run);
    }
  })();
  while (performance.now() < until) {
    await sleep(Math.min(2000, milliseconds / 10));
    readings.push(await reading(run));
  }
  await disturbing;
  run.isOver = true;
  await Promise.all(clients);
  return readings;
}

function judge({ run, readings, rest, atEnd, left }) {
  const half = Math.floor(readings.length / 2);
  const before = median(readings.slice(0, half).map(({ bytes }) => bytes));
  const after = median(readings.slice(half).map(({ bytes }) => bytes));
  const faults = [];
  if (run.answered < run.asked) faults.push(`${run.asked - run.answered} requests were not answered`);
  if (run.complaints.length > 0) faults.push(...run.complaints);
  // At first it grows into its work.
  if (minutes >= 2 && after > before + MOST_GROWTH) faults.push('memory grows');
  if (atEnd.files > rest.files) faults.push('descriptors are left open');
  if (atEnd.processes > rest.processes) faults.push('processes are left running');
  if (left > 0) faults.push(`${left} processes outlive the server`);
  return { before, after, faults };
}

const folder = scratch();
const [port, fixedPort] = [await freePort(), await freePort()];
const file = join(folder, 'soak.conf');
const run = {
  port,
  folder,
  fixedPort,
  file,
  revision: { several: 0, fixed: 0, idle: 0 },
  events: { crash: 0, restart: 0, deploy: 0, reload: 0 },
  complaints: [],
  pids: new Map(),
  asked: 0,
  answered: 0,
  longest: 0,
  faults: [],
  isOver: false,
};
try {
  writeFileSync(file, configuration(run));
  run.front = await startPorticoProcess({
    port,
    file,
    output: join(folder, 'front.out'),
    nodeOptions: SETTLE_OPTIONS,
  });
  const agent = new Agent();
  for (const name of NAMES) {
    const { fault } = await ask(port, name, agent);
    if (fault !== undefined) throw new Error(`${name}: ${fault}\n${readFileSync(join(folder, 'error.log'))}`);
  }
  agent.destroy();
  await sleep(REST_MS);
  const rest = await reading(run);
  const readings = await runFor(run, minutes * 60_000);
  await sleep(REST_MS);
  const atEnd = await reading(run);
  await run.front.stop();
  const left = applicationProcesses().length;
  const { before, after, faults } = judge({ run, readings, rest, atEnd, left });
  const log = readFileSync(join(folder, 'error.log'), 'latin1');
  const starts = (log.match(/is ready on /g) ?? []).length;
  if (/exception|defect/.test(log)) faults.push('there were exceptions');
  const most = {
    files: Math.max(...readings.map(({ files }) => files)),
    processes: Math.max(...readings.map(({ processes }) => processes)),
  };
  const { asked, answered, events } = run;
  const longest = Math.round(run.longest);
  const samples = run.faults.slice(0, 20);
  if (options.json) {
    const figures = {
      minutes,
      asked,
      answered,
      longest,
      events,
      starts,
      before,
      after,
      rest,
      most,
      atEnd,
      left,
    };
    console.log(JSON.stringify({ ...figures, faults, samples, readings }, null, 2));
  } else
    console.log(`${asked} requests in ${minutes} minutes, ${answered} of them answered, the slowest after ${longest} ms.
Meanwhile ${events.crash} crashes, ${events.restart} restarts, ${events.deploy} deploys and ${events.reload} reloads; processes became ready ${starts} times.
Memory: ${Math.round(before / MEGABYTE)} MB in the first half, ${Math.round(after / MEGABYTE)} MB in the second.
Open files: ${rest.files} at first, ${most.files} at most, ${atEnd.files} at the end.
Processes of applications: ${rest.processes} at first, ${most.processes} at most, ${atEnd.processes} at the end, ${left} behind the server.
${faults.length === 0 ? 'Nothing is lost and nothing is left.' : `Not as it should be: ${[...faults, ...samples].join('; ')}.`}`);
  if (faults.length > 0) process.exitCode = 1;
} catch (error) {
  for (const name of ['front.out', 'error.log']) console.error(`${name}:\n${lastLines(join(folder, name))}`);
  throw error;
} finally {
  await stopAll();
  // Where the server itself has failed, nobody else ends them.
  for (const pid of applicationProcesses()) crash(pid);
}
