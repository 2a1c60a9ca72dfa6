// examples/middleware-hono runs as it stands there, on the built package.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { until } from '../support/scene.ts';
import { atEnd, endTests } from './hono-scene.ts';

endTests();

it('the example of Hono runs', async () => {
  const script = fileURLToPath(new URL('../../examples/middleware-hono/server.mjs', import.meta.url));
  const child = spawn(process.execPath, [script], { env: { ...process.env, PORT: '0' } });
  const ended = once(child, 'exit');
  atEnd(() => child.kill('SIGKILL'));
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      told += chunk.toString();
    });
  const origin = await until('the example', () => {
    if (child.exitCode !== null) throw new Error(told);
    return /listening on (\S+)/.exec(told)?.[1];
  });
  const ask = (path: string) => fetch(origin + path, { redirect: 'manual' });

  const article = await ask('/article/7?lang=de');
  expect(await article.json()).toEqual({
    id: '7',
    query: { lang: 'de' },
    askedFor: '/article/7?lang=de',
    season: 'winter',
  });
  expect(article.headers.get('x-frame-options')).toBe('DENY');
  expect(await (await ask('/index.php?article=8')).json()).toMatchObject({ id: '8', query: {} });
  const moved = await ask('/manual/tools');
  expect([moved.status, moved.headers.get('location')]).toEqual([301, `${origin}/help/tools`]);
  const help = await ask('/help/');
  expect([await help.text(), help.headers.get('cache-control')]).toEqual(['<h1>Help</h1>\n', 'max-age=600']);
  const closed = await ask('/garden/roses');
  expect([closed.status, await closed.text()]).toEqual([403, '<h1>Closed until spring</h1>']);
  expect((await ask('/nowhere')).status).toBe(404);

  child.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
});
