import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Front, startFront } from '../../../test/support/proxy-front.ts';
import { roomIn } from '../../../test/support/scripted-backend.ts';
import {
  ASK,
  type End,
  openEnd,
  openTunnel,
  SWITCH,
  type SwitchingBackend,
  startSwitchingBackend,
} from '../../../test/support/tunnel-ends.ts';

interface Stage {
  readonly front: Front;
  readonly backend: SwitchingBackend;
  /** Waits for the line of the access log that was written last. */
  logged(): Promise<string>;
}

/** `LOG status bytes-of-body bytes-on-the-wire X-if-cut`. */
const LOG = 'LogFormat "LOG %>s %b %O %X" lab\nCustomLog access.log lab\n';

const PASS = 'http://{BACKEND}/ upgrade=websocket';

/** `finished` is the test's own `onTestFinished` where tests run at the same time. */
async function start(
  conf = '',
  pass = PASS,
  finished: typeof onTestFinished = onTestFinished,
): Promise<Stage> {
  const backend = await startSwitchingBackend();
  finished(() => backend.close());
  const front = await startFront(
    `${LOG}${conf}\nProxyPass / ${pass.replace('{BACKEND}', `127.0.0.1:${backend.port}`)}`,
  );
  finished(() => front.close());
  const lines = (): string[] => front.log.filter((line) => line.startsWith('LOG '));
  return {
    front,
    backend,
    logged: async () => {
      await expect.poll(() => lines().length, { timeout: 10_000 }).toBeGreaterThan(0);
      return lines().at(-1)!.trim();
    },
  };
}

/** Every byte there is, in an order that no text has. */
const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, i) => (i * 167) & 0xff)).toString('latin1');

describe('a tunnel', () => {
  it('passes bytes both ways as they are, those that came with the heads included', async () => {
    const { front, backend, logged } = await start();
    const client = await openEnd(front.port);
    client.write(`${ASK}early ${ALL_BYTES}`);
    const end = await backend.next();
    await end.hears('\r\n\r\n');
    await sleep(50);
    expect(end.text).toMatch(/\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n$/);
    end.write(`${SWITCH}first ${ALL_BYTES}`);
    await client.hears(`\r\n\r\nfirst ${ALL_BYTES}`);
    await end.hears(`\r\n\r\nearly ${ALL_BYTES}`);
    client.write('GET / HTTP/1.1\r\n\r\n');
    await end.hears('GET / HTTP/1.1\r\n\r\n');
    end.write('HTTP/1.1 200 OK\r\n\r\n');
    await client.hears('HTTP/1.1 200 OK\r\n\r\n');
    client.end();
    end.end();
    await client.closes();
    expect(backend.count).toBe(1);
    expect(await logged()).toBe(`LOG 101 - ${client.text.length} -`);
  });

  it('goes on in one direction when the client has ended the other', async () => {
    const { front, backend, logged } = await start();
    const { client, backend: end } = await openTunnel(front.port, backend);
    client.end('last');
    await end.ends();
    expect(end.text).toBe('last');
    end.write('still here');
    await client.hears('still here');
    expect(client.isEnded).toBe(false);
    end.end(', and gone');
    await client.closes();
    await end.closes();
    expect(client.text).toBe('still here, and gone');
    expect(await logged()).toMatch(/^LOG 101 - \d+ -$/);
  });

  it('goes on in one direction when the backend has ended the other', async () => {
    const { front, backend } = await start();
    const { client, backend: end } = await openTunnel(front.port, backend);
    end.end('last');
    await client.ends();
    expect(client.text).toBe('last');
    client.write('still here');
    await end.hears('still here');
    expect(end.isEnded).toBe(false);
    client.end(', and gone');
    await end.closes();
    await client.closes();
    expect(end.text).toBe('still here, and gone');
  });

  it('begins in one direction when the client has ended the other with its request', async () => {
    const { front, backend } = await start();
    const client = await openEnd(front.port);
    client.end(`${ASK}all I have`);
    const end = await backend.next();
    await end.hears('\r\n\r\n');
    end.write(SWITCH);
    await end.ends();
    expect(end.text).toMatch(/\r\n\r\nall I have$/);
    end.end('thanks');
    await client.closes();
    expect(client.text).toBe(`${SWITCH_SENT}thanks`);
  });

  it('ends in both when the environment has proxy-nohalfclose', async () => {
    const { front, backend } = await start('SetEnvIf Host . proxy-nohalfclose');
    const first = await openTunnel(front.port, backend);
    first.client.end('last');
    await first.backend.ends();
    await first.client.closes();
    expect(first.backend.text).toBe('last');
    const second = await openTunnel(front.port, backend);
    second.backend.end('last');
    await second.client.ends();
    await second.backend.ends();
    expect(second.client.text).toBe('last');
  });

  it('ends for the backend when the client resets its connection', async () => {
    const { front, backend, logged } = await start();
    const { client, backend: end } = await openTunnel(front.port, backend);
    client.write('before');
    await end.hears('before');
    client.reset();
    await end.ends();
    expect(await logged()).toMatch(/ X$/);
  });

  it('ends for the client when the backend resets its connection', async () => {
    const { front, backend, logged } = await start();
    const { client, backend: end } = await openTunnel(front.port, backend);
    end.write('before');
    await client.hears('before');
    end.reset();
    await client.ends();
    expect(client.error).toBe(undefined);
    expect(await logged()).toMatch(/ -$/);
  });

  it('gets what was on its way to the backend there when the client goes', async () => {
    const { front, backend } = await start();
    const { client, backend: end } = await openTunnel(front.port, backend);
    end.keepsText = false;
    end.bytes = 0;
    end.socket.pause();
    const piece = Buffer.alloc(64 * 1024, 'x');
    let sent = 0;
    // As much as everybody on the way holds: from there on only the backend can make room.
    while (client.socket.write(piece) || (await drainsSoon(client))) sent += piece.length;
    sent += piece.length;
    client.end();
    await sleep(100);
    end.socket.resume();
    await end.ends();
    expect(end.bytes).toBe(sent);
  });
});

