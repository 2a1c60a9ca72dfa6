// Projects that use the package as it is installed: ES modules, CommonJS, and TypeScript under both ways of resolving.
// Reads the built package.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');
let project = '';

beforeAll(() => {
  project = mkdtempSync(join(realpathSync(tmpdir()), 'portico-consumer-'));
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
  symlinkSync(root, join(project, 'node_modules/portico'));
  symlinkSync(join(root, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'));
  symlinkSync(
    realpathSync(join(root, 'node_modules/undici-types')),
    join(project, 'node_modules/undici-types'),
  );
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

function run(file: string, text: string): string {
  writeFileSync(join(project, file), text);
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], { cwd: project, encoding: 'utf8' });
  expect([stderr, status]).toEqual(['', 0]);
  return stdout;
}

const USE = `
const engine = compile('RewriteEngine on\\nRewriteRule ^old/(.*)$ /new/$1 [R=301]');
const result = engine.evaluate({ url: '/old/x?y=1', headers: { host: 'example.com' } });
console.log(result.kind, result.location);
`;

const CONSUMER = `
import { check, compile, memoryFiles, printTrace, type RewriteResult, RewriteSyntaxError } from 'portico/rewrite';

export function answer(result: RewriteResult): string {
  switch (result.kind) {
    case 'unchanged':
    case 'rewritten':
      return result.url + (result.query ?? '') + result.file;
    case 'file':
      return result.file;
    case 'redirect':
      return \`\${result.status.toFixed()} \${result.location}\`;
    case 'proxy':
      return result.url;
    case 'status':
      return String(result.status);
    case 'loop':
      return result.cycle.map(({ file, line }) => \`\${file}:\${line}\`).join();
    default: {
      const nobody: never = result;
      return nobody;
    }
  }
}

const engine = compile('RewriteEngine on', {
  context: 'htaccess',
  directory: '/srv/www',
  documentRoot: '/srv/www',
  files: memoryFiles({ '/srv/www/a': 'text' }),
  maps: { plain: { a: 'b' }, asked: (key) => (key === 'a' ? 'b' : null), later: async () => 'b', map: new Map([['a', 'b']]) },
});
const { trace, env } = engine.evaluate({ url: '/a' }, { trace: true });
for (const step of trace)
  if (step.name === 'rewrite') {
    const [from, to]: readonly [string, string] = step.args;
    console.log(from, to, step.place?.line, step.round);
  }
console.log(printTrace(trace), env['A'], check('x').length, new RewriteSyntaxError([]).diagnostics.length);
// @ts-expect-error a kind that there is not
if (engine.evaluate({}).kind === 'nothing') console.log();
// @ts-expect-error a context that there is not
compile('', { context: 'vhost' });
// @ts-expect-error the texts of a list say for themselves where they stand
compile([{ text: '' }], { context: 'server' });
`;

function typeCheck(name: string, options: object, text: string): string {
  const folder = join(project, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.ts'), text);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const compilerOptions = {
    target: 'es2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    ...options,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['index.ts'] }));
  return spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' }).stdout;
}

describe('portico/rewrite is used', () => {
  test('from an ES module', () => {
    expect(run('use.mjs', `import { compile } from 'portico/rewrite';${USE}`)).toBe(
      'redirect http://example.com/new/x?y=1\n',
    );
  });

  test('from CommonJS', () => {
    expect(run('use.cjs', `const { compile } = require('portico/rewrite');${USE}`)).toBe(
      'redirect http://example.com/new/x?y=1\n',
    );
  });

  test('with the files of the machine', () => {
    const text = `import { compile } from 'portico/rewrite';
import { nodeFiles } from 'portico/rewrite/node';
const rules = 'RewriteEngine on\\nRewriteCond %{REQUEST_FILENAME} !-f\\nRewriteRule ^ /front [L]';
const engine = compile(rules, { documentRoot: process.cwd(), files: nodeFiles });
console.log(engine.evaluate({ url: '/files.mjs' }).kind, engine.evaluate({ url: '/none' }).kind);`;
    expect(run('files.mjs', text)).toBe('unchanged loop\n');
  });

  test('from TypeScript in Node, which passes its requests on as they are', () => {
    const text = `${CONSUMER}
import type { IncomingMessage } from 'node:http';
import { nodeFiles } from 'portico/rewrite/node';
export const onNode = (request: IncomingMessage): RewriteResult => engine.evaluate(request);
compile('', { files: nodeFiles });`;
    const options = { module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2023'], types: ['node'] };
    expect(typeCheck('nodenext', options, text)).toBe('');
  });

  test('from TypeScript for browsers, which passes its requests on as they are', () => {
    const text = `${CONSUMER}
export const onEdge = (request: Request): RewriteResult => engine.evaluate(request);
export const withParts = (url: URL, headers: Headers): RewriteResult => engine.evaluate({ url, headers });`;
    const options = { module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom'], types: [] };
    expect(typeCheck('bundler', options, text)).toBe('');
  });
});
