// Requests that come before the application is ready, each kind as it should be treated; with the built portico and a
// real Node application.
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type AppScene, AS_BROWSER, ask, makeAppScene, PASS_ALL, shopSection } from '../support/app-scene.ts';
import { until } from '../support/scene.ts';
import { openClient } from '../support/websocket-client.ts';

let scene: AppScene;

afterEach(() => scene.close());

async function start(lines: readonly string[], rest = PASS_ALL): Promise<AppScene> {
  scene = await makeAppScene();
  await scene.start(`LogLevel info\n${shopSection(...lines)}${rest}`);
  return scene;
}

const logged = (line: RegExp): Promise<true> =>
  until(`${line} in the log`, () => (line.test(scene.errorLog()) ? true : undefined));

describe('an application that takes its time', () => {
  test('is started once by a hundred requests, and answers all of them', async () => {
    await start(['AppEnv START_MS 700']);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, at) => ask(`${scene.origin}/${at}`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect(new Set(answers.map(({ told }) => told.pid)).size).toBe(1);
    expect(answers.map(({ told }) => told.url)).toEqual(Array.from({ length: 100 }, (_, at) => `/${at}`));
    expect(scene.lines('starts')).toHaveLength(1);
  });

  test('gets a POST that waited, once and whole', async () => {
    await start(['AppEnv START_MS 500']);
    const body = 'x'.repeat(1_000_000);
    const answer = await ask(`${scene.origin}/order`, { method: 'POST', body, headers: AS_BROWSER });
    expect(answer.status).toBe(200);
    expect(answer.told).toMatchObject({ method: 'POST', url: '/order', size: body.length });
    expect(scene.lines('requests')).toEqual(['POST /order']);
  });

  test('gets a WebSocket that waited', async () => {
    await start(['AppEnv START_MS 500']);
    const client = await openClient(`ws://127.0.0.1:${scene.port}/chat`, {});
    expect((await client.ask('hello')).bytes.toString()).toBe('hello');
    client.socket.close(1000);
    expect((await client.closed()).code).toBe(1000);
  });

  test('is announced to a browser by a page, and shown by it when it is ready', async () => {
    await start(['AppEnv START_MS 4000']);
    const from = Date.now();
    const page = await ask(scene.origin, { headers: AS_BROWSER });
    expect(Date.now() - from).toBeGreaterThanOrEqual(900);
    expect(Date.now() - from).toBeLessThan(3500);
    expect(page.status).toBe(503);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'retry-after': '2',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    expect(page.text).toContain('<title>Starting up</title>');
    const statuses = [503];
    await until('the application', async () => {
      const { status } = await ask(scene.origin, { headers: AS_BROWSER });
      statuses.push(status);
      return status === 200 ? true : undefined;
    });
    expect(new Set(statuses)).toEqual(new Set([503, 200]));
    expect(scene.lines('starts')).toHaveLength(1);
  });

  test('is shown at once where it is quick', async () => {
    await start([]);
    expect((await ask(scene.origin, { headers: AS_BROWSER })).status).toBe(200);
  });

  test('holds browsers, too, where the page is switched off', async () => {
    await start(['AppEnv START_MS 1500', 'AppWaitingPage off']);
    expect((await ask(scene.origin, { headers: AS_BROWSER })).status).toBe(200);
  });

  test("is announced by the site's own page", async () => {
    scene = await makeAppScene();
    scene.write('shop/wait.html', '<h1>Just a moment</h1>');
    await scene.start(
      `${shopSection('AppEnv START_MS 4000', 'AppWaitingPage {ROOT}/shop/wait.html')}${PASS_ALL}`,
    );
    const page = await ask(scene.origin, { headers: AS_BROWSER });
    expect([page.status, page.text]).toEqual([503, '<h1>Just a moment</h1>']);
    expect(page.headers.refresh).toBe('2');
    expect(page.headers['retry-after']).toBe('2');
    expect(page.headers['content-type']).toBe('text/html');
  });
});

