// Backends that are slow or silent: how long each server waits for them, and what the client gets. The real Apache and
// the built portico are asked alike, at the same time; portico's clock is coarser.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireParts } from '../support/parts.ts';
import { part } from '../support/programs.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { type ScriptedBackend, startScriptedBackend, type Talk } from '../support/scripted-backend.ts';
import type { ServerKind } from '../support/server-process.ts';
import { type Patience, saySlowly } from '../support/slow-client.ts';

const LATEST_MS = 1500;

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';

async function drip(talk: Talk, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    talk.write(piece);
    await sleep(300);
  }
}

/** What the backend does, by the last part of the path. */
const ACTS: Readonly<Record<string, (talk: Talk) => Promise<void> | void>> = {
  'slow-head': (talk) => drip(talk, ['H', ...'TTP/1.1 ', '200 OK\r\nContent-Length: 5\r\n\r\nhello']),
  'slow-body': (talk) => drip(talk, [`${HEAD}Content-Length: 8\r\n\r\n`, ...'12345678']),
  'slow-chunks': (talk) =>
    drip(talk, [
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n`,
      '4\r\n12',
      '34\r',
      '\n4\r\n5678',
      '\r\n0\r\n',
      '\r\n',
    ]),
  silent: () => undefined,
  'silent-in-head': (talk) => talk.write('HTTP/1.1 200 OK\r\nContent-'),
  'silent-in-body': (talk) => talk.write(`${HEAD}Content-Length: 8\r\n\r\n1234`),
  'silent-in-chunks': (talk) => talk.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n4\r\n1234\r\n`),
};

interface Case {
  readonly path: string;
  readonly host?: string;
  /** What the client gets, chunks undone. */
  readonly gets: RegExp;
  /** After how long its connection ends. */
  readonly ends: number;
}

interface Stage {
  readonly name: string;
  readonly conf: string;
  readonly cases: readonly Case[];
}

const WHOLE = /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n12345678$/;
const HALF = /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n1234$/;
const FAILED = /^HTTP\/1\.1 502 Proxy Error\r\n[\s\S]*Error reading from remote server/;

const STAGES: readonly Stage[] = [
  {
    name: 'ProxyTimeout 1',
    conf: `ProxyPass /above/ http://127.0.0.1:{BACKEND}/above/
ProxyTimeout 1
Timeout 3
ProxyPass /a/ http://127.0.0.1:{BACKEND}/
ProxyPass /b/ http://localhost:{BACKEND}/ timeout=2
<VirtualHost *:{PORT}>
ServerName first
</VirtualHost>
<VirtualHost *:{PORT}>
ServerName second
ProxyTimeout 2
ProxyPass /own/ http://127.0.0.1:{BACKEND}/own/
</VirtualHost>
`,
    cases: [
      { path: '/a/slow-head', gets: /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nhello$/, ends: 2700 },
      { path: '/a/slow-body', gets: WHOLE, ends: 2400 },
      { path: '/a/slow-chunks', gets: WHOLE, ends: 1500 },
      { path: '/a/silent', gets: FAILED, ends: 1000 },
      { path: '/a/silent-in-head', gets: /^HTTP\/1\.1 502 /, ends: 1000 },
      { path: '/a/silent-in-body', gets: HALF, ends: 1000 },
      { path: '/a/silent-in-chunks', gets: HALF, ends: 1000 },
      // The worker's own time comes before ProxyTimeout.
      { path: '/b/silent', gets: FAILED, ends: 2000 },
      // A virtual host's ProxyTimeout is for its own workers, and for those that had none above their line.
      { path: '/own/silent', host: 'second', gets: FAILED, ends: 2000 },
      { path: '/a/silent', host: 'second', gets: FAILED, ends: 1000 },
      { path: '/above/silent', gets: FAILED, ends: 1000 },
      { path: '/above/silent', host: 'second', gets: FAILED, ends: 2000 },
    ],
  },
  {
    name: 'Timeout 2 alone',
    conf: 'Timeout 2\nProxyPass /a/ http://127.0.0.1:{BACKEND}/\n',
    cases: [
      { path: '/a/silent', gets: FAILED, ends: 2000 },
      { path: '/a/silent-in-body', gets: HALF, ends: 2000 },
    ],
  },
];

/** The chunks of a body put together, whole or not. */
function unchunked(text: string): string {
  if (!/\r\nTransfer-Encoding: chunked\r\n/i.test(text)) return text;
  const start = text.indexOf('\r\n\r\n') + 4;
  return text.slice(0, start) + text.slice(start).replace(/(?:^|\r\n)[0-9a-f]+\r\n(?:\r\n)?|\r\n$/g, '');
}

const scenes: Scene[] = [];
const outcomes = new Map<string, Promise<Patience>>();
let backend: ScriptedBackend;

function titleOf(kind: ServerKind, { name }: Stage, { host = 'first', path }: Case): string {
  return `${kind}, ${name}: ${host}${path}`;
}

async function begin(kind: ServerKind, stage: Stage): Promise<void> {
  if (kind === 'apache' && part('apache2') === undefined) return;
  const scene = await makeScene();
  scenes.push(scene);
  const conf = stage.conf.replaceAll('{BACKEND}', String(backend.port));
  await scene.start(conf, { kind, modules: ['proxy', 'proxy_http'] });
  for (const each of stage.cases) {
    const bytes = `GET ${each.path} HTTP/1.1\r\nHost: ${each.host ?? 'first'}\r\nConnection: close\r\n\r\n`;
    outcomes.set(titleOf(kind, stage, each), saySlowly(scene.port, [[0, bytes]], 6000));
  }
}

const KINDS: readonly ServerKind[] = ['apache', 'portico'];

beforeAll(async () => {
  backend = await startScriptedBackend(async (talk) => {
    talk.socket.on('error', () => undefined);
    const name = / \S*\/(\S+) /.exec(await talk.head())?.[1] ?? '';
    await ACTS[name]?.(talk);
  });
  await Promise.all(STAGES.flatMap((stage) => KINDS.map((kind) => begin(kind, stage))));
});

afterAll(async () => {
  await Promise.all(scenes.map((scene) => scene.close()));
  await backend.close();
});

for (const kind of KINDS)
  for (const stage of STAGES)
    describe(`${kind}, ${stage.name}: a backend that is`, () => {
      for (const each of stage.cases)
        test(`${each.path} (${each.host ?? 'first'})`, async (context) => {
          if (kind === 'apache') requireParts(['apache2'], context);
          const { text, endedAfter } = await outcomes.get(titleOf(kind, stage, each))!;
          expect(unchunked(text)).toMatch(each.gets);
          expect(endedAfter).toBeGreaterThanOrEqual(each.ends - 20);
          expect(endedAfter).toBeLessThan(each.ends + LATEST_MS);
        });
    });
