import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Front, startFront } from '../../test/support/proxy-front.ts';

const KB = 1024;

let folder: string;
let front: Front;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portico-rate-'));
  writeFileSync(join(folder, 'file'), Buffer.alloc(10 * KB, 'x'));
  front = await startFront(`AliasMatch ^/(burst|bad)/(.*) ${folder}/$2
Alias / ${folder}/
<Location />
    Require all granted
    SetOutputFilter RATE_LIMIT
</Location>
SetEnvIf Request_URI "^/file" rate-limit=10
SetEnvIf Request_URI "burst" rate-initial-burst=6
<Location /bad>
    SetEnv rate-limit 4000000
</Location>
SetEnvIf Request_URI "^/burst" rate-limit=10
LogLevel ratelimit:info`);
});

afterAll(async () => {
  await front.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Milliseconds from a request to the end of its answer, which is whole. */
async function timeOf(path: string): Promise<number> {
  const from = performance.now();
  expect(await front.get(path)).toMatch(/x{10240}$/);
  return performance.now() - from;
}

describe('a limited answer', () => {
  it('goes out piece by piece: 2 KiB at once, and 2 every fifth of a second', async () => {
    // Timers may be late, never early.
    expect(await timeOf('/file')).toBeGreaterThan(780);
  });

  it('begins with a burst', async () => {
    const times = [await timeOf('/burst/file'), await timeOf('/burst/file'), await timeOf('/burst/file')];
    expect(Math.min(...times)).toBeGreaterThan(180);
    expect(Math.min(...times)).toBeLessThan(600);
  });

  it('is a limit only where the variable is a number of KiB that makes sense', async () => {
    expect(await front.get('/bad/file')).toMatch(/x{10240}$/);
    expect(front.log.join('\n')).toContain('AH03488: rl: disabling: rate-limit = 4000000 (too high?)');
  });

  it('ends with its client', async () => {
    const socket = await front.open();
    socket.write('GET /file HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    expect(await front.get('/bad/file')).toMatch(/^HTTP\/1\.1 200/);
  });
});
