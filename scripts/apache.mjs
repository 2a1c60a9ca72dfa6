// An Apache httpd for the recording scripts: in a folder of its own, on a free port of 127.0.0.1, stopped by its own
// pid. What it may load and where its program is, test/support/programs.ts says.

import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MODULES = '/usr/lib/apache2/modules';
const START_MS = 10_000;

/** Hands a new folder to `work` and removes it afterwards. */
export async function withFolder(work) {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'portico-record-'));
  chmodSync(folder, 0o755);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes a file of bytes, and the folders it is in. */
export function writeBytes(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, 'latin1');
}

/** An Apache over `folder` with these modules and lines; nothing runs yet. */
export function apacheIn({ program, folder, port, modules, lines, env = {} }) {
  const confFile = join(folder, 'httpd.conf');
  const options = { env: { PATH: '/usr/bin:/bin', TZ: 'UTC', ...env }, encoding: 'latin1' };
  writeBytes(
    confFile,
    [
      `ServerRoot ${folder}`,
      `PidFile ${folder}/pid`,
      `DefaultRuntimeDir ${folder}`,
      `Listen 127.0.0.1:${port}`,
      ...['mpm_event', 'authz_core', ...modules].map(
        (name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`,
      ),
      'StartServers 1',
      'ServerLimit 1',
      'ThreadsPerChild 8',
      'MinSpareThreads 4',
      'MaxRequestWorkers 8',
      `ErrorLog ${folder}/error.log`,
      ...lines,
      '',
    ].join('\n'),
  );
  return {
    /** The line numbers of `lines` begin after this one. */
    firstLine: readFileSync(confFile, 'latin1').split('\n').length - lines.length - 1,
    /** What is wrong with the configuration; empty where nothing is. */
    complaint: () => {
      const checked = spawnSync(program, ['-f', confFile, '-t'], options);
      return checked.status === 0 ? '' : checked.stderr;
    },
    log: () => readFileSync(join(folder, 'error.log'), 'latin1'),
    emptyLog: () => writeFileSync(join(folder, 'error.log'), ''),
    /** Runs it while `work` is under way. */
    async during(work) {
      const child = spawn(program, ['-f', confFile, '-DFOREGROUND'], { ...options, stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('close', resolve));
      try {
        await untilListening(port);
        return await work();
      } finally {
        child.kill('SIGTERM');
        await ended;
      }
    },
  };
}

async function untilListening(port) {
  const deadline = Date.now() + START_MS;
  while (
    !(await ask(port, '').then(
      () => true,
      () => false,
    ))
  ) {
    if (Date.now() > deadline) throw new Error(`Apache did not listen on port ${port} in time`);
    await sleep(20);
  }
}

/** Sends bytes and answers all that comes back until the server closes; without bytes it only connects. */
export function ask(port, bytes) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.setEncoding('latin1');
    socket.once('error', reject);
    socket.once('connect', () => (bytes === '' ? socket.end() : socket.write(bytes, 'latin1')));
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.once('close', () => resolve(text));
  });
}
