// client-info as users get it: the built files, by `import` and by `require`, in the examples, and in a TypeScript
// program that has none of the frameworks.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeProject, packageRoot } from '../support/project.ts';

const examples = join(packageRoot, 'examples/client-info');

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Starts an example on a free port, which it prints. */
async function startExample(name: string): Promise<number> {
  const child = spawn(process.execPath, [join(examples, name)], {
    env: { PATH: process.env.PATH ?? '', PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  closers.push(() => {
    child.kill('SIGTERM');
    return ended;
  });
  let said = '';
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      said += chunk.toString();
      const [, port] = /^listening on port (\d+)$/m.exec(said) ?? [];
      if (port !== undefined) resolve(Number(port));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('close', () => reject(new Error(`${name} ended: ${said}`)));
  });
}

describe('an example', () => {
  it.each(['node-http.mjs', 'express.mjs', 'fastify.mjs', 'koa.mjs', 'hono.mjs', 'common-js.cjs'])(
    '%s says who the client is and what it asked',
    async (name) => {
      const port = await startExample(name);
      const headers = {
        'X-Forwarded-For': '6.6.6.6, 203.0.113.7',
        'X-Forwarded-Host': 'evil.test, shop.example:8080',
      };
      const answer = await fetch(`http://127.0.0.1:${port}/`, { headers });
      expect(await answer.text()).toBe('You are 203.0.113.7 and asked http://shop.example:8080/\n');
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    },
  );

  it('web-request.mjs tells a proxy from a stranger', () => {
    const run = spawnSync(process.execPath, [join(examples, 'web-request.mjs')], { encoding: 'utf8' });
    expect(run.stdout.split('\n').filter(Boolean)).toEqual([
      'through a proxy:  You are 203.0.113.7 and asked http://shop.example/',
      'from a stranger:  You are 198.51.100.9 and asked http://app.internal:8000/',
    ]);
    expect(run.stderr).toBe('');
  });
});

function projectWith(files: Readonly<Record<string, string>>): string {
  const { folder, remove } = makeProject(files);
  closers.push(remove);
  return folder;
}

const SAY = `const info = createClientInfo({ trust: ['loopback'] })({
  headers: { host: 'a.test', 'x-forwarded-for': '203.0.113.7' },
  socket: { remoteAddress: '::1' },
});
console.log(info.address);
`;

describe('the package', () => {
  it.each([
    ['say.mjs', `import { createClientInfo } from 'portico/client-info';\n${SAY}`],
    ['say.cjs', `const { createClientInfo } = require('portico/client-info');\n${SAY}`],
  ])('is loaded by %s, without a warning', (name, text) => {
    const run = spawnSync(process.execPath, [name], { cwd: projectWith({ [name]: text }), encoding: 'utf8' });
    expect([run.stdout, run.stderr]).toEqual(['203.0.113.7\n', '']);
  });

  it('brings types that need neither a framework nor those of Node', () => {
    const use = `import { type ClientInfo, createClientInfo, expressClientInfo, fastifyClientInfo, honoClientInfo, koaClientInfo } from 'portico/client-info';
const info: ClientInfo = createClientInfo({ trust: ['loopback'], fields: ['for', 'proto'] })({ headers: {} });
const port: number = info.port;
export { expressClientInfo, fastifyClientInfo, honoClientInfo, koaClientInfo, port };
// @ts-expect-error: there is no such field
createClientInfo({ trust: [], fields: ['fro'] });
// @ts-expect-error: Forwarded is one field
createClientInfo({ trust: [], from: 'forwarded', fields: ['for'] });
// @ts-expect-error: frozen
info.port = 1;
`;
    const options = { strict: true, module: 'nodenext', target: 'es2022', lib: ['es2022'], types: [] };
    const config = { compilerOptions: { ...options, skipLibCheck: false, noEmit: true }, files: ['use.mts'] };
    const folder = projectWith({ 'use.mts': use, 'tsconfig.json': JSON.stringify(config) });
    const tsc = join(packageRoot, 'node_modules/.bin/tsc');
    const run = spawnSync(tsc, ['-p', folder], { encoding: 'utf8' });
    expect([run.stdout, run.status]).toEqual(['', 0]);
  });
});