describe('the queue', () => {
  test('refuses those beyond it, and answers those in it', async () => {
    await start(['AppEnv START_MS 800', 'AppQueue 3']);
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(scene.origin)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 200, 200, 503, 503, 503, 503, 503, 503, 503]);
    for (const { status, headers } of answers)
      if (status === 503) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    await logged(/\[app:warn\] .* as many requests as may wait do so; answering 503/);
  });

  test.each([
    ['goes away', (socket: Socket) => socket.resetAndDestroy()],
    ['closes its connection', (socket: Socket) => socket.destroy()],
  ])('is left by a client that %s, where somebody else needs the place', async (_, leave) => {
    await start(['AppEnv START_MS 4000', 'AppQueue 1']);
    const gone = connect(scene.port, '127.0.0.1');
    gone.on('error', () => undefined);
    gone.write('GET /gone HTTP/1.1\r\nHost: x\r\n\r\n');
    await until('the start', () => (scene.lines('starts').length === 1 ? true : undefined));
    expect((await ask(scene.origin)).status).toBe(503);
    leave(gone);
    const answer = await until('a free place', async () => {
      const { status, text } = await ask(`${scene.origin}/stays`);
      return status === 200 ? text : undefined;
    });
    expect(answer).toContain('"url":"/stays"');
    expect(scene.lines('requests')).toEqual(['GET /stays']);
  });

  test('is not left by a client that has only said its last word', async () => {
    await start(['AppEnv START_MS 500']);
    const socket = connect({ port: scene.port, host: '127.0.0.1', allowHalfOpen: true });
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
    });
    socket.end('GET /half HTTP/1.1\r\nHost: x\r\n\r\n');
    await until('the answer', () => (heard.includes('"url":"/half"') ? true : undefined));
    socket.destroy();
  });

  test('is left when the time of AppHold is over; the application starts all the same', async () => {
    await start(['AppEnv START_MS 1500', 'AppHold 300ms']);
    const answer = await ask(scene.origin);
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toMatch(/^[1-9]/);
    expect(answer.text).toContain('503 Service Unavailable');
    await until('the application', async () => ((await ask(scene.origin)).status === 200 ? true : undefined));
    expect(scene.lines('starts')).toHaveLength(1);
  });
});

describe('an application that dies', () => {
  test('over a POST answers 502, and never sees it again, on a connection that was used before, too', async () => {
    await start(['AppRestart always']);
    const socket = connect(scene.port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
    });
    socket.write('GET /first HTTP/1.1\r\nHost: x\r\n\r\n');
    await until('the first answer', () => (heard.includes('"url":"/first"') ? true : undefined));
    socket.write('POST /die HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc');
    await until('the second answer', () => (heard.includes('HTTP/1.1 502 ') ? true : undefined));
    socket.destroy();
    expect((await ask(`${scene.origin}/after`)).status).toBe(200);
    expect(scene.lines('requests')).toEqual(['GET /first', 'POST /die', 'GET /after']);
  });

  test('between two requests is started again for the second, which waits', async () => {
    await start(['AppEnv START_MS 300']);
    const first = (await ask(scene.origin)).told.pid;
    // Nobody knows of it yet: the connection that was kept is found to be dead, and the next one is refused.
    process.kill(first, 'SIGKILL');
    const second = (await ask(`${scene.origin}/next`)).told.pid;
    expect(second).not.toBe(first);
    process.kill(second, 'SIGKILL');
    await logged(new RegExp(`process ${second} was ended by SIGKILL`));
    const third = await ask(`${scene.origin}/next`, { method: 'POST', body: 'abc' });
    expect([third.status, third.told.size]).toEqual([200, 3]);
    expect(scene.lines('requests')).toEqual(['GET /', 'GET /next', 'POST /next']);
  });

  test('at once is given up, and only somebody at this machine is told why', async () => {
    scene = await makeAppScene();
    scene.write('shop/version', 'broken');
    await scene.start(`${shopSection('AppRestart on-failure 1')}${PASS_ALL}`);
    expect((await ask(scene.origin)).status).toBe(503);
    const page = await ask(scene.origin, { headers: AS_BROWSER });
    expect(page.status).toBe(503);
    expect(page.text).toContain('<title>Out of order</title>');
    expect(page.text).toContain('Application shop: failed; it ended with exit code 1');
    expect(page.text).toContain('Error: &lt;b&gt;broken&lt;/b&gt;');
    for (const headers of [{ 'X-Forwarded-For': '192.0.2.1' }, { Via: '1.1 other' }]) {
      const remote = await ask(scene.origin, { headers: { ...AS_BROWSER, ...headers } });
      expect(remote.text).toContain('<title>Out of order</title>');
      expect(remote.text).not.toMatch(/broken|exit code|shop/);
    }
    await logged(/app shop: given up after one failure: it ended with exit code 1/);
    expect(scene.lines('requests')).toEqual([]);
  });

  test("for good is explained by the site's own ErrorDocument where there is one", async () => {
    scene = await makeAppScene();
    scene.write('shop/version', 'broken');
    const rest = `ErrorDocument 503 "sorry"\n${PASS_ALL}`;
    await scene.start(`${shopSection('AppRestart on-failure 1')}${rest}`);
    await ask(scene.origin);
    const page = await ask(scene.origin, { headers: AS_BROWSER });
    expect([page.status, page.text]).toEqual([503, 'sorry']);
    expect(page.headers['retry-after']).toMatch(/^[1-9]/);
  });
});
