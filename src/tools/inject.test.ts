import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { memoryIo } from '../../test/support/memory-site.ts';
import { startScriptedBackend } from '../../test/support/scripted-backend.ts';
import { readSite } from '../conf/site.ts';
import { modules } from '../modules/index.ts';
import { type Injected, type InjectOptions, openRehearsal, type RehearsedSite, type Step } from './inject.ts';

const FILES = {
  '/srv/htdocs/a.txt': 'hello\n',
  '/srv/htdocs/cgi/x.cgi': '#!/bin/sh\nexit 1\n',
  '/srv/htdocs/closed/.htaccess': 'Require all denied\n',
  '/srv/htdocs/closed/b.txt': 'secret',
};

const BEGINNING =
  'ServerName www.test\nDocumentRoot /srv/htdocs\n<Directory /srv/htdocs>\nAllowOverride All\nRequire all granted\n</Directory>\n';

let opened: RehearsedSite | undefined;

afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

async function ask(conf: string, bytes: string, options: InjectOptions = {}): Promise<Injected> {
  const io = memoryIo(FILES);
  const { site, diagnostics } = readSite({
    sources: [{ name: '/srv/httpd.conf', text: BEGINNING + conf }],
    modules,
    io,
    serverRoot: '/srv',
  });
  if (site === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  opened = await openRehearsal(site, io);
  return opened.inject(bytes, options);
}

const get = (target: string, more = ''): string => `GET ${target} HTTP/1.1\r\nHost: www.test\r\n${more}\r\n`;

describe('inject', () => {
  it('answers as the server does', async () => {
    const { answer } = await ask('', get('/a.txt'), { readsBody: true });
    expect([answer?.status, answer?.headers.get('content-length'), answer?.body]).toEqual([
      200,
      '6',
      'hello\n',
    ]);
  });

  it('reads no body that nobody wants', async () => {
    const { answer } = await ask('', get('/a.txt'));
    expect([answer?.status, answer?.body]).toEqual([200, undefined]);
  });

  it('ends at what the backend would receive', async () => {
    const { answer, deeds } = await ask('ProxyPass /app/ http://10.0.0.1:8000/', get('/app/x%20y?q=1'));
    expect(answer).toBeUndefined();
    expect(deeds).toEqual([
      {
        kind: 'forward',
        url: 'http://10.0.0.1:8000/x%20y?q=1',
        address: '10.0.0.1:8000',
        bytes:
          'GET /x%20y?q=1 HTTP/1.1\r\nHost: 10.0.0.1:8000\r\nX-Forwarded-For: 127.0.0.1\r\n' +
          'X-Forwarded-Host: www.test\r\nX-Forwarded-Server: www.test\r\nConnection: Keep-Alive\r\n\r\n',
      },
    ]);
  });

  it('sends the body along, however the client has framed it', async () => {
    const chunked =
      'POST /app/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
    const { deeds } = await ask('ProxyPass /app/ http://10.0.0.1:8000/', chunked);
    expect(deeds[0]).toMatchObject({ bytes: expect.stringMatching(/Content-Length: 3\r\n.*\r\n\r\nabc$/s) });
  });

  it('ends at what an application would receive, which is not started', async () => {
    const app = '<App shop>\nAppCommand /bin/false\nAppAddress http://127.0.0.1:8123\n</App>\n';
    const { answer, deeds } = await ask(`${app}ProxyPass / app://shop/\n`, get('/cart'));
    expect(answer).toBeUndefined();
    expect(deeds).toMatchObject([{ kind: 'forward', address: '127.0.0.1:8123' }]);
    expect(deeds[0]).toMatchObject({ bytes: expect.stringMatching(/^GET \/cart HTTP\/1\.1\r\nHost: /) });
  });

  it('runs no program and says which it would have been', async () => {
    const conf = '<Directory /srv/htdocs/cgi>\nOptions ExecCGI\nSetHandler cgi-script\n</Directory>\n';
    const { answer, deeds } = await ask(conf, get('/cgi/x.cgi?one+two'));
    expect(answer).toBeUndefined();
    expect(deeds).toMatchObject([{ kind: 'program', file: '/srv/htdocs/cgi/x.cgi', words: ['one', 'two'] }]);
  });

  it('answers what cannot be read as the server answers it', async () => {
    const { answer } = await ask('', 'GET /a.txt HTTP/1.1\r\n\r\n');
    expect(answer?.status).toBe(400);
    await expect(opened?.inject('GET')).rejects.toThrow('no whole request line');
  });

  it('tells sections, access files and what answered', async () => {
    const steps: Step[] = [];
    const { answer } = await ask('', get('/closed/b.txt'), { onStep: (step) => steps.push(step) });
    expect(answer?.status).toBe(403);
    expect(steps.map(({ event }) => event).filter(({ kind }) => kind !== 'log')).toMatchObject([
      { kind: 'phase', phase: 'translateName', module: 'core' },
      { kind: 'section', walk: 'directory', place: { text: '<Directory /srv/htdocs>' } },
      { kind: 'htaccess', path: '/srv/htdocs/closed/.htaccess' },
      { kind: 'phase', phase: 'mapToStorage' },
      { kind: 'phase', phase: 'accessCheckerEx', module: 'authz_core', verdict: 403 },
    ]);
    expect(steps.some(({ event }) => event.kind === 'log' && event.text.startsWith('AH01630'))).toBe(true);
  });

  it('keeps the steps of requests apart that run at the same time', async () => {
    await ask('RewriteEngine On\nRewriteRule ^/(one|two)$ /a.txt', get('/'));
    const subjects = async (target: string): Promise<unknown[]> => {
      const found: unknown[] = [];
      await opened!.inject(get(target), {
        onStep: ({ x, event }) => void (event.kind === 'rule' && found.push(x.target)),
      });
      return found;
    };
    const [one, two] = await Promise.all([subjects('/one'), subjects('/two')]);
    expect(new Set(one)).toEqual(new Set(['/one']));
    expect(new Set(two)).toEqual(new Set(['/two']));
  });

  it('asks no member of a balancer whether it is well', async () => {
    const backend = await startScriptedBackend(() => undefined);
    try {
      const member = `BalancerMember http://127.0.0.1:${backend.port} hcmethod=TCP hcinterval=100ms`;
      await ask(`<Proxy balancer://app>\n${member}\n</Proxy>`, get('/a.txt'));
      await sleep(400);
      expect(backend.connections).toEqual([]);
    } finally {
      await backend.close();
    }
  });
});
