// The house rules that no other tool holds: who may import whom, and what every file says first.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '..', 'src');

/** Rooms from left to right; a room imports from itself and from those named here. */
const MAY_IMPORT: { readonly [room: string]: readonly string[] } = {
  kit: [],
  wire: ['kit'],
  conf: ['kit'],
  rules: ['kit'],
  request: ['kit', 'wire', 'conf'],
  modules: ['kit', 'wire', 'conf', 'rules', 'request'],
  server: ['kit', 'wire', 'conf', 'request'],
  tools: ['kit', 'wire', 'conf', 'rules', 'request', 'modules', 'server'],
  adapters: ['kit', 'wire', 'conf', 'rules', 'request', 'modules', 'server', 'tools'],
  playground: ['tools'],
  commands: ['kit', 'wire', 'conf', 'rules', 'request', 'modules', 'server', 'tools'],
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
const sources = files.filter((name) => !name.endsWith('.test.ts'));

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)';/gm)].map((found) => found[1]!);
}

function roomOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '';
}

describe('the house', () => {
  it('is looked at as a whole', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(new Set(sources.map(roomOf))).toEqual(new Set(['', ...Object.keys(MAY_IMPORT)]));
  });

  it('has rooms that import to their left only', () => {
    const wrong: string[] = [];
    for (const file of sources) {
      const room = roomOf(file);
      if (room === '') continue;
      for (const target of importsOf(file)) {
        if (!target.startsWith('.')) continue;
        const targetRoom = roomOf(relative(src, join(src, dirname(file), target)));
        if (targetRoom !== room && !MAY_IMPORT[room]!.includes(targetRoom))
          wrong.push(`${file} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps kit, rules and playground free of the machine, so that they run in a browser', () => {
    const wrong = sources
      .filter((file) => ['kit', 'rules', 'playground'].includes(roomOf(file)))
      .filter((file) => importsOf(file).some((target) => target.startsWith('node:')));
    expect(wrong).toEqual([]);
  });

  it('begins every file with what it owns', () => {
    const wrong = sources.filter((file) => !/^(#!.*\n)?\/\/ \S/.test(readFileSync(join(src, file), 'utf8')));
    expect(wrong).toEqual([]);
  });

  it('says the version of the package', () => {
    const packageText = readFileSync(join(src, '..', 'package.json'), 'utf8');
    const version = (JSON.parse(packageText) as { version: string }).version;
    expect(readFileSync(join(src, 'request/software.ts'), 'utf8')).toContain(
      `PORTICO_VERSION = '${version}'`,
    );
  });

  // Reads all types of the package, which takes long on a machine that has much else to do.
  it('has reference pages that say what the code says', { timeout: 120_000 }, () => {
    const script = join(src, '..', 'scripts', 'docs.mjs');
    const checked = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    expect(checked.stderr).toBe('');
    expect(checked.status).toBe(0);
  });
});
