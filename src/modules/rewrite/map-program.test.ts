import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryIo } from '../../conf/memory-io.ts';
import type { LiveSite } from '../../request/exchange.ts';
import { MapProgram } from './map-program.ts';

let folder: string;
let map: MapProgram | undefined;
let complaints: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-map-'));
  chmodSync(folder, 0o755);
  complaints = [];
});

afterEach(() => {
  map?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Wishes {
  readonly words?: readonly string[];
  readonly user?: string;
  readonly engineOn?: boolean;
}

/** Opens a program that is there, or not. */
async function opened(path: string, { words = [], user, engineOn = true }: Wishes = {}): Promise<MapProgram> {
  const made = new MapProgram({ path, words, user });
  map = made;
  const io = createMemoryIo({
    '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nother:x:4711:4711::/:/bin/sh\n',
    '/etc/group': 'root:x:0:\n',
  });
  const site = { io } as unknown as LiveSite;
  await made.open({ site, engineOn, complain: (text) => complaints.push(text) });
  return made;
}

function script(text: string): string {
  const file = join(folder, 'map.sh');
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A map program in shell: `text` runs for every key, which it finds in $key. */
function program(text: string, wishes?: Wishes): Promise<MapProgram> {
  return opened(script(`while IFS= read -r key; do\n${text}\ndone`), wishes);
}

describe('a prg: map', () => {
  it('answers every key with its own line, asked at the same time too', async () => {
    const upper = await program('echo "<$key>"');
    const keys = Array.from({ length: 50 }, (_, i) => `key ${i}`);
    expect(await Promise.all(keys.map((key) => upper.lookup(key)))).toEqual(keys.map((key) => `<${key}>`));
  });

  it('takes NULL in any case for a miss, and an empty line for an empty value', async () => {
    const answers = await program(
      'case "$key" in a) echo NULL;; b) echo null;; c) echo;; *) echo NULLS;; esac',
    );
    expect(await answers.lookup('a')).toBeNull();
    expect(await answers.lookup('b')).toBeNull();
    expect(await answers.lookup('c')).toBe('');
    expect(await answers.lookup('d')).toBe('NULLS');
  });

  it('never sends a key with a line end', async () => {
    const echo = await program('echo "$key"');
    expect(await echo.lookup('a\nb')).toBeNull();
    expect(await echo.lookup('c')).toBe('c');
  });

  it('is a miss when the program dies, and starts it again for the next key', async () => {
    const fragile = await program('if [ "$key" = die ]; then exit 1; fi; echo "$key"');
    expect(await fragile.lookup('a')).toBe('a');
    expect(await fragile.lookup('die')).toBeNull();
    expect(await fragile.lookup('b')).toBe('b');
    expect(complaints.join()).toContain('ended with 1');
  });

  it('is a miss while it is not running', async () => {
    const stopped = await program('echo x');
    stopped.close();
    expect(await stopped.lookup('a')).toBeNull();
  });

  it('runs with an empty environment', async () => {
    Object.assign(process.env, { PORTICO_TEST_SECRET: 'secret' });
    const told = await program('echo "[$PORTICO_TEST_SECRET$HOME$USER]"');
    Reflect.deleteProperty(process.env, 'PORTICO_TEST_SECRET');
    expect(await told.lookup('a')).toBe('[]');
  });

  it('gets its words as they were split', async () => {
    const told = await opened(script('while read key; do echo "$#:$1:$2"; done'), { words: ['a b', "c'"] });
    expect(await told.lookup('a')).toBe("2:a b:c'");
  });

  it('is not started where no rules run', async () => {
    const idle = await program('echo x', { engineOn: false });
    expect(await idle.lookup('a')).toBeNull();
  });

  it('keeps the site from opening when it cannot be started', async () => {
    await expect(opened(join(folder, 'missing'))).rejects.toThrow(
      `AH00654: mod_rewrite: could not start RewriteMap program ${join(folder, 'missing')}`,
    );
    const text = join(folder, 'text');
    writeFileSync(text, 'no program');
    await expect(opened(text)).rejects.toThrow('AH00654');
  });

  it('keeps the site from opening when its user is not known', async () => {
    await expect(program('echo x', { user: 'nobody-here' })).rejects.toThrow(/AH00654.*nobody-here/);
  });

  it('runs as its user where the server is root, and says so where it is not', async () => {
    const told = await program('echo "$(id -u):$(id -g)"', { user: 'other:root' });
    const isRoot = process.geteuid?.() === 0;
    expect(await told.lookup('a')).toBe(isRoot ? '4711:0' : `${process.getuid?.()}:${process.getgid?.()}`);
    expect(complaints.join()).toContain(isRoot ? '' : 'cannot run as other:root');
  });

  it('tells what the program complains about', async () => {
    const grumbler = await program('echo grumble >&2; echo "$key"');
    await grumbler.lookup('a');
    await expect.poll(() => complaints.join()).toContain('map.sh: grumble');
  });
});
