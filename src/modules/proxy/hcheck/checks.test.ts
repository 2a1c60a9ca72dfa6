// Health checks as backends and clients see them: backends on loopback that fail and recover, and some that are hostile.
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../../test/support/ports.ts';
import { type Front, splitAnswer, startFront } from '../../../../test/support/proxy-front.ts';
import { untilTrue } from '../../../../test/support/scene.ts';
import {
  answering,
  type ScriptedBackend,
  startScriptedBackend,
  type Talk,
} from '../../../../test/support/scripted-backend.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

const GOOD = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood';
const HEAD = 'LogLevel warn proxy_hcheck:debug\n';

async function backend(
  script: (talk: Talk, index: number) => Promise<void> | void,
  end: number | string = 0,
): Promise<ScriptedBackend> {
  const one = await startScriptedBackend((talk, index) => {
    talk.socket.on('error', () => undefined);
    return script(talk, index);
  }, end);
  running.push(one);
  return one;
}

async function front(conf: string): Promise<Front> {
  const one = await startFront(HEAD + conf);
  running.unshift(one);
  return one;
}

/** A balancer whose members have these ports and parameters. */
function balancer(...members: readonly (readonly [port: number, parameters: string])[]): string {
  const lines = members.map(
    ([port, parameters]) => `BalancerMember http://127.0.0.1:${port} hcinterval=100ms ${parameters}`,
  );
  return `<Proxy "balancer://app">\n${lines.join('\n')}\n</Proxy>\nProxyPass /app balancer://app\n`;
}

/** Lines of the log that have this in them. */
function lines({ log }: Front, part: string): readonly string[] {
  return log.filter((line) => line.includes(part));
}

function countOf(front: Front, part: string): () => number {
  return () => lines(front, part).length;
}

