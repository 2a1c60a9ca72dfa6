// FastCGI applications that break off, are silent, or send what no application should.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../../test/support/ports.ts';
import { type Front, splitAnswer, startFront } from '../../../../test/support/proxy-front.ts';
import { settled } from '../../../../test/support/scene.ts';
import {
  END,
  type FcgiTalk,
  record,
  type ScriptedFastCgi,
  startScriptedFastCgi,
  stderr,
  stdout,
} from '../../../../test/support/scripted-fastcgi.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

const HEAD = 'Content-Type: text/plain\r\n\r\n';

async function start(
  script: (talk: FcgiTalk) => Promise<void> | void,
  conf = '',
  parameters = '',
): Promise<{ front: Front; application: ScriptedFastCgi }> {
  const application = await startScriptedFastCgi(script);
  running.push(application);
  const front = await startFront(
    `ProxyPass / fcgi://127.0.0.1:${application.port}/srv/ ${parameters}\n${conf}`,
  );
  running.unshift(front);
  return { front, application };
}

/** The status of `GET /x` where the application writes these bytes and ends. */
async function statusFor(bytes: string): Promise<{ status: string; body: string; log: string }> {
  const { front } = await start(async (talk) => {
    await talk.input();
    talk.write(bytes);
    talk.socket.end();
  });
  const { status, body } = splitAnswer(await front.get('/x'));
  return { status, body, log: front.log.join('\n') };
}

describe('an application that cannot be reached', () => {
  it('is answered 503, with the attempt in the log', async () => {
    const port = await freePort();
    const front = await startFront(`ProxyPass / fcgi://127.0.0.1:${port}/`);
    running.push(front);
    expect(splitAnswer(await front.get('/x')).status).toBe('HTTP/1.1 503 Service Unavailable');
    const log = front.log.join('\n');
    expect(log).toContain(
      `(111)Connection refused: AH00957: FCGI: attempt to connect to 127.0.0.1:${port} (127.0.0.1:${port}) failed`,
    );
    expect(log).toContain('AH01079: failed to make connection to backend: 127.0.0.1');
  });

  it('on a unix socket, too', async () => {
    const front = await startFront('ProxyPass / unix:/nonexistent/php.sock|fcgi://localhost/');
    running.push(front);
    expect(splitAnswer(await front.get('/x')).status).toBe('HTTP/1.1 503 Service Unavailable');
    const log = front.log.join('\n');
    expect(log).toContain(
      '(2)No such file or directory: AH02454: FCGI: attempt to connect to Unix domain socket /nonexistent/php.sock (localhost:8000) failed',
    );
    expect(log).toContain('AH01079: failed to make connection to backend: httpd-UDS');
  });
});

