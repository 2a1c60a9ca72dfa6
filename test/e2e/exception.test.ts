// A defect in one exchange: its client gets a 500 or a cut answer, the log gets the stack, everybody else is served on.
// No request to the real modules is known to throw, so that a module that throws stands behind them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Exchange, Hook } from '../../src/request/exchange.ts';
import { defineModule, type Hooks, type Module } from '../../src/request/module.ts';
import { DECLINED, OK } from '../../src/request/verdict.ts';
import { openSocket, statusesIn } from '../support/conversation.ts';
import { type Front, splitAnswer, startFront } from '../support/proxy-front.ts';
import { until } from '../support/scene.ts';
import { answering, type ScriptedBackend, startScriptedBackend } from '../support/scripted-backend.ts';

const PHASES = [
  'postReadRequest',
  'translateName',
  'mapToStorage',
  'headerParser',
  'accessChecker',
  'fixups',
  'handler',
] as const;

/** Throws where the target says so: `/throw/PHASE` at once, `/reject/PHASE` a moment later. */
function throwingHook(phase: string): Hook {
  return (x) => {
    if (x.rawPath === `/throw/${phase}`) throw new Error(`thrown in ${phase}`);
    if (x.rawPath === `/reject/${phase}`) return laterDefect(phase);
    return phase === 'handler' ? answerOddly(x) : DECLINED;
  };
}

async function laterDefect(phase: string): Promise<never> {
  await new Promise((resolve) => setImmediate(resolve));
  throw new TypeError(`rejected in ${phase}`);
}

/** Bodies that fail when they are asked for, or after a beginning. */
function answerOddly(x: Exchange): ReturnType<Hook> {
  if (x.rawPath !== '/body/at-once' && x.rawPath !== '/body/later') return DECLINED;
  x.contentType = 'text/plain';
  x.responseBody = {
    start(sink) {
      if (x.rawPath === '/body/at-once') throw new Error('thrown by the body');
      sink.data(Buffer.from('a beginning'));
      setImmediate(() => sink.fail(new Error('failed later')));
    },
    pause() {},
    resume() {},
    abort() {},
  };
  return OK;
}

const throwing = defineModule({
  name: 'throwing',
  builtIn: true,
  directives: [],
  hooks: {
    ...(Object.fromEntries(PHASES.map((phase) => [phase, { first: throwingHook(phase) }])) as Hooks),
    insertFilter: throwingHook('insertFilter'),
    logTransaction: throwingHook('logTransaction'),
  },
}) as Module;

let front: Front;
let backend: ScriptedBackend;

beforeAll(async () => {
  backend = await startScriptedBackend(answering('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n'));
  front = await startFront(`ProxyPass /app http://127.0.0.1:${backend.port}/\nErrorDocument 500 "sorry"`, [
    throwing,
  ]);
});

afterAll(async () => {
  await front.close();
  await backend.close();
});

async function expectFine(): Promise<void> {
  expect(splitAnswer(await front.get('/app')).body).toBe('ok\n');
}

function logged(text: string): string | undefined {
  return front.log.find((line) => line.includes(text));
}

describe('an exception', () => {
  for (const phase of PHASES) {
    for (const [way, text] of [
      ['throw', `Error: thrown in ${phase}`],
      ['reject', `TypeError: rejected in ${phase}`],
    ] as const) {
      it(`in ${phase} (${way}) is a 500 for its own client, with the stack in the log`, async () => {
        const other = front.get('/app');
        const { status, body } = splitAnswer(await front.get(`/${way}/${phase}`));
        expect(status).toBe('HTTP/1.1 500 Internal Server Error');
        expect(body).toBe('sorry');
        const line = logged(text) ?? '';
        expect(line).toContain(`exception while answering "GET /${way}/${phase} HTTP/1.1"`);
        expect(line).toMatch(/ \| at .*exception\.test\.ts:\d+/);
        expect(splitAnswer(await other).body).toBe('ok\n');
        await expectFine();
      });
    }
  }

  it('before the answer is sent ends the connection without one, and nobody else’s', async () => {
    const other = await openSocket(front.port);
    for (const way of ['throw', 'reject']) {
      expect(await front.get(`/${way}/insertFilter`)).toBe('');
      expect(logged(`${way === 'throw' ? 'thrown' : 'rejected'} in insertFilter`)).toMatch(/ \| at /);
    }
    other.write('GET /app HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    let text = '';
    other.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    await until('the answer on the other connection', () => (text.endsWith('ok\n') ? true : undefined));
    await expectFine();
  });

  it('by a body that cannot begin never looks like a whole answer', async () => {
    const text = await front.get('/body/at-once');
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(logged('thrown by the body')).toMatch(/ \| at /);
    await expectFine();
  });

  it('by a body that fails later cuts the answer', async () => {
    const text = await front.get('/body/later');
    expect(text).toContain('a beginning');
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
    await expectFine();
  });

  it('after the answer costs neither the answer nor the connection', async () => {
    const text = await front.exchange(
      'GET /throw/logTransaction HTTP/1.1\r\nHost: x\r\n\r\nGET /app HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(statusesIn(text)).toEqual([404, 200]);
    expect(logged('thrown in logTransaction')).toMatch(/ \| at /);
  });
});