describe('a member of a balancer', () => {
  it('is left out when its backend is gone, and comes back with it', async () => {
    const port = await freePort();
    const first = await startScriptedBackend(answering(GOOD.replace('good', 'one!')), port);
    const other = await backend(answering(GOOD));
    const server = await front(
      balancer([port, 'hcmethod=GET hcuri=/ hcfails=2 hcpasses=2'], [other.port, '']),
    );
    const bodies = async (): Promise<readonly string[]> => {
      const answers = [await server.get('/app/1'), await server.get('/app/2')];
      return answers.map((answer) => splitAnswer(answer).body).sort();
    };
    expect(await bodies()).toEqual(['good', 'one!']);
    await first.close();
    await untilTrue('it is out', () => countOf(server, 'DISABLING')() === 1);
    expect(lines(server, 'DISABLING')[0]).toContain(
      `[proxy_hcheck:info] [pid ${process.pid}] AH03303: Threaded Health check DISABLING http://127.0.0.1:${port}`,
    );
    expect(await bodies()).toEqual(['good', 'good']);
    running.push(await startScriptedBackend(answering(GOOD.replace('good', 'one!')), port));
    await untilTrue('it is back', () => countOf(server, 'ENABLING')() === 1);
    expect(lines(server, 'ENABLING')[0]).toContain(
      `AH03302: Threaded Health check ENABLING http://127.0.0.1:${port}`,
    );
    expect(await bodies()).toEqual(['good', 'one!']);
    expect(countOf(server, 'DISABLING')()).toBe(1);
  });

  it('is asked in the words of its method', async () => {
    const one = await backend(answering(GOOD));
    const methods = ['OPTIONS', 'HEAD', 'GET', 'OPTIONS11', 'HEAD11', 'GET11'];
    const expected = {
      OPTIONS: 'OPTIONS * HTTP/1.0',
      HEAD: 'HEAD /p//x HTTP/1.0',
      GET: 'GET /p//x HTTP/1.0',
      OPTIONS11: 'OPTIONS * HTTP/1.1',
      HEAD11: 'HEAD /p//x HTTP/1.1',
      GET11: 'GET /p//x HTTP/1.1',
    };
    for (const method of methods) {
      const before = one.requests.length;
      const server = await startFront(
        `<Proxy balancer://app>\nBalancerMember http://127.0.0.1:${one.port}/p hcmethod=${method} hcuri=/x hcinterval=100ms\n</Proxy>`,
      );
      await untilTrue(`${method} is asked`, () => one.requests.length > before);
      await server.close();
      const line = expected[method as keyof typeof expected];
      expect(one.requests[before]).toBe(`${line}\r\nHost: 127.0.0.1:${one.port}\r\n\r\n`);
    }
  });

  it('is asked for what its line says and nothing else, whatever stands there', async () => {
    const one = await backend(answering(GOOD));
    await front(balancer([one.port, '"hcmethod=GET" "hcuri=/a b\tc%20d?e=%41 HTTP/1.1"']));
    await untilTrue('it is asked', () => one.requests.length > 0);
    expect(one.requests[0]).toBe(
      `GET /a%20b%09c%20d?e=%41%20HTTP/1.1 HTTP/1.0\r\nHost: 127.0.0.1:${one.port}\r\n\r\n`,
    );
  });

  it('is connected to, and no more, with TCP', async () => {
    const one = await backend(async (talk) => {
      await talk.request();
    });
    const server = await front(balancer([one.port, 'hcmethod=TCP']));
    await untilTrue('two checks', () => countOf(server, 'Health check TCP Status (0)')() >= 2);
    expect(one.requests).toEqual([]);
  });

  it('may listen on a unix socket', async () => {
    const path = join(tmpdir(), `portico-hcheck-${process.pid}.sock`);
    rmSync(path, { force: true });
    await backend(answering(GOOD), path);
    const server = await front(
      `<Proxy balancer://app>\nBalancerMember unix:${path}|http://localhost hcmethod=GET hcuri=/x hcinterval=100ms\n</Proxy>`,
    );
    await untilTrue('a check', () => countOf(server, 'Health check GET Status (0)')() >= 1);
    expect(lines(server, 'Status (0)')[0]).toContain(`unix:${path}|http://localhost`);
  });

  it('is not checked while it is stopped, nor without a method', async () => {
    const [one, other] = [await backend(answering(GOOD)), await backend(answering(GOOD))];
    const third = await backend(answering(GOOD));
    await front(
      balancer([one.port, 'hcmethod=TCP status=+S'], [other.port, ''], [third.port, 'hcmethod=TCP']),
    );
    await untilTrue('others are checked', () => third.connections.length >= 3);
    expect([one.connections.length, other.connections.length]).toEqual([0, 0]);
  });

  it('counts failures that lie apart together, as in Apache', async () => {
    let asked = 0;
    const one = await backend(async (talk) => {
      await talk.request();
      asked += 1;
      talk.write(asked % 2 === 0 ? GOOD : 'HTTP/1.1 500 no\r\nContent-Length: 0\r\n\r\n');
    });
    const server = await front(balancer([one.port, 'hcmethod=GET hcuri=/ hcfails=3']));
    await untilTrue('the third failure counts', () => countOf(server, 'DISABLING')() === 1);
    const before = server.log.slice(0, server.log.indexOf(lines(server, 'DISABLING')[0]!));
    expect(before.filter((line) => line.includes('Health check GET Status')).length).toBe(5);
    expect(lines(server, 'DISABLING')[0]).toContain('it answered 500');
  });
});

