import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MapProgram } from './map-program.ts';

let folder: string;
let map: MapProgram | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-map-'));
});

afterEach(() => {
  map?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A map program in shell: `text` runs for every key, which it finds in $key. */
function program(text: string): MapProgram {
  const file = join(folder, 'map.sh');
  writeFileSync(file, `#!/bin/sh\nwhile IFS= read -r key; do\n${text}\ndone\n`);
  chmodSync(file, 0o755);
  map = new MapProgram(file, []);
  map.start();
  return map;
}

describe('a prg: map', () => {
  it('answers every key with its own line, asked at the same time too', async () => {
    const upper = program('echo "<$key>"');
    const keys = Array.from({ length: 50 }, (_, i) => `key ${i}`);
    expect(await Promise.all(keys.map((key) => upper.lookup(key)))).toEqual(keys.map((key) => `<${key}>`));
  });

  it('takes NULL in any case for a miss, and an empty line for an empty value', async () => {
    const answers = program('case "$key" in a) echo NULL;; b) echo null;; c) echo;; *) echo NULLS;; esac');
    expect(await answers.lookup('a')).toBeNull();
    expect(await answers.lookup('b')).toBeNull();
    expect(await answers.lookup('c')).toBe('');
    expect(await answers.lookup('d')).toBe('NULLS');
  });

  it('never sends a key with a line end', async () => {
    const echo = program('echo "$key"');
    expect(await echo.lookup('a\nb')).toBeNull();
    expect(await echo.lookup('c')).toBe('c');
  });

  it('is a miss when the program dies, and starts it again for the next key', async () => {
    const fragile = program('if [ "$key" = die ]; then exit 1; fi; echo "$key"');
    const troubles: string[] = [];
    fragile.onTrouble = (text) => troubles.push(text);
    expect(await fragile.lookup('a')).toBe('a');
    expect(await fragile.lookup('die')).toBeNull();
    expect(await fragile.lookup('b')).toBe('b');
    expect(troubles.join()).toContain('ended with 1');
  });

  it('is a miss while it is not running', async () => {
    const stopped = program('echo x');
    stopped.stop();
    expect(await stopped.lookup('a')).toBeNull();
  });
});