describe('an application that breaks off', () => {
  it('before it has said anything is answered 503', async () => {
    const { status, log } = await statusFor('');
    expect(status).toBe('HTTP/1.1 503 Service Unavailable');
    expect(log).toContain('AH01067: Failed to read FastCGI header');
    expect(log).toContain('AH01075: Error dispatching request to ');
  });

  it('within a record header is answered 503', async () => {
    expect((await statusFor(stdout(HEAD).slice(0, 5))).status).toMatch(/ 503 /);
  });

  it('within its own header block is answered 503', async () => {
    expect((await statusFor(stdout('Content-Type: text/pl'))).status).toMatch(/ 503 /);
  });

  it('in its body leaves the client with an answer that has no end', async () => {
    const { front } = await start(async (talk) => {
      await talk.input();
      talk.write(stdout(`${HEAD}one`));
      await sleep(100);
      talk.write(record(6, 'two and more').slice(0, 12));
      talk.socket.end();
    });
    const answer = await front.get('/x');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('one');
    expect(answer).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  it('after the end of its output has answered', async () => {
    const { status, body } = await statusFor(stdout(`${HEAD}whole`) + stdout(''));
    expect(status).toBe('HTTP/1.1 200 OK');
    expect(body).toBe('whole');
  });

  it('behind its last record has answered', async () => {
    const { status, body } = await statusFor(stdout(`${HEAD}whole`) + END);
    expect(status).toBe('HTTP/1.1 200 OK');
    expect(body).toBe('whole');
  });
});

describe('an application that is silent', () => {
  it('is answered 504 after the time that the worker gives', async () => {
    const { front } = await start(async (talk) => void (await talk.input()), '', 'timeout=1');
    const begun = Date.now();
    expect(splitAnswer(await front.get('/x')).status).toBe('HTTP/1.1 504 Gateway Timeout');
    expect(Date.now() - begun).toBeGreaterThan(900);
    expect(front.log.join('\n')).toContain(
      '(70007)The timeout specified has expired: AH01075: Error dispatching request to ',
    );
  });

  it('in the middle of its body is cut off', async () => {
    const { front } = await start(
      async (talk) => {
        await talk.input();
        talk.write(stdout(`${HEAD}one`));
      },
      '',
      'timeout=1',
    );
    const answer = await front.get('/x');
    expect(answer).toContain('one');
    expect(answer).not.toMatch(/\r\n0\r\n\r\n$/);
  });
});

describe('bytes that are no answer', () => {
  it.each([
    ['a record of another version', record(6, HEAD, { version: 2 }), 'AH01068: Got bogus version 2'],
    ['a record of another request', record(6, HEAD, { id: 2 }), 'AH01069: Got bogus rid 2, expected 1'],
    ['a record of the connection', record(10, '', { id: 0 }), 'AH01069: Got bogus rid 0, expected 1'],
    ['HTTP', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'AH01068: Got bogus version 72'],
    ['zeros', '\0'.repeat(100), 'AH01068: Got bogus version 0'],
  ])('%s is 503', async (_, bytes, line) => {
    const { status, log } = await statusFor(bytes);
    expect(status).toBe('HTTP/1.1 503 Service Unavailable');
    expect(log).toContain(line);
    expect(log).toContain('(22)Invalid argument: AH01075: Error dispatching request to ');
  });

  it('garbage behind a beginning breaks the answer off', async () => {
    const { front } = await start(async (talk) => {
      await talk.input();
      talk.write(stdout(`${HEAD}one`));
      await sleep(100);
      talk.write('garbage that is no record');
      talk.socket.end();
    });
    const answer = await front.get('/x');
    expect(answer).toContain('one');
    expect(answer).not.toContain('garbage');
    expect(answer).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  it('records of unknown types are passed over', async () => {
    const { status, body, log } = await statusFor(
      record(99, 'x'.repeat(20_000)) + stdout(`${HEAD}fine`) + record(1, '') + END,
    );
    expect(status).toBe('HTTP/1.1 200 OK');
    expect(body).toBe('fine');
    expect(log).toContain('AH01072: Got bogus record 99');
  });

  it('padding of any size is no output', async () => {
    const { body } = await statusFor(
      record(6, HEAD, { padding: 255 }) +
        record(6, 'a', { padding: 255 }) +
        record(6, 'b', { padding: 1 }) +
        record(3, '\0'.repeat(8), { padding: 255 }),
    );
    expect(body).toBe('ab');
  });

  it('an end before anything else is 502', async () => {
    const { status, log } = await statusFor(END);
    expect(status).toBe('HTTP/1.1 502 Bad Gateway');
    expect(log).toContain('End of script output before headers: x');
  });

  it('an end within the header block is 502', async () => {
    expect((await statusFor(stdout('Content-Type: text/plain\r\n') + END)).status).toMatch(/ 502 /);
  });

  it('an end without content, or with too much, is an end', async () => {
    expect((await statusFor(stdout(`${HEAD}x`) + record(3, ''))).body).toBe('x');
    expect((await statusFor(stdout(`${HEAD}x`) + record(3, 'y'.repeat(60_000)))).body).toBe('x');
  });

  it('a header that never ends is cut off at its bound', async () => {
    const { front } = await start(async (talk) => {
      await talk.input();
      const line = stdout(`X-Long: ${'y'.repeat(4000)}\r\n`);
      for (let sent = 0; sent < 400 && !talk.socket.destroyed; sent++) {
        if (!talk.socket.write(line, 'latin1')) await Promise.race([once(talk.socket, 'drain'), sleep(2000)]);
      }
    });
    expect(splitAnswer(await front.get('/x')).status).toBe('HTTP/1.1 500 Internal Server Error');
  });

  it('a line that never ends is cut off at its bound', async () => {
    expect((await statusFor(stdout('y'.repeat(9000)))).status).toMatch(/ 500 /);
  });

  it.each([
    ['a name with a space', 'X One: 1'],
    ['a NUL in a value', 'X-One: a\0b'],
    ['a CR in a value', 'X-One: a\rSet-Cookie: b'],
    ['no colon', 'nonsense'],
    ['no name', ': x'],
  ])('%s in the header block is 500', async (_, line) => {
    const { status, body, log } = await statusFor(
      stdout(`${line}\r\nContent-Type: text/plain\r\n\r\nbody`) + END,
    );
    expect(status).toBe('HTTP/1.1 500 Internal Server Error');
    expect(body).not.toContain('body\n');
    expect(log).toContain('AH01070: Error parsing script headers');
  });

  it('an answer before the request was read is an answer', async () => {
    const { front } = await start((talk) => {
      talk.write(stdout(`${HEAD}early`) + END);
    });
    expect(splitAnswer(await front.get('/x')).body).toBe('early');
  });

  it('a whole answer may come in single bytes', async () => {
    const { front } = await start(async (talk) => {
      await talk.input();
      for (const byte of record(6, `${HEAD}slow`, { padding: 3 }) + END) {
        talk.write(byte);
        await sleep(1);
      }
    });
    expect(splitAnswer(await front.get('/x')).body.replace(/\r\n1\r\n/g, '')).toContain('slow');
  });
});

describe('what an application complains of', () => {
  it('stands in the error log, in one line and escaped', async () => {
    const { status, log } = await statusFor(
      stderr('PHP message: bad\nthing\x1b[0m') + stdout(`${HEAD}x`) + stderr('later') + END,
    );
    expect(status).toBe('HTTP/1.1 200 OK');
    expect(log).toContain("AH01071: Got error 'PHP message: bad\\nthing\\x1b[0m'");
    expect(log).toContain("AH01071: Got error 'later'");
  });

  it('is logged in pieces of 8 KiB', async () => {
    const { log } = await statusFor(stderr('z'.repeat(20_000)) + stdout(`${HEAD}x`) + END);
    const lines = log.split('\n').filter((line) => line.includes('AH01071'));
    expect(lines.length).toBeGreaterThan(2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(8192 + 300);
  });
});

describe('an application that complains without end', () => {
  it('fills no disk with it', async () => {
    const line = stderr('z'.repeat(60_000));
    const { status, body, log } = await statusFor(line.repeat(40) + stdout(`${HEAD}x`) + END);
    expect(status).toBe('HTTP/1.1 200 OK');
    expect(body).toBe('x');
    expect(log.length).toBeGreaterThan(1_000_000);
    expect(log.length).toBeLessThan(1_300_000);
    expect(log.match(/further errors of this request are not logged/g)).toHaveLength(1);
  });
});

describe('connections', () => {
  const answer = async (talk: FcgiTalk): Promise<void> => {
    await talk.input();
    talk.write(stdout(`${HEAD}${talk.connection}.${talk.request}`) + END);
  };

  it('are used once unless reuse is asked for', async () => {
    const { front } = await start(async (talk) => {
      await answer(talk);
      talk.socket.end();
    });
    expect(splitAnswer(await front.get('/x')).body).toBe('0.0');
    expect(splitAnswer(await front.get('/x')).body).toBe('1.0');
  });

  it('are used again with enablereuse=on', async () => {
    const { front } = await start(answer, '', 'enablereuse=on');
    expect(splitAnswer(await front.get('/x')).body).toBe('0.0');
    expect(splitAnswer(await front.get('/x')).body).toBe('0.1');
  });

  it('are used again where a <Proxy> section says so, for a handler, too', async () => {
    const application = await startScriptedFastCgi(answer);
    running.push(application);
    const front = await startFront(
      `<Proxy "fcgi://127.0.0.1:${application.port}/" enablereuse=on>\n</Proxy>\n` +
        `<Location />\nSetHandler "proxy:fcgi://127.0.0.1:${application.port}"\nRequire all granted\n</Location>`,
    );
    running.unshift(front);
    expect(splitAnswer(await front.get('/x')).body).toBe('0.0');
    expect(splitAnswer(await front.get('/x')).body).toBe('0.1');
  });

  it('that the application has closed meanwhile are replaced, and nothing is sent twice', async () => {
    let played = 0;
    const { front } = await start(
      async (talk) => {
        played += 1;
        await answer(talk);
        if (talk.connection === 0) talk.socket.end();
      },
      '',
      'enablereuse=on',
    );
    expect(splitAnswer(await front.get('/x')).body).toBe('0.0');
    await sleep(50);
    expect(splitAnswer(await front.get('/x')).body).toBe('1.0');
    expect(played).toBe(2);
  });

  it('that break off under a request are its 503: it may have been carried out', async () => {
    const { front, application } = await start(
      async (talk) => {
        if (talk.request === 0) await answer(talk);
        else talk.socket.destroy();
      },
      '',
      'enablereuse=on',
    );
    expect(splitAnswer(await front.get('/x')).body).toBe('0.0');
    expect(splitAnswer(await front.get('/x')).status).toMatch(/ 503 /);
    expect(application.connections.length).toBe(1);
  });

  it('with bytes behind the end are not used again', async () => {
    const { front } = await start(
      async (talk) => {
        await talk.input();
        talk.write(
          stdout(`${HEAD}${talk.connection}`) + END + stdout('Content-Type: text/evil\r\n\r\nevil') + END,
        );
      },
      '',
      'enablereuse=on',
    );
    expect(splitAnswer(await front.get('/x')).body).toBe('0');
    expect(splitAnswer(await front.get('/x')).body).toBe('1');
  });

  it('on which something comes unasked are closed', async () => {
    const { front } = await start(
      async (talk) => {
        await answer(talk);
        await sleep(30);
        talk.write(stdout('Content-Type: text/evil\r\n\r\nevil') + END);
      },
      '',
      'enablereuse=on',
    );
    expect(splitAnswer(await front.get('/x')).body).toBe('0.0');
    await sleep(100);
    expect(splitAnswer(await front.get('/x')).body).toBe('1.0');
  });

  it('are at most max, and acquire says how long to wait for one', async () => {
    const { front } = await start(
      async (talk) => {
        await talk.input();
        await sleep(1500);
        talk.write(stdout(`${HEAD}done`) + END);
        talk.socket.end();
      },
      '',
      'max=1 acquire=200',
    );
    const [first, second] = await Promise.all([front.get('/a'), sleep(100).then(() => front.get('/b'))]);
    expect(splitAnswer(first).body).toBe('done');
    expect(splitAnswer(second).status).toMatch(/ 503 /);
  });
});

describe('bodies of requests', () => {
  it('arrive whole, whatever their size', async () => {
    const { front } = await start(async (talk) => {
      const input = await talk.input();
      talk.write(stdout(`${HEAD}${input.length} ${input.slice(-3)}`) + END);
    });
    for (const size of [0, 1, 16_383, 16_384, 65_535, 65_536, 3_000_000]) {
      const body = `${'x'.repeat(Math.max(0, size - 3))}end`.slice(-size || undefined);
      const text = size === 0 ? '' : body;
      const answer = await front.exchange(
        `POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      );
      expect(splitAnswer(answer).body).toBe(`${text.length} ${text.slice(-3)}`);
    }
  });

  it('that are chunked arrive without their chunks', async () => {
    const { front } = await start(async (talk) => {
      const input = await talk.input();
      talk.write(stdout(`${HEAD}${input.length} ${/CONTENT_LENGTH(\d*)/.exec(talk.params)?.[1]}`) + END);
    });
    const send = (body: string): Promise<string> =>
      front.exchange(
        `POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n` +
          `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
      );
    expect(splitAnswer(await send('hello')).body).toBe('5 5');
    expect(splitAnswer(await send('y'.repeat(200_000))).body).toBe('200000 undefined');
  });

  it('wait for an application that is slow to take them', async () => {
    const { front } = await start(async (talk) => {
      talk.socket.pause();
      await sleep(500);
      talk.socket.resume();
      const input = await talk.input();
      talk.write(stdout(`${HEAD}${input.length}`) + END);
    });
    const socket = await front.open();
    const size = 64 * 1024 * 1024;
    socket.write(`POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`);
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    const piece = Buffer.alloc(1024 * 1024, 'x');
    for (let sent = 0; sent < size; sent += piece.length) {
      if (!socket.write(piece)) await once(socket, 'drain');
    }
    await once(socket, 'close');
    expect(splitAnswer(answer).body).toBe(String(size));
  });

  it('that break off end the request, and the application hears of it', async () => {
    let heard: Promise<unknown> | undefined;
    const { front } = await start((talk) => {
      heard = new Promise((resolve) => talk.socket.on('close', resolve));
      return sleep(3000);
    });
    const socket = await front.open();
    socket.write(`POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(50_000)}`);
    while (heard === undefined) await sleep(10);
    socket.destroy();
    await heard;
  });

  it('need not be read by an application that answers early', async () => {
    const { front } = await start((talk) => {
      talk.write(stdout(`Status: 413 Too Large\r\n${HEAD}no`) + END);
      talk.socket.end();
    });
    const socket = await front.open();
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.write(`POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 9000000\r\n\r\n`);
    socket.write('x'.repeat(500_000));
    while (!answer.includes('no')) await sleep(10);
    expect(answer).toMatch(/^HTTP\/1\.1 413 Too Large\r\n/);
    socket.destroy();
  });
});

describe('bodies of answers', () => {
  it('wait for a client that is slow to take them', async () => {
    let written = 0;
    const { front } = await start(async (talk) => {
      await talk.input();
      talk.write(stdout(HEAD));
      const piece = stdout('x'.repeat(60_000));
      for (let i = 0; i < 2000; i++) {
        if (!talk.socket.write(piece, 'latin1')) await once(talk.socket, 'drain');
        written += 60_000;
      }
      talk.write(END);
    });
    const socket = await front.open();
    socket.pause();
    socket.write('GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(await settled('the stop of the application', () => written)).toBeLessThan(60_000_000);
    let size = 0;
    socket.on('data', (chunk: Buffer) => {
      size += chunk.length;
    });
    socket.resume();
    await once(socket, 'close');
    expect(size).toBeGreaterThan(120_000_000);
  });

  it('of an application whose client has gone are ended', async () => {
    let closed: Promise<unknown> | undefined;
    const { front } = await start(async (talk) => {
      closed = new Promise((resolve) => talk.socket.on('close', resolve));
      await talk.input();
      while (!talk.socket.destroyed) {
        talk.write(stdout(`${HEAD}more`));
        await sleep(20);
      }
    });
    const socket = await front.open();
    socket.write('GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    await closed;
  });

  it('that are replaced by an error page are read to their end', async () => {
    let isDone = false;
    const { front } = await start(async (talk) => {
      await talk.input();
      talk.write(stdout(`Status: 404 Not Found\r\n${HEAD}`));
      for (let i = 0; i < 20; i++) {
        talk.write(stdout('x'.repeat(50_000)));
        await sleep(5);
      }
      isDone = !talk.socket.destroyed;
      talk.write(END);
    }, 'ProxyErrorOverride On\nErrorDocument 404 "ours"');
    expect(splitAnswer(await front.get('/x')).body).toBe('ours');
    expect(isDone).toBe(true);
  });
});
