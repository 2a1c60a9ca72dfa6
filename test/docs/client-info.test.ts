// docs/client-info.md as somebody follows it: its programs are run and compiled as they stand there. The lines for
// Apache, portico and nginx are run by test/client-info/proxies.test.ts.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it, test } from 'vitest';
import { createClientInfo } from '../../src/adapters/client-info/index.ts';
import { openWorkshop } from '../support/command.ts';
import { readDocPage } from '../support/doc-page.ts';
import { freePort } from '../support/ports.ts';
import { makeProject, packageRoot } from '../support/project.ts';
import { isListening, until } from '../support/scene.ts';

const page = readDocPage('client-info.md');

const FRAMEWORKS = ['express', 'fastify', 'koa', 'hono', '@hono/node-server'];
const programs = page.blocksOf('js');

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Runs a program of the page on a free port, which it answers. */
async function run(text: string): Promise<number> {
  const port = await freePort();
  const project = makeProject({ 'app.mjs': text.replaceAll('8000', String(port)) }, FRAMEWORKS);
  closers.push(project.remove);
  const child = spawn(process.execPath, ['app.mjs'], {
    cwd: project.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  closers.push(() => stop(child));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until('the program listens', async () => {
    if (child.exitCode !== null) throw new Error(said);
    return (await isListening(port)) || undefined;
  });
  return port;
}

function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.kill('SIGKILL');
  return ended;
}

describe('a first program', () => {
  const servers = programs.filter((text) => text.includes('8000') && text.startsWith('import'));

  it('stands there for node:http and four frameworks', () => {
    expect(servers).toHaveLength(5);
  });

  it.each(
    servers.map((text) => [
      /import (?!{)\w+ from '(\w+)'|import { (?:Hono|createServer) }/.exec(text)?.[0] ?? text,
      text,
    ]),
  )('answers who asks and what: %s', async (_title, text) => {
    const port = await run(text);
    const headers = {
      'X-Forwarded-For': '6.6.6.6, 203.0.113.7',
      'X-Forwarded-Host': 'evil.test, shop.example',
    };
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers });
    expect(await answer.text()).toBe('203.0.113.7 asked http://shop.example/');
  });

  it('takes a web Request', () => {
    const handler = programs.find((text) => text.includes('export function handle')) ?? '';
    const ask = `const request = new Request('http://app.test/', { headers: { 'X-Forwarded-For': '203.0.113.7' } });
console.log(await handle(request, '10.0.0.1').text());`;
    const project = makeProject({ 'app.mjs': handler + ask });
    closers.push(project.remove);
    const { stdout, stderr } = spawnSync(process.execPath, ['app.mjs'], {
      cwd: project.folder,
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['203.0.113.7 asked http://app.test/\n', '']);
  });

  it('answers as the page says behind portico', async () => {
    const port = await run(servers[0] ?? '');
    const workshop = await openWorkshop();
    closers.push(() => workshop.close());
    const command = workshop.start(['serve', '--to', String(port), '--port', '{PORT}']);
    await command.ready();
    const asked = `http://127.0.0.1:${workshop.port}/`;
    const ask = async (headers: Record<string, string>) => (await fetch(asked, { headers })).text();
    expect(await ask({ 'X-Forwarded-Host': 'evil.test' })).toBe(`127.0.0.1 asked ${asked}`);
    expect(await ask({ 'X-Forwarded-For': '6.6.6.6' })).toBe(`6.6.6.6 asked ${asked}`);
  });
});

test('hosts that are not ours are refused', async () => {
  const program = programs.find((text) => text.includes('421')) ?? '';
  const imports = (servers: string) =>
    `import { createServer } from 'node:http';\nimport { createClientInfo } from 'portico/client-info';\n${servers}`;
  const port = await run(imports(program.trimEnd().replace(/\);$/, ").listen(8000, '127.0.0.1');")));
  const ask = async (host: string) => {
    const headers = { 'X-Forwarded-For': '203.0.113.7', 'X-Forwarded-Host': host };
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers });
    return [answer.status, await answer.text()];
  };
  expect(await ask('www.shop.example')).toEqual([200, 'http://www.shop.example/']);
  expect(await ask('evil.test')).toEqual([421, 'no such site']);
});

test('the options that stand alone are options', () => {
  const alone = programs.filter((text) => text.startsWith('createClientInfo('));
  expect(alone).toHaveLength(3);
  for (const text of alone)
    expect(new Function('createClientInfo', `return ${text}`)(createClientInfo)).toBeTypeOf('function');
});

test('the pictures of several proxies are true', () => {
  const way = '6.6.6.6, 203.0.113.7, 10.0.0.1';
  const read = (options: object, fields: Record<string, string>) =>
    createClientInfo({ trust: ['loopback', '10.0.0.1'], ...options })({
      headers: fields,
      socket: { remoteAddress: '127.0.0.1' },
    });
  expect(read({}, { 'x-forwarded-for': way }).address).toBe('203.0.113.7');
  expect(read({ trust: ['loopback'] }, { 'x-forwarded-for': way }).address).toBe('10.0.0.1');
  const passed = { 'x-forwarded-for': way, 'x-forwarded-host': 'evil.test, shop.example' };
  expect(read({}, passed).host).toBe('shop.example');
  expect(read({ appended: ['host'] }, passed).host).toBe('evil.test');
  const both = { ...passed, 'x-forwarded-host': 'evil.test, shop.example, inner.example' };
  expect(read({ appended: ['host'] }, both).host).toBe('shop.example');
  const [forwarded = ''] = /(?<=^ Forwarded: ).*/m.exec(page.text) ?? [];
  expect(read({ from: 'forwarded' }, { forwarded })).toMatchObject({
    address: '203.0.113.7',
    baseUrl: 'https://shop.example',
  });
});

test('its types compile', () => {
  const [applications = '', fastify = ''] = page.blocksOf('ts');
  const use = `import Koa from 'koa';
import { Hono } from 'hono';
import Fastify from 'fastify';
import express from 'express';
import { expressClientInfo, fastifyClientInfo, honoClientInfo, koaClientInfo } from 'portico/client-info';
${applications}${fastify}
const options = { trust: ['loopback'] };
koa.use(koaClientInfo(options)).use((ctx) => void (ctx.state.clientInfo.address satisfies string | undefined));
hono.use(honoClientInfo(options)).get('/', (c) => c.text(c.get('clientInfo').baseUrl));
const app = Fastify();
app.register(fastifyClientInfo, options);
app.get('/', async (request) => request.clientInfo.baseUrl);
express().use(expressClientInfo(options)).get('/', (req, res) => void res.send(req.clientInfo.baseUrl));
`;
  const compilerOptions = {
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    skipLibCheck: true,
    noEmit: true,
  };
  const config = JSON.stringify({
    compilerOptions: { ...compilerOptions, types: ['node'] },
    files: ['use.mts'],
  });
  const types = ['@types/node', '@types/express', '@types/koa'];
  const project = makeProject({ 'use.mts': use, 'tsconfig.json': config }, [...FRAMEWORKS, ...types]);
  closers.push(project.remove);
  const tsc = join(packageRoot, 'node_modules/.bin/tsc');
  const { stdout, status } = spawnSync(tsc, ['-p', project.folder], { encoding: 'utf8' });
  expect([stdout, status]).toEqual(['', 0]);
});

test('its links lead somewhere', () => {
  const slugs = [...page.text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const [, target = ''] of page.text.matchAll(/\]\(#([^)]*)\)/g)) expect(slugs).toContain(target);
});
