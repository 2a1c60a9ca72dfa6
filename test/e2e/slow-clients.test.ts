// Clients that are slow or silent: how long each server waits for them, what it says then, and what its log says. The
// real Apache and the built portico are asked alike, at the same time; portico's clock is coarser.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusesIn } from '../support/conversation.ts';
import { type PartName, requireParts } from '../support/parts.ts';
import { part } from '../support/programs.ts';
import { makeScene, type Scene, until } from '../support/scene.ts';
import type { ServerKind } from '../support/server-process.ts';
import { type Patience, type Step, saySlowly } from '../support/slow-client.ts';

/** The clock's two ticks, and a machine that is busy with other things. */
const LATEST_MS = 1500;

const LOG = 'LogFormat "%r %>s %B" short\nCustomLog {ROOT}/access.log short\n';
const MODULES = ['alias'];

/** What a client does, and what becomes of it. */
interface Case {
  readonly does: string;
  readonly steps: readonly Step[];
  /** What the server says: the statuses of its answers. */
  readonly statuses: readonly number[];
  /** After how long it closes, from the connection on; undefined for not at all. */
  readonly closes: number | undefined;
  /** The line that stands in the log. */
  readonly logs?: string;
}

interface Stage {
  readonly name: string;
  readonly conf: string;
  readonly modules: readonly string[];
  readonly cases: readonly Case[];
}

function head(path: string, fields = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\n${fields}`;
}

function repeat(count: number, everyMs: number, bytes: string): Step[] {
  return Array.from({ length: count }, (): Step => [everyMs, bytes]);
}

function upload(path: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n${body}`;
}

const WITH_LIMITS: Stage = {
  name: 'RequestReadTimeout header=1-2,MinRate=20 body=1,MinRate=20',
  conf: `RequestReadTimeout header=1-2,MinRate=20 body=1,MinRate=20\nKeepAliveTimeout 3\n${LOG}`,
  modules: [...MODULES, 'reqtimeout'],
  cases: [
    { does: 'says half a request line', steps: [[0, 'GET /a']], statuses: [], closes: 1000, logs: '- 408 0' },
    {
      does: 'says a request line and no more',
      steps: [[0, 'GET /b HTTP/1.1\r\n']],
      statuses: [408],
      // 17 bytes are worth 0.85 seconds.
      closes: 1850,
      logs: 'GET /b HTTP/1.1 408 ',
    },
    {
      does: 'goes on with its fields, fast enough for MinRate and not for the upper bound',
      steps: [[0, head('/c')], ...repeat(20, 250, 'a: bcdef\r\n')],
      statuses: [408],
      closes: 2000,
      logs: 'GET /c HTTP/1.1 408 ',
    },
    {
      does: 'ends in time',
      steps: [[0, head('/d')], ...repeat(2, 200, 'a: bcdef\r\n'), [0, 'Connection: close\r\n\r\n']],
      statuses: [200],
      closes: 400,
      logs: 'GET /d HTTP/1.1 200 ',
    },
    {
      does: 'says half a request line on a connection that was used before',
      steps: [
        [0, head('/e', '\r\n')],
        [300, 'GET /e2'],
      ],
      statuses: [200],
      closes: 1300,
    },
    {
      does: 'is silent on a connection that was used before: KeepAliveTimeout counts',
      steps: [[0, head('/f', '\r\n')]],
      statuses: [200],
      closes: 3000,
    },
    {
      does: 'says half a body',
      steps: [[0, upload('/g', 'x'.repeat(20))]],
      statuses: [408],
      // 20 bytes are worth a second.
      closes: 2000,
      logs: 'POST /g HTTP/1.1 408 ',
    },
    {
      does: 'says its body fast enough: there is no upper bound for it',
      steps: [[0, upload('/h', 'x'.repeat(40))], ...repeat(6, 400, 'x'.repeat(20)), [0, 'x'.repeat(840)]],
      statuses: [200],
      closes: undefined,
      logs: 'POST /h HTTP/1.1 200 ',
    },
    {
      does: 'ends its direction within the request line',
      steps: [
        [0, 'GET /i'],
        [100, 'END'],
      ],
      statuses: [],
      closes: 100,
    },
    {
      does: 'ends its direction within the fields',
      steps: [
        [0, head('/j')],
        [100, 'END'],
      ],
      statuses: [400],
      closes: 100,
      logs: 'GET /j HTTP/1.1 400 ',
    },
  ],
};

const WITHOUT: Stage = {
  name: 'no mod_reqtimeout, Timeout 2',
  conf: `Timeout 2\n${LOG}`,
  modules: MODULES,
  cases: [
    { does: 'says half a request line', steps: [[0, 'GET /a']], statuses: [], closes: 2000, logs: '- 408 0' },
    {
      does: 'says half of its fields',
      steps: [[0, head('/b')]],
      statuses: [408],
      closes: 2000,
      logs: 'GET /b HTTP/1.1 408 ',
    },
    {
      does: 'says a little every 0.6 seconds: Timeout is between two pieces',
      steps: [[0, head('/c')], ...repeat(4, 600, 'a: b\r\n'), [600, 'Connection: close\r\n\r\n']],
      statuses: [200],
      closes: 3000,
      logs: 'GET /c HTTP/1.1 200 ',
    },
    {
      does: 'says half a body',
      steps: [[0, upload('/d', 'x'.repeat(200))]],
      statuses: [408],
      closes: 2000,
      logs: 'POST /d HTTP/1.1 408 ',
    },
  ],
};

