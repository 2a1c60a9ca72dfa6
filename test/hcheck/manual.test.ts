// Every configuration that docs/health-checks.md and docs/balancer-manager.md show, as it stands there, in portico and in
// Apache. Only the intervals are shorter here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openWorkshop } from '../support/command.ts';
import { testWith } from '../support/parts.ts';
import { freePort } from '../support/ports.ts';
import { makeScene, type Scene, type StartOptions, until } from '../support/scene.ts';
import { type ScriptedBackend, startScriptedBackend } from '../support/scripted-backend.ts';

function blocksOf(name: string, kind: string): readonly string[] {
  const manual = readFileSync(join(import.meta.dirname, `../../docs/${name}`), 'utf8');
  const pattern = new RegExp(`^\`\`\`${kind}\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...manual.matchAll(pattern)].map(([, text = '']) => text);
}

const checks = blocksOf('health-checks.md', 'apache');
const pages = blocksOf('balancer-manager.md', 'apache');

const APACHE: StartOptions = {
  kind: 'apache',
  modules: [
    'authz_host',
    'lbmethod_byrequests',
    'proxy',
    'proxy_balancer',
    'proxy_hcheck',
    'proxy_http',
    'slotmem_shm',
    'status',
  ],
};

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

/** An application whose health can be changed. */
class Application {
  readonly name: string;
  readonly port: number;
  status = '200 OK';
  body: string;
  #backend: ScriptedBackend | undefined = undefined;

  constructor(name: string, port: number) {
    this.name = name;
    this.port = port;
    this.body = name;
  }

  async start(): Promise<void> {
    this.#backend = await startScriptedBackend(async (talk) => {
      talk.socket.on('error', () => undefined);
      for (;;) {
        const request = await talk.request();
        if (request === '') return;
        const isVisit = request.includes('/visit');
        const body = isVisit ? this.name : this.body;
        const head = `HTTP/1.1 ${isVisit ? '200 OK' : this.status}\r\nContent-Length: ${body.length}\r\n\r\n`;
        talk.write(request.startsWith('HEAD') ? head : head + body);
      }
    }, this.port);
  }

  async stop(): Promise<void> {
    await this.#backend?.close();
    this.#backend = undefined;
  }
}

/** Starts a server with a configuration of the manual before two applications. */
async function start(block: string, as: StartOptions = {}): Promise<readonly [Application, Application]> {
  scene = await makeScene();
  const apps = [
    new Application('app1', await freePort()),
    new Application('app2', await freePort()),
  ] as const;
  let text = block.replaceAll(/hcinterval=\d+/g, 'hcinterval=100ms');
  for (const [at, app] of apps.entries()) {
    await app.start();
    scene.onClose(() => app.stop());
    text = text.replaceAll(`127.0.0.1:800${at + 1}`, `127.0.0.1:${app.port}`);
  }
  await scene.start(text, as);
  return apps;
}

async function get(path: string, init: RequestInit = {}): Promise<string> {
  const headers = { Connection: 'close', Referer: `http://127.0.0.1:${scene!.port}/`, ...init.headers };
  const answer = await fetch(`http://127.0.0.1:${scene!.port}${path}`, { ...init, headers });
  return answer.text();
}

/** Waits until visitors meet these applications and no other. */
async function expectVisits(...names: readonly string[]): Promise<void> {
  await until(`visitors meet ${names.join(' and ')}`, async () => {
    const met = new Set<string>();
    for (let n = 0; n < 4; n++) met.add(await get('/visit'));
    return [...met].sort().join() === names.join() || undefined;
  });
}

/** What the manual promises of each of its configurations of checks: what makes an application ill. */
const ILLNESSES: readonly { readonly title: string; readonly fall: (app: Application) => Promise<void> }[] = [
  { title: 'a port that answers', fall: (app) => app.stop() },
  {
    title: 'a page that answers',
    fall: async (app) => {
      app.status = '500 ill';
    },
  },
  {
    title: 'the same for many',
    fall: async (app) => {
      app.status = '404 gone';
    },
  },
  {
    title: 'what a good answer is',
    fall: async (app) => {
      app.status = '503 ill';
      app.body = 'we are down for maintenance';
    },
  },
];

const servers: readonly (readonly [name: string, run: typeof test, as: StartOptions])[] = [
  ['portico', test, {}],
  [
    'Apache',
    ((title: string, work: () => Promise<void>) => testWith(['apache2'], title, work)) as typeof test,
    APACHE,
  ],
];

describe('the manual of health checks', () => {
  test('has a promise for each of its configurations', () => {
    expect(checks).toHaveLength(ILLNESSES.length);
  });

  for (const [name, run, as] of servers) {
    for (const [at, { title, fall }] of ILLNESSES.entries()) {
      run(`${name}: ${title}`, async () => {
        const [one, two] = await start(checks[at]!, as);
        await expectVisits('app1', 'app2');
        await fall(one);
        await expectVisits('app2');
        [one.status, one.body] = ['200 OK', one.name];
        await one.stop();
        await one.start();
        await expectVisits('app1', 'app2');
        await fall(two);
        await expectVisits('app1');
      });
    }
  }
});

describe('the manual of the balancer-manager', () => {
  for (const [name, run, as] of servers) {
    run(`${name}: the page, and a member drained by a script`, async () => {
      const [one] = await start(pages[0]!, as);
      expect(await get('/balancer-manager?xml=1')).toContain('<httpd:name>balancer://app</httpd:name>');
      const page = await get('/balancer-manager');
      // As the manual's sed finds it.
      const nonce = /[?]b=app&amp;nonce=([^"]*)"/.exec(page)?.[1] ?? '';
      expect(nonce).toMatch(/^[0-9a-f-]{36}$/);
      await expectVisits('app1', 'app2');
      const form = { b: 'app', w: `http://127.0.0.1:${one.port}`, nonce, w_status_N: '1' };
      await get('/balancer-manager', { method: 'POST', body: new URLSearchParams(form) });
      await expectVisits('app2');
    });

    run(`${name}: balancers in server-status`, async () => {
      await start(pages[1]!, as);
      expect(await get('/visit')).toBe('app1');
      const text = await get('/server-status?auto');
      expect(text).toContain('ProxyBalancer[0]Name: balancer://app\n');
      expect(text).toContain(
        'ProxyBalancer[0]Worker[0]Status: Init Ok \nProxyBalancer[0]Worker[0]Elected: 1\n',
      );
      expect(text).toContain('ProxyBalancer[0]Worker[1]Elected: 0\n');
      expect(await get('/server-status')).toContain('Proxy LoadBalancer Status for balancer://app');
    });
  }

  test('names every field of the forms', async () => {
    const [one] = await start(pages[0]!);
    const nonce = /[?]b=app&amp;nonce=([^"]*)"/.exec(await get('/balancer-manager'))?.[1];
    const query = `b=app&nonce=${nonce}`;
    const forms =
      (await get(`/balancer-manager?${query}`)) +
      (await get(`/balancer-manager?${query}&w=http://127.0.0.1:${one.port}`));
    const names = new Set([...forms.matchAll(/ name="([^"]+)"/g)].map(([, name]) => name!));
    names.delete('viewport');
    const [manual] = [readFileSync(join(import.meta.dirname, '../../docs/balancer-manager.md'), 'utf8')];
    const unnamed = [...names].filter((name) => {
      const flag = /^w_status_(.)$/.exec(name)?.[1];
      return !manual.includes(flag === undefined ? `\`${name}\`` : `\`_${flag}\``) && !manual.includes(name);
    });
    expect(names.size).toBeGreaterThan(20);
    expect(unnamed).toEqual([]);
  });
});

test('nothing in the manuals is warned of', async () => {
  const workshop = await openWorkshop();
  try {
    for (const [at, block] of [...checks, ...pages].entries()) {
      const file = workshop.write(`${at}.conf`, `ServerName x\nListen 127.0.0.1:1\n${block}`);
      const { code, err } = await workshop.run(['configtest', '-f', file]);
      expect({ code, err }).toEqual({ code: 0, err: 'Syntax OK\n' });
    }
  } finally {
    await workshop.close();
  }
});