/** What the client sees of SWITCH. */
const SWITCH_SENT = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

function drainsSoon({ socket }: End): Promise<boolean> {
  return Promise.race([roomIn(socket).then(() => true), sleep(300).then(() => false)]);
}

describe.concurrent('a tunnel where nothing moves', () => {
  it('ends after Timeout', async ({ onTestFinished: finished }) => {
    const { front, backend, logged } = await start('Timeout 1\nLogLevel debug', PASS, finished);
    const { client, backend: end } = await openTunnel(front.port, backend);
    const since = Date.now();
    await client.ends();
    await end.ends();
    expect(Date.now() - since).toBeGreaterThanOrEqual(950);
    expect(await logged()).toMatch(/^LOG 101 - \d+ -$/);
    expect(front.log.join('')).toContain('AH10213');
  });

  it('ends after the time of its worker where that is longer', async ({ onTestFinished: finished }) => {
    const { front, backend } = await start('Timeout 1', `${PASS} timeout=2`, finished);
    const { client } = await openTunnel(front.port, backend);
    const since = Date.now();
    await client.ends();
    expect(Date.now() - since).toBeGreaterThanOrEqual(1950);
  });

  it('ends after Timeout where that is longer than the time of its worker', async ({
    onTestFinished: finished,
  }) => {
    const { front, backend } = await start('Timeout 2', `${PASS} timeout=1`, finished);
    const { client } = await openTunnel(front.port, backend);
    const since = Date.now();
    await client.ends();
    expect(Date.now() - since).toBeGreaterThanOrEqual(1950);
  });

  it('ends too when one direction is over', async ({ onTestFinished: finished }) => {
    const { front, backend } = await start('Timeout 1', PASS, finished);
    const { client, backend: end } = await openTunnel(front.port, backend);
    client.end();
    await end.ends();
    await client.closes();
  });

  it('is kept by bytes of either side', async ({ onTestFinished: finished }) => {
    const { front, backend } = await start('Timeout 2', PASS, finished);
    const one = await openTunnel(front.port, backend);
    const other = await openTunnel(front.port, backend);
    for (let i = 0; i < 8; i++) {
      await sleep(500);
      one.client.write('.');
      other.backend.write('.');
    }
    await one.backend.hears('.'.repeat(8));
    await other.client.hears('.'.repeat(8));
    expect([one, other].map(({ client, backend: end }) => client.isEnded || end.isEnded)).toEqual([
      false,
      false,
    ]);
  });

  it('stays where mod_proxy_wstunnel takes it, as in Apache', async ({ onTestFinished: finished }) => {
    const conf = 'Timeout 1\nProxyWebsocketFallbackToProxyHttp Off';
    const { front, backend } = await start(conf, 'ws://{BACKEND}/ timeout=1', finished);
    const { client, backend: end } = await openTunnel(front.port, backend);
    await sleep(2500);
    client.write('still here');
    await end.hears('still here');
    expect([client.isEnded, end.isEnded]).toEqual([false, false]);
  });

  it('ends when a client takes nothing, although the backend would send', async ({
    onTestFinished: finished,
  }) => {
    const { front, backend } = await start('Timeout 1', PASS, finished);
    const { client, backend: end } = await openTunnel(front.port, backend);
    client.socket.pause();
    const piece = Buffer.alloc(256 * 1024, 'x');
    while (!end.isEnded && !end.isClosed && end.socket.writable) {
      if (!end.socket.write(piece)) await Promise.race([roomIn(end.socket), end.ends()]);
    }
    expect(end.isEnded || end.isClosed).toBe(true);
  });
});