const HOSTS: Stage = {
  name: 'virtual hosts',
  conf: `KeepAliveTimeout 1500ms
RequestReadTimeout header=4 body=4
<VirtualHost *:{PORT}>
ServerName first
KeepAliveTimeout 500ms
MaxKeepAliveRequests 2
RequestReadTimeout header=1
</VirtualHost>
<VirtualHost *:{PORT}>
ServerName second
RequestReadTimeout header=3 body=2
</VirtualHost>
<VirtualHost *:{PORT}>
ServerName third
KeepAliveTimeout 2500ms
Timeout 1
</VirtualHost>
<VirtualHost *:{PORT}>
ServerName off
KeepAlive Off
</VirtualHost>
<VirtualHost *:{PORT}>
ServerName zero
KeepAliveTimeout 0
</VirtualHost>
`,
  modules: [...MODULES, 'reqtimeout'],
  cases: [
    ...(
      [
        ['first', 500],
        ['second', 500],
        ['third', 2500],
        ['off', 0],
        ['zero', 1500],
      ] as const
    ).map(([name, closes]) => ({
      does: `is silent after an answer of ${name}`,
      steps: [[0, `GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`] as const],
      statuses: [200],
      closes,
    })),
    {
      does: 'says more requests than the first host allows on a connection',
      steps: [[0, 'GET / HTTP/1.1\r\nHost: first\r\n\r\n'.repeat(5)]],
      statuses: [200, 200, 200],
      closes: 0,
    },
    {
      does: 'names the second host in half a head: the first one of the address is patient or not',
      steps: [[0, 'GET / HTTP/1.1\r\nHost: second\r\nA']],
      statuses: [408],
      closes: 1000,
    },
    {
      does: 'says half a body to the second host, which says how long for itself',
      steps: [[0, upload('/', 'x').replace('Host: x', 'Host: second')]],
      statuses: [408],
      closes: 2000,
    },
    {
      does: 'says half a body to the third host, whose Timeout is shorter',
      steps: [[0, upload('/', 'x').replace('Host: x', 'Host: third')]],
      statuses: [408],
      closes: 1000,
    },
  ],
};

const BEGINNING = 'AliasMatch ^/ {ROOT}/htdocs/page.txt\n';

const KINDS: readonly ServerKind[] = ['apache', 'portico'];

/** A server with all its clients at once. */
class Rehearsal {
  readonly stage: Stage;
  readonly kind: ServerKind;
  readonly outcomes: Map<Case, Promise<Patience>> = new Map();
  #scene: Scene | undefined = undefined;

  constructor(stage: Stage, kind: ServerKind) {
    this.stage = stage;
    this.kind = kind;
  }

  get needs(): readonly PartName[] {
    return this.kind === 'apache' ? ['apache2'] : [];
  }

  async begin(): Promise<void> {
    if (this.needs.some((each) => part(each) === undefined)) return;
    const scene = await makeScene();
    this.#scene = scene;
    scene.write('htdocs/page.txt', 'hello\n');
    const { conf, modules, cases } = this.stage;
    await scene.start(BEGINNING + conf, { kind: this.kind, modules });
    for (const each of cases) this.outcomes.set(each, saySlowly(scene.port, each.steps, 4500));
  }

  async close(): Promise<void> {
    await this.#scene?.close();
  }

  log(): string {
    return this.#scene?.read('access.log') ?? '';
  }
}

const rehearsals = [WITH_LIMITS, WITHOUT, HOSTS].flatMap((stage) =>
  KINDS.map((kind) => new Rehearsal(stage, kind)),
);

beforeAll(async () => {
  await Promise.all(rehearsals.map((rehearsal) => rehearsal.begin()));
});

afterAll(async () => {
  await Promise.all(rehearsals.map((rehearsal) => rehearsal.close()));
});

for (const rehearsal of rehearsals) {
  const { stage, kind, needs, outcomes } = rehearsal;
  describe(`${kind}, ${stage.name}: a client that`, () => {
    for (const each of stage.cases) {
      const { does, closes, logs } = each;
      test(does, async (context) => {
        requireParts(needs, context);
        const { text, endedAfter } = await outcomes.get(each)!;
        expect(statusesIn(text)).toEqual(each.statuses);
        if (closes === undefined) expect(endedAfter).toBeUndefined();
        else {
          expect(endedAfter).toBeGreaterThanOrEqual(closes - 20);
          expect(endedAfter).toBeLessThan(closes + LATEST_MS);
        }
        if (logs !== undefined)
          await until('the line in the log', () => rehearsal.log().includes(logs) || undefined);
      });
    }
  });
}