describe('an answer', () => {
  const bad: readonly (readonly [what: string, bytes: string])[] = [
    ['a status of an error', 'HTTP/1.1 404 no\r\nContent-Length: 0\r\n\r\n'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['nothing', ''],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-'],
    ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
    ['a body in broken chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\n${'X-A: b\r\n'.repeat(100_000)}`],
  ];
  for (const [what, bytes] of bad) {
    it(`of ${what} is a failure`, async () => {
      const one = await backend(async (talk) => {
        await talk.request();
        talk.write(bytes);
        talk.end();
      });
      const server = await front(balancer([one.port, 'hcmethod=GET11 hcuri=/']));
      await untilTrue('it is out', () => countOf(server, 'DISABLING')() === 1);
      expect(splitAnswer(await server.get('/app')).status).toBe('HTTP/1.1 503 Service Unavailable');
    });
  }

  it('that never comes is a failure when its time is over, and is not waited for twice at once', async () => {
    let open = 0;
    let most = 0;
    const one = await backend(async (talk) => {
      open += 1;
      most = Math.max(most, open);
      await talk.closed();
      open -= 1;
    });
    const server = await front(balancer([one.port, 'hcmethod=GET hcuri=/ timeout=1']));
    await untilTrue('two checks have failed', () => countOf(server, 'Status (-1)')() >= 2);
    expect(most).toBe(1);
    expect(lines(server, 'Status (-1)')[0]).toContain('The timeout specified has expired');
  });

  it('that comes a byte at a time is a failure when the time of the whole check is over', async () => {
    const one = await backend(async (talk) => {
      await talk.request();
      talk.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
      for (let n = 0; n < 200 && !talk.socket.destroyed; n++) {
        talk.write('x');
        await sleep(50);
      }
    });
    const began = performance.now();
    const server = await front(balancer([one.port, 'hcmethod=GET hcuri=/ timeout=1 connectiontimeout=1']));
    await untilTrue('it has failed', () => countOf(server, 'Status (-1)')() >= 1);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(lines(server, 'Status (-1)')[0]).toContain('the whole check took too long');
  });

  it('without end is looked at as far as a check reads, and then cut', async () => {
    let sent = 0;
    const piece = 'x'.repeat(65_536);
    const one = await backend(async (talk) => {
      await talk.request();
      talk.write('HTTP/1.1 200 OK\r\n\r\n');
      for (let n = 0; n < 1000 && !talk.socket.destroyed; n++) {
        talk.write(piece);
        sent += piece.length;
        if (talk.socket.writableLength > 1_000_000) await sleep(5);
        else await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const server = await front(
      `ProxyHCExpr big {%{HC_BODY} =~ /^x/}\n${balancer([one.port, 'hcmethod=GET hcuri=/ hcexpr=big'])}`,
    );
    await untilTrue('it has passed', () => countOf(server, 'Status (0)')() >= 1);
    expect(sent).toBeLessThan(20_000_000);
  });
});

describe('an expression', () => {
  it('judges status, header and body', async () => {
    let state = 'ready';
    const one = await backend(async (talk) => {
      await talk.request();
      talk.write(`HTTP/1.1 503 busy\r\nX-State: ${state}\r\nContent-Length: 5\r\n\r\n${state}`);
    });
    const expr =
      "%{REQUEST_STATUS} == '503' && resp('X-State') == 'ready' && hc('BODY') == 'ready' && %{HC_BODY} =~ /^read/ && %{HC_OTHER} == ''";
    const server = await front(
      `ProxyHCExpr good {${expr}}\n${balancer([one.port, 'hcmethod=GET hcuri=/ hcexpr=good'])}`,
    );
    await untilTrue('it passes', () => countOf(server, 'Status (0)')() >= 2);
    state = 'never';
    await untilTrue('it is out', () => countOf(server, 'DISABLING')() === 1);
    expect(lines(server, 'DISABLING')[0]).toContain('its answer (503) is not what good asks for');
    state = 'ready';
    await untilTrue('it is back', () => countOf(server, 'ENABLING')() === 1);
  });

  it('that cannot be asked is a failure, and the log says why', async () => {
    const one = await backend(answering(GOOD));
    const server = await front(
      `ProxyHCExpr good {file('/no/such/file') == 'x'}\n${balancer([one.port, 'hcmethod=GET hcuri=/ hcexpr=good'])}`,
    );
    await untilTrue('it is out', () => countOf(server, 'DISABLING')() === 1);
    expect(lines(server, 'AH03301')[0]).toContain(
      `AH03301: Error on checking condition good for http://127.0.0.1:${one.port}: Cannot open file /no/such/file`,
    );
  });

  it('may read files and the time, as everywhere', async () => {
    const one = await backend(answering(GOOD));
    const server = await front(
      `ProxyHCExpr good {-d '/' && %{TIME_YEAR} -gt 2000 && %{SERVER_NAME} == 'www.example.test'}\n${balancer([one.port, 'hcmethod=GET hcuri=/ hcexpr=good'])}`,
    );
    await untilTrue('it passes', () => countOf(server, 'Status (0)')() >= 1);
  });
});

describe('all checks', () => {
  it('are not more at once than ProxyHCTPsize, and with 0 one after the other', async () => {
    for (const [size, limit] of [
      [0, 1],
      [2, 2],
    ] as const) {
      let open = 0;
      let most = 0;
      let served = 0;
      const one = await backend(async (talk) => {
        await talk.request();
        open += 1;
        most = Math.max(most, open);
        await sleep(60);
        open -= 1;
        served += 1;
        talk.write(GOOD);
      });
      const members = Array.from(
        { length: 6 },
        (_, n) => `BalancerMember http://127.0.0.1:${one.port}/${n} hcmethod=GET hcinterval=100ms`,
      );
      const server = await startFront(
        `${HEAD}ProxyHCTPsize ${size}\n<Proxy balancer://app>\n${members.join('\n')}\n</Proxy>`,
      );
      try {
        await untilTrue('all had their turn twice', () => served >= 12);
        expect(most).toBe(limit);
        const prefix = size === 0 ? 'AH03256: Health checking' : 'AH03256: Threaded Health checking';
        expect(countOf(server, prefix)()).toBeGreaterThanOrEqual(12);
      } finally {
        await server.close();
      }
    }
  });

  it('are spread over time', async () => {
    const times: number[] = [];
    const one = await backend((talk) => {
      times.push(performance.now());
      talk.end();
    });
    const members = Array.from(
      { length: 8 },
      (_, n) => `BalancerMember http://127.0.0.1:${one.port}/${n} hcmethod=TCP hcinterval=4s`,
    );
    await front(`<Proxy balancer://app>\n${members.join('\n')}\n</Proxy>`);
    const began = performance.now();
    await untilTrue('each was checked', () => times.length >= 8);
    // Not before the interval, as in Apache; the last one a tenth of it later, less an eighth of that.
    expect(times[0]! - began).toBeGreaterThan(3800);
    expect(times[7]! - times[0]!).toBeGreaterThan(150);
  }, 15_000);

  it('begin anew with a reload, while a long request keeps the old site alive', async () => {
    const [old, next] = [await backend(answering(GOOD)), await backend(answering(GOOD))];
    const slow = await backend(async (talk) => {
      await talk.request();
      await sleep(1500);
      talk.write(GOOD);
    });
    const pass = `ProxyPass /slow http://127.0.0.1:${slow.port}/\n`;
    const server = await front(pass + balancer([old.port, 'hcmethod=TCP']));
    await untilTrue('the old member is checked', () => old.connections.length > 1);
    const answer = server.get('/slow');
    await untilTrue('the request is under way', () => slow.connections.length === 1);
    await server.reload(HEAD + pass + balancer([next.port, 'hcmethod=TCP']));
    const seen = old.connections.length;
    await untilTrue('the new member is checked', () => next.connections.length > 3);
    expect(old.connections.length).toBeLessThanOrEqual(seen + 1);
    expect(splitAnswer(await answer).body).toBe('good');
  });

  it('go on from where they were with BalancerPersist', async () => {
    const one = await backend(answering('HTTP/1.1 500 ill\r\nContent-Length: 0\r\n\r\n'));
    const conf = balancer([one.port, 'hcmethod=GET hcuri=/']);
    const server = await front(`BalancerPersist On\n${conf}`);
    await untilTrue('it is out', () => countOf(server, 'DISABLING')() === 1);
    await server.reload(`${HEAD}BalancerPersist On\n${conf}`);
    expect(splitAnswer(await server.get('/app')).status).toContain('503');
    expect(countOf(server, 'DISABLING')()).toBe(1);
    await server.reload(HEAD + balancer([one.port, 'hcmethod=GET hcuri=/ hcinterval=60']));
    expect(splitAnswer(await server.get('/app')).status).toContain('500');
  });

  it('end with the server', async () => {
    const one = await backend(answering(GOOD));
    const server = await startFront(balancer([one.port, 'hcmethod=TCP']));
    await untilTrue('it is checked', () => one.connections.length > 1);
    await server.close();
    await sleep(150);
    const seen = one.connections.length;
    await sleep(400);
    expect(one.connections.length).toBe(seen);
  });

  it('that are under way end with the server, too', async () => {
    let isOpen = false;
    const one = await backend(async (talk) => {
      isOpen = true;
      await talk.closed();
      isOpen = false;
    });
    const server = await startFront(balancer([one.port, 'hcmethod=GET hcuri=/']));
    await untilTrue('it is asked', () => isOpen);
    await server.close();
    await untilTrue('the connection is closed', () => !isOpen);
  });
});
