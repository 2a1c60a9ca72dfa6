// wrk as the load generator, where it is installed: it takes less of the machine than ours does, so that fronts are
// measured and not the crowd beside them. It sends the very bytes that were checked before; of the answers it looks at the
// status, and whether they are whole.

import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Its version; undefined where it is not installed (Debian: wrk). */
export function wrkVersion() {
  const { stdout } = spawnSync('wrk', ['-v'], { encoding: 'utf8' });
  return /^wrk (?:debian\/)?([0-9.]+)/.exec(stdout ?? '')?.[1];
}

// What a request is stands in a file, since its bytes may be anything.
const SCRIPT = `
local file = io.open(os.getenv('BENCH_REQUEST'), 'rb')
local bytes = file:read('*a')
file:close()
request = function() return bytes end
done = function(summary)
  local e = summary.errors
  io.write(string.format('RESULT %d %d %d %d %d %d\\n', summary.requests, summary.duration,
    e.connect, e.read + e.write, e.status, e.timeout))
end
`;

function run(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (status) => (status === 0 ? resolve(output) : reject(new Error(`wrk: ${output}`))));
  });
}

/** As `load` of load.mjs, without the times of single requests. `folder` holds its script. */
export async function wrkLoad({ port, request, connections, seconds, meter, folder }) {
  const script = join(folder, 'load.lua');
  const bytes = join(folder, 'load.request');
  writeFileSync(script, SCRIPT);
  writeFileSync(bytes, request);
  const length = `${Math.max(1, Math.round(seconds))}s`;
  const args = ['-t', '1', '-c', String(connections), '-d', length, '-s', script, `http://127.0.0.1:${port}`];
  const before = meter();
  const output = await run('wrk', args, { BENCH_REQUEST: bytes });
  const used = meter() - before;
  const [requests, micros, connect, broken, status, timeout] =
    /^RESULT (.*)$/m.exec(output)?.[1].split(' ').map(Number) ?? [];
  if (requests === undefined) throw new Error(`wrk says nothing of requests: ${output}`);
  if (connect + status + timeout > 0 || broken > requests / 1000)
    throw new Error(
      `of ${requests} answers ${status} were errors; ${broken + connect + timeout} connections broke`,
    );
  const elapsed = micros / 1e6;
  return { requests, elapsed, rate: requests / elapsed, used };
}
