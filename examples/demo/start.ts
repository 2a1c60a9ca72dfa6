// `npm start`: portico with the how-to's configuration. The application is not running; the first visit starts it.
// Ctrl-C ends both: portico leaves alone what a CGI put in the background, so this script sees to the application.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const demo = join(root, 'examples', 'demo');
const scratch = mkdtempSync(join(tmpdir(), 'portico-demo-'));
const pidFile = join(scratch, 'app.pid');

const env = {
  ...process.env,
  DEMO: demo,
  PORT: process.env.PORT ?? '8080',
  APP_PORT: process.env.APP_PORT ?? '8000',
  APP_PIDFILE: pidFile,
  APP_SCRIPT: join(root, 'dist', 'examples', 'demo', 'app.js'),
};

/** Every process id that the autostart script wrote down. */
function appPids(): number[] {
  try {
    return readFileSync(pidFile, 'utf8')
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 1);
  } catch {
    return [];
  }
}

function stopApp(): void {
  for (const pid of appPids()) {
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // Gone already: a second visitor's copy ends by itself.
    }
  }
  rmSync(scratch, { recursive: true, force: true });
}

/** portico runs CGI scripts as root only where it is told to: in a fresh container there may be nobody else. */
const asRoot = process.getuid?.() === 0 ? ['-C', 'User root', '-C', 'Group root'] : [];

// In a session of its own: Ctrl-C reaches this script alone, which passes it on once.
const portico = spawn(
  process.execPath,
  [join(root, 'dist', 'cli.js'), 'serve', '-f', join(demo, 'httpd.conf'), ...asRoot],
  {
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => portico.kill('SIGTERM'));
}
portico.on('exit', (code) => {
  stopApp();
  process.exitCode = code ?? 1;
});