describe('before the switch', () => {
  it('bytes of the client wait, and are the next request when there is none', async () => {
    const { front, backend } = await start();
    const client = await openEnd(front.port);
    client.write(`${ASK}GET /second HTTP/1.1\r\nHost: x\r\n\r\n`);
    const end = await backend.next();
    await end.hears('\r\n\r\n');
    await sleep(50);
    expect(end.text).not.toContain('second');
    end.write('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno');
    await end.hears('GET /second HTTP/1.1\r\nHost: 127.0.0.1');
    expect(end.text).toMatch(/X-Forwarded-Host: x\r\n[\s\S]*Connection: Keep-Alive\r\n\r\n$/);
    end.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    await client.hears('\r\n\r\nok');
  });

  it('a flood of the client is not read', async () => {
    const { front, backend } = await start();
    const client = await openEnd(front.port);
    client.write(ASK);
    await backend.next();
    const piece = Buffer.alloc(1024 * 1024, 'x');
    let sent = 0;
    while (client.socket.write(piece) || (await drainsSoon(client))) {
      sent += piece.length;
      expect(sent).toBeLessThan(64 * 1024 * 1024);
    }
  });

  it('the whole body goes to the backend, even if that has switched already', async () => {
    const { front, backend } = await start();
    const client = await openEnd(front.port);
    const fields = 'Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 40000\r\n\r\n';
    client.write(`POST /ws HTTP/1.1\r\n${fields}${'a'.repeat(20_000)}`);
    const end = await backend.next();
    await end.until('the first half', () => end.text.length > 20_000);
    end.write(`${SWITCH}already`);
    await sleep(100);
    expect(client.text).toBe('');
    client.write(`${'b'.repeat(20_000)}behind`);
    await end.hears('behind');
    expect(end.text.slice(-40_006)).toBe(`${'a'.repeat(20_000)}${'b'.repeat(20_000)}behind`);
    await client.hears('already');
    expect(client.text).toBe(`${SWITCH_SENT}already`);
  });

  it('a body in chunks ends where the tunnel begins', async () => {
    const { front, backend } = await start();
    const client = await openEnd(front.port);
    const fields =
      'Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nTransfer-Encoding: chunked\r\n\r\n';
    client.write(`POST /ws HTTP/1.1\r\n${fields}4\r\nbody\r\n0\r\n\r\nbehind`);
    const end = await backend.next();
    await end.hears('\r\n\r\nbody');
    expect(end.text).toMatch(/Content-Length: 4\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nbody$/);
    end.write(SWITCH);
    await end.hears('bodybehind');
  });

  it('a client that waits for 100 Continue gets it, and then the switch', async () => {
    const { front, backend } = await start();
    const client = await openEnd(front.port);
    const fields = 'Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 4\r\n';
    client.write(`POST /ws HTTP/1.1\r\n${fields}Expect: 100-continue\r\n\r\n`);
    const end = await backend.next();
    await end.hears('\r\n\r\n');
    end.write(SWITCH);
    await client.hears('\r\n\r\n');
    expect(client.text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    client.write('bodybehind');
    await client.hears('101');
    expect(client.text).toBe(`HTTP/1.1 100 Continue\r\n\r\n${SWITCH_SENT}`);
    await end.hears('\r\n\r\nbodybehind');
  });

  it('a backend that goes while the body is still coming is a 502', async () => {
    const { front, backend } = await start();
    const client = await openEnd(front.port);
    const fields = 'Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 40000\r\n\r\n';
    client.write(`POST /ws HTTP/1.1\r\n${fields}${'a'.repeat(20_000)}`);
    const end = await backend.next();
    await end.until('the first half', () => end.text.length > 20_000);
    end.write(SWITCH);
    await sleep(50);
    end.reset();
    await client.hears('\r\n\r\n');
    expect(client.text).toMatch(/^HTTP\/1\.1 502 Proxy Error\r\n/);
  });

  it('a client that goes ends the request', async () => {
    const { front, backend } = await start();
    const client = await openEnd(front.port);
    client.write(ASK);
    const end = await backend.next();
    await end.hears('\r\n\r\n');
    client.reset();
    await end.ends();
    await expect.poll(() => front.log.some((line) => line.startsWith('LOG ')), { timeout: 5000 }).toBe(true);
  });
});

describe('requests that do not leave HTTP', () => {
  it('come from HTTP/1.0', async () => {
    const { front, backend } = await start();
    const client = await openEnd(front.port);
    client.write(ASK.replace('HTTP/1.1', 'HTTP/1.0'));
    const end = await backend.next();
    await end.hears('\r\n\r\n');
    expect(end.text).not.toContain('Upgrade');
    end.write(SWITCH);
    await client.ends();
    expect(client.text).toMatch(
      /^HTTP\/1\.1 502 Proxy Error\r\n[\s\S]*Unexpected Upgrade: websocket \(expecting n\/a\)/,
    );
  });

  it('ask for the page of an error', async () => {
    const { front, backend } = await start(
      'ErrorDocument 403 /page\n<Location /ws>\nRequire all denied\n</Location>',
    );
    const client = await openEnd(front.port);
    client.write(ASK);
    const end = await backend.next();
    await end.hears('\r\n\r\n');
    expect(end.text).toMatch(/^GET \/page HTTP/);
    expect(end.text).not.toContain('Upgrade');
    end.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage');
    await client.hears('\r\n\r\npage');
    expect(client.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('say Upgrade with bytes that cannot be sent', async () => {
    const { front, backend } = await start(
      'RequestHeader set Upgrade "expr=%{unescape:a%0d%0aX: y}"',
      'http://{BACKEND}/ upgrade=ANY',
    );
    const client = await openEnd(front.port);
    client.write(ASK);
    const end = await backend.next();
    await end.hears('\r\n\r\n');
    expect(end.text).not.toMatch(/Upgrade|X: y/);
    end.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    await client.hears('\r\n\r\nok');
  });
});

describe('the connection of a tunnel', () => {
  it('is never used again, and makes room for the next', async () => {
    const { front, backend } = await start('', `${PASS} max=1`);
    const first = await openTunnel(front.port, backend);
    const waiting = await openEnd(front.port);
    waiting.write('GET /second HTTP/1.1\r\nHost: x\r\n\r\n');
    await sleep(100);
    expect(backend.count).toBe(1);
    first.client.end();
    first.backend.end();
    const end = await backend.next();
    await end.hears('GET /second ');
    expect(first.backend.text).toBe('');
  });

  it('may have carried requests before', async () => {
    const { front, backend } = await start();
    const client = await openEnd(front.port);
    client.write('GET /first HTTP/1.1\r\nHost: x\r\n\r\n');
    const end = await backend.next();
    await end.hears('\r\n\r\n');
    end.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    await client.hears('\r\n\r\nok');
    client.write(`${ASK}early`);
    await end.hears('Upgrade: websocket\r\n\r\n');
    end.write(SWITCH);
    await end.hears('Upgrade: websocket\r\n\r\nearly');
    expect(backend.count).toBe(1);
  });
});
