// A supervisor with real processes, for tests of applications: a folder, its log, and the programs that are supervised.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppInstance, AppLease, AppRefusal, AppSpec } from '../../src/request/apps.ts';
import { Accounts } from '../../src/server/accounts.ts';
import { Supervisor, type SupervisorOptions } from '../../src/server/apps/index.ts';
import { until } from './scene.ts';

export interface Supervised {
  readonly folder: string;
  readonly supervisor: Supervisor;
  /** What the supervisor logged, and what the applications printed. */
  readonly log: readonly string[];
  readonly printed: readonly string[];
  write(name: string, text: string): string;
  /** Puts these in force; each is an on-demand Node application unless it says otherwise. */
  apply(...specs: readonly Partial<AppSpec>[]): void;
  /** The processes of an application. */
  pids(name?: string): readonly number[];
  close(): Promise<void>;
}

/** Answers `PID` to every request, and does what its environment says meanwhile. */
const NODE_APP = `
import { createServer } from 'node:http';
const { PORT, START_MS = '0', ANSWER_MS = '0', EXIT, IGNORE_TERM, WORDS } = process.env;
if (WORDS) console.error(WORDS);
if (EXIT) process.exit(Number(EXIT));
if (IGNORE_TERM) process.on('SIGTERM', () => console.log('no'));
const server = createServer((request, response) => {
  if (request.url === '/crash') process.exit(3);
  setTimeout(() => response.end(String(process.pid)), request.url === '/healthz' ? 0 : Number(ANSWER_MS));
});
setTimeout(() => server.listen(Number(PORT), '127.0.0.1', () => console.log('listening')), Number(START_MS));
`;

export function superviseApps(options: Partial<SupervisorOptions> = {}): Supervised {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'portico-apps-test-'));
  const log: string[] = [];
  const printed: string[] = [];
  const supervisor = new Supervisor({
    accounts: new Accounts(),
    log: (level, text) => log.push(`${level}: ${text}`),
    logOutput: (target, { prefix, line }) => printed.push(target === undefined ? prefix + line : line),
    runtimeFolder: folder,
    ...options,
  });
  writeFileSync(join(folder, 'app.mjs'), NODE_APP);
  return {
    folder,
    supervisor,
    log,
    printed,
    write(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text, { mode: 0o755 });
      return path;
    },
    apply: (...specs) =>
      supervisor.apply(
        specs.map((spec) => appSpec(folder, spec)),
        folder,
      ),
    pids: (name = 'shop') =>
      (supervisor.report(name)?.instances ?? []).map(({ pid }) => pid).filter((pid) => pid !== undefined),
    async close() {
      await supervisor.shutDown();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function appSpec(folder: string, spec: Partial<AppSpec>): AppSpec {
  return {
    name: 'shop',
    command: [process.execPath, 'app.mjs'],
    directory: folder,
    address: { kind: 'auto' },
    start: 'on-demand',
    probe: { kind: 'http', path: '/healthz' },
    readyTimeout: 20_000,
    hold: 20_000,
    queue: 1000,
    idleStop: undefined,
    restart: 'on-failure',
    restartLimit: 8,
    instances: 1,
    env: {},
    user: undefined,
    limits: {},
    log: undefined,
    stopSignal: 'SIGTERM',
    stopTimeout: 5000,
    drainTimeout: 10_000,
    ...spec,
  };
}

/** A lease, or why there is none. */
export async function obtain(
  supervisor: Supervisor,
  name = 'shop',
  hold?: number,
): Promise<AppLease | AppRefusal> {
  const answer = supervisor.acquire(name, hold);
  return answer.kind === 'wait' ? answer.result : answer;
}

/** A process that has just been killed refuses connections, or loses those that it had not taken yet. */
const LOST = ['ECONNREFUSED', 'ECONNRESET'];

/** One GET as a proxy sends it, once more where its process is lost: what the application answered. */
export async function visitApp(supervisor: Supervisor, path = '/', name = 'shop'): Promise<string> {
  for (;;) {
    const lease = await obtain(supervisor, name);
    if (lease.kind === 'refusal') throw new Error(lease.why);
    try {
      return await askInstance(lease.instance, path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && LOST.includes(String(error.code)))) throw error;
      lease.refused();
    } finally {
      lease.release();
    }
  }
}

/** A connection of its own for each request. */
export function askInstance({ endpoint }: AppInstance, path = '/'): Promise<string> {
  const where =
    endpoint.kind === 'unix' ? { socketPath: endpoint.path } : { host: endpoint.host, port: endpoint.port };
  return new Promise((resolve, reject) => {
    const sent = request({ ...where, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export async function untilGone(pid: number): Promise<void> {
  await until(`the end of process ${pid}`, () => (isAlive(pid) ? undefined : true));
}
