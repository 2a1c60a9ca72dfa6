// Applications that crash and are replaced at random, for some seconds (`npm run soak:apps`: for minutes): every request
// is answered, and nothing is left.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOAK = fileURLToPath(new URL('../../bench/soak-apps.mjs', import.meta.url));

test('lose no request and leave nothing behind', async () => {
  const child = spawn(process.execPath, [SOAK, '0.2', '--seed', '5', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('latin1');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString('latin1');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  expect(err).toBe('');
  const { asked, answered, events, faults, samples } = JSON.parse(out) as Record<string, unknown>;
  expect({ faults, samples, answered }).toEqual({ faults: [], samples: [], answered: asked });
  expect(asked).toBeGreaterThan(50);
  const counts = Object.values(events as Record<string, number>);
  expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThan(3);
  expect(code).toBe(0);
}, 120_000);
