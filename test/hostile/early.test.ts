// Backends that answer before they have read, or that do not read at all (CL.0, TE.0 behind the front door), and interim
// responses without end: what is left on a connection is never taken for another request, nor for another answer.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { converse, openSocket, statusesIn } from '../support/conversation.ts';
import { makeScene, type Scene, until } from '../support/scene.ts';
import { type ScriptedBackend, startScriptedBackend } from '../support/scripted-backend.ts';

const INNER = 'GET /inner HTTP/1.1\r\nHost: inner.test\r\n\r\n';
const POISON = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON';

let scene: Scene;
let backend: ScriptedBackend;
/** Settles when the backend may go on behind `/slow`. */
let poisonMayCome: Promise<void>;
let letPoisonCome: () => void;
/** First lines of all that the backend took for requests, by connection. */
let lines: string[][];

const say = (text: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;

/** A backend that knows of no bodies: whatever stands behind a head it takes for the next request. */
beforeAll(async () => {
  lines = [];
  scene = await makeScene();
  backend = await startScriptedBackend(async (talk) => {
    talk.socket.on('error', () => undefined);
    const own: string[] = [];
    lines.push(own);
    for (let head = await talk.head(); head !== ''; head = await talk.head()) {
      const line = head.split('\r\n')[0]!;
      own.push(line);
      const path = line.split(' ')[1];
      if (path === '/inner') talk.write(POISON);
      else if (path === '/static') {
        // Both answers at once: what it took for a second request was there already.
        own.push((await talk.head()).split('\r\n')[0]!);
        talk.write(`${say('static\n')}${POISON}`);
      } else if (path === '/slow') {
        talk.write(say('slow\n'));
        await poisonMayCome;
      } else if (path === '/interims')
        talk.write(`${'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(50)}${say('late\n')}`);
      else if (path === '/interim-body')
        talk.write(`HTTP/1.1 103 X\r\nContent-Length: 5\r\n\r\nhello${say('late\n')}`);
      else if (path === '/interim-split') talk.write(`HTTP/1.1 103 X\r\nA: b\rC: d\r\n\r\n${say('late\n')}`);
      else if (path === '/interim-behind') talk.write(`${say('first\n')}HTTP/1.1 103 X\r\n\r\n${POISON}`);
      else if (path === '/continue') talk.write(`HTTP/1.1 100 Continue\r\n\r\n${say('went on\n')}`);
      else talk.write(say(`${path}\n`));
    }
  });
  scene.onClose(() => backend.close());
  await scene.start(`KeepAliveTimeout 60\nProxyPass / http://127.0.0.1:${backend.port}/\n`);
});

afterAll(() => scene.close());

beforeEach(() => {
  poisonMayCome = new Promise((resolve) => {
    letPoisonCome = resolve;
  });
});

/** Others get their own answers, whatever happened. */
afterEach(async () => {
  for (let next = 0; next < 4; next++) expect(await get(`/fine${next}`)).toContain(`\r\n\r\n/fine${next}\n`);
});

function get(path: string): Promise<string> {
  return converse(scene.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
}

describe('a backend that ignores bodies', () => {
  const size = INNER.length.toString(16);
  for (const [name, fields, body] of [
    ['by length (CL.0)', `Content-Length: ${INNER.length}\r\n`, INNER],
    ['by chunks (TE.0)', 'Transfer-Encoding: chunked\r\n', `${size}\r\n${INNER}\r\n0\r\n\r\n`],
  ] as const) {
    test(`has its second answer thrown away: ${name}`, async () => {
      const text = await converse(
        scene.port,
        `POST /static HTTP/1.1\r\nHost: x\r\n${fields}\r\n${body}GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(statusesIn(text)).toEqual([200, 200]);
      expect(text).toContain('\r\n\r\nstatic\n');
      expect(text).toContain('\r\n\r\n/next\n');
      expect(text).not.toContain('POISON');
      expect(lines.flat()).toContain('GET /inner HTTP/1.1');
      expectNothingBehindInner();
    });

    test(`has its second answer thrown away when it comes late: ${name}`, async () => {
      const text = await converse(
        scene.port,
        `POST /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields}\r\n${body}`,
      );
      expect(text).toContain('\r\n\r\nslow\n');
      const at = lines.findLastIndex((own) => own.at(-1) === 'POST /slow HTTP/1.1');
      const talk = backend.connections[at]!;
      letPoisonCome();
      await until('the end of that connection', () => talk.socket.destroyed || undefined);
      expect(lines[at]!.slice(-2)).toEqual(['POST /slow HTTP/1.1', 'GET /inner HTTP/1.1']);
      expectNothingBehindInner();
    });
  }
});

/** A connection that said too much carries nobody else's request. */
function expectNothingBehindInner(): void {
  const poisoned = lines.filter((own) => own.includes('GET /inner HTTP/1.1'));
  expect(poisoned.map((own) => own.at(-1))).toEqual(poisoned.map(() => 'GET /inner HTTP/1.1'));
}

describe('an answer before the end of the request', () => {
  test('leaves a body that still comes: it is read away, and the request behind it is the next one', async () => {
    const length = 200_000;
    const socket = await openSocket(scene.port);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    const padding = 'x'.repeat(length - 2 * INNER.length);
    socket.write(`POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${INNER}`, 'latin1');
    await until('the early answer', () => text.includes('/early\n') || undefined);
    const known = lines.length;
    socket.write(`${padding}${INNER}GET /after HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, 'latin1');
    await until('the end of the connection', () => socket.destroyed || undefined);
    expect(text).not.toContain('POISON');
    expect(statusesIn(text)).toEqual(text.includes('/after\n') ? [200, 200] : [200]);
    // What was left of the body is on no connection that carries a request.
    for (const own of lines.slice(known)) expect(own).not.toContain('GET /inner HTTP/1.1');
    expectNothingBehindInner();
  });

  test('to an expectation is the answer: the body is not asked for, and the connection ends', async () => {
    const text = await converse(
      scene.port,
      `POST /expects HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ${INNER.length}\r\n\r\n`,
    );
    expect(statusesIn(text)).toEqual([200]);
    expect(text).toMatch(/\r\nConnection: close\r\n/);
  });
});

describe('interim responses', () => {
  test('beyond nine are a 502, and no answer of that connection is used', async () => {
    const text = await get('/interims');
    expect(statusesIn(text)).toEqual([...Array.from({ length: 9 }, () => 103), 502]);
    expect(text).not.toContain('late');
  });

  test('have no body: what stands behind one is no answer', async () => {
    const text = await get('/interim-body');
    expect(statusesIn(text)).toEqual([103, 502]);
    expect(text).not.toMatch(/late|\r\n\r\nhello/);
  });

  test('with a bare CR are refused like any response', async () => {
    const text = await get('/interim-split');
    expect(statusesIn(text)).toEqual([500]);
    expect(text).not.toMatch(/C: d|late/);
  });

  test('behind an answer are nobody’s', async () => {
    const text = await get('/interim-behind');
    expect(statusesIn(text)).toEqual([200]);
    expect(text).toContain('first\n');
    expect(text).not.toContain('POISON');
  });

  test('100 to a client that did not ask is not passed on', async () => {
    const text = await get('/continue');
    expect(statusesIn(text)).toEqual([200]);
    expect(text).toContain('went on\n');
  });
});
