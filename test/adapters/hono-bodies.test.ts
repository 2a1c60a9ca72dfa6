// Bodies on their way through the rules in applications of Hono's: to backends and to routes, at the pace of who takes
// them, and read by somebody before.
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { describe, expect, it, vi } from 'vitest';
import { ConsumedBodyError } from '../../src/adapters/index.ts';
import { untilTrue } from '../support/scene.ts';
import {
  appWith,
  atEnd,
  backend,
  type Env,
  endTests,
  htaccess,
  type Rules,
  rulesFor,
  ways,
} from './hono-scene.ts';

endTests();

const FIVE_MB = randomBytes(5 * 1024 * 1024);

function sha(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A stream that gives these bytes in pieces. */
function streamed(bytes: Buffer, piece = 64 * 1024): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(new Uint8Array(bytes.subarray(at, at + piece)));
      at += piece;
    },
  });
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A backend that says what it was sent. */
function mirror(): Promise<number> {
  return backend(async (request, response) => {
    const bytes = await bytesOf(request);
    response.setHeader('Content-Type', 'application/json');
    response.end(
      JSON.stringify({
        url: request.url,
        method: request.method,
        length: bytes.length,
        sha: sha(bytes),
        type: request.headers['content-type'],
      }),
    );
  });
}

async function proxied(port: number | Promise<number>, ...lines: string[]): Promise<Rules> {
  return htaccess(
    'RewriteEngine On',
    `RewriteRule ^api/(.*)$ http://127.0.0.1:${await port}/$1 [P]`,
    ...lines,
  );
}

const JSON_TEXT = '{ "a": 1.0, "ü": "\\u00e9" }';
const JSON_TYPE = { 'content-type': 'application/json' };
const JSON_FIELDS = { ...JSON_TYPE, 'content-length': String(Buffer.byteLength(JSON_TEXT)) };

for (const { name, reach } of ways)
  describe(`over ${name}`, () => {
    it('sends a body to a backend, and its answer back', async () => {
      const app = appWith(await proxied(mirror()));
      const ask = await reach(app);
      const answer = await ask('/api/x?y=%20z', { method: 'PUT', body: JSON_TEXT, headers: JSON_TYPE });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
      expect(await answer.json()).toEqual({
        url: '/x?y=%20z',
        method: 'PUT',
        length: Buffer.byteLength(JSON_TEXT),
        sha: sha(Buffer.from(JSON_TEXT)),
        type: 'application/json',
      });
    });

    it('streams five megabytes to a backend and to a route whose URL has changed', async () => {
      const app = appWith(await proxied(mirror(), 'RewriteRule ^up$ /taken'));
      app.post('/taken', async (c) => {
        const hash = createHash('sha256');
        let length = 0;
        for await (const chunk of c.req.raw.body!) {
          hash.update(chunk);
          length += chunk.byteLength;
        }
        return c.json({ length, sha: hash.digest('hex') });
      });
      const ask = await reach(app);
      for (const path of ['/api/up', '/up', '/taken']) {
        const init = { method: 'POST', body: streamed(FIVE_MB), duplex: 'half' } as RequestInit;
        expect(await (await ask(path, init)).json(), path).toMatchObject({
          length: FIVE_MB.length,
          sha: sha(FIVE_MB),
        });
      }
    });

    it('answers five megabytes of a backend', async () => {
      const port = await backend((_request, response) => response.end(FIVE_MB));
      const ask = await reach(appWith(await proxied(port)));
      const answer = await ask('/api/big');
      expect(sha(new Uint8Array(await answer.arrayBuffer()))).toBe(sha(FIVE_MB));
    });

    it('reads a backend no faster than its client reads', async () => {
      let sent = 0;
      const port = await backend((_request, response) => {
        const piece = Buffer.alloc(64 * 1024);
        const write = (): void => {
          while (sent < 1024) {
            sent += 1;
            if (!response.write(piece)) return;
          }
          response.end();
        };
        response.on('drain', write);
        write();
      });
      const ask = await reach(appWith(await proxied(port)));
      const answer = await ask('/api/big');
      await sleep(300);
      // 64 MB in all; what lies in buffers on the way is a part of it.
      expect(sent).toBeLessThan(512);
      let length = 0;
      for await (const chunk of answer.body!) length += chunk.byteLength;
      expect(length).toBe(1024 * 64 * 1024);
    });

    it('hands on the first event of a backend before the answer ends', async () => {
      let end = (): void => undefined;
      const port = await backend((_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.write('data: 1\n\n');
        end = () => response.end('data: 2\n\n');
      });
      const ask = await reach(appWith(await proxied(port)));
      const reader = (await ask('/api/events')).body!.getReader();
      expect(Buffer.from((await reader.read()).value!).toString()).toBe('data: 1\n\n');
      end();
      expect(Buffer.from((await reader.read()).value!).toString()).toBe('data: 2\n\n');
      expect((await reader.read()).done).toBe(true);
    });

    it('lets a backend know of a client that is gone: before its answer and within', async () => {
      let closed = 0;
      let asked = 0;
      const port = await backend((request, response) => {
        asked += 1;
        if (request.url === '/begun') response.write('begun ');
        response.on('close', () => {
          closed += 1;
        });
      });
      const ask = await reach(appWith(await proxied(port)));
      const waiting = new AbortController();
      const silent = ask('/api/silent', { signal: waiting.signal }).catch((error: Error) => error.name);
      await untilTrue('the request', () => asked === 1);
      waiting.abort();
      await untilTrue('the end of the first', () => closed === 1);
      const reading = new AbortController();
      const answer = await ask('/api/begun', { signal: reading.signal });
      await answer.body!.getReader().read();
      reading.abort();
      await untilTrue('the end of the second', () => closed === 2);
      const cancelled = await ask('/api/begun');
      await cancelled.body!.cancel();
      await untilTrue('the end of the third', () => closed === 3);
      void silent;
    });

    it('lets a backend know of an upload that breaks off', async () => {
      let told = '';
      const port = await backend((request) => {
        request.on('error', (error) => {
          told = error.message;
        });
        request.resume();
      });
      const ask = await reach(appWith(await proxied(port)));
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new Uint8Array(1024 * 1024));
          setTimeout(() => controller.error(new Error('the client breaks off')), 50);
        },
      });
      const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
      await Promise.resolve(ask('/api/up', init)).catch(() => undefined);
      await untilTrue('the end at the backend', () => told === 'aborted');
    });

    it('lets go of a backend whose answer middleware has put another in the place of', async () => {
      let closed = 0;
      const port = await backend((_request, response) => {
        response.write('begun');
        response.on('close', () => {
          closed += 1;
        });
      });
      const app = new Hono<Env>();
      app.use(async (c, next) => {
        await next();
        const { body } = c.res;
        c.res = new Response('another');
        if (name === 'app.request') await body?.cancel();
      });
      app.use(rulesFor(app, await proxied(port)));
      const ask = await reach(app);
      expect(await (await ask('/api/x')).text()).toBe('another');
      await untilTrue('the end at the backend', () => closed === 1);
    });

    it('lets a client know of a backend that breaks off', async () => {
      // What @hono/node-server tells of a stream that breaks off.
      const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      atEnd(() => told.mockRestore());
      const port = await backend((_request, response) => {
        response.writeHead(200, { 'Content-Length': 1000 });
        response.write('begun ');
        setTimeout(() => response.destroy(), 50);
      });
      const ask = await reach(appWith(await proxied(port)));
      const answer = await ask('/api/x');
      expect(answer.status).toBe(200);
      await expect(answer.text()).rejects.toThrow();
    });

    it('answers for a backend that is not there, and the body of the request does no harm', async () => {
      const app = appWith(htaccess('RewriteEngine On', 'RewriteRule ^api http://127.0.0.1:1/ [P]'));
      app.get('/after', (c) => c.text('after'));
      const ask = await reach(app);
      const init = { method: 'POST', body: streamed(FIVE_MB), duplex: 'half' } as RequestInit;
      expect((await ask('/api', init)).status).toBe(503);
      expect(await (await ask('/after')).text()).toBe('after');
    });

    it('sends a body on that Hono has read before: the bytes, where it has kept them', async () => {
      for (const read of ['json', 'text', 'arrayBuffer', 'blob'] as const) {
        const app = new Hono<Env>();
        app.use(async (c, next) => {
          await c.req[read]();
          await next();
        });
        app.use(rulesFor(app, await proxied(mirror(), 'RewriteRule ^old$ /new')));
        app.post('/new', async (c) => c.text(await c.req.text()));
        const ask = await reach(app);
        const init = { method: 'POST', body: JSON_TEXT, headers: JSON_FIELDS };
        expect(await (await ask('/api/x', init)).json(), read).toMatchObject({
          sha: sha(Buffer.from(JSON_TEXT)),
        });
        expect(await (await ask('/old', init)).text(), read).toBe(JSON_TEXT);
      }
    });

    it('says at once that a body is lost, to onError', async () => {
      const app = new Hono<Env>();
      app.use(async (c, next) => {
        await (c.req.path === '/api/form' ? c.req.formData() : c.req.raw.text());
        await next();
      });
      app.use(rulesFor(app, await proxied(mirror(), 'RewriteRule ^old$ /new')));
      app.post('/new', (c) => c.text('never'));
      app.post('/same', (c) => c.text('same'));
      app.onError((error, c) => c.text(error instanceof ConsumedBodyError ? error.code : error.message, 500));
      const ask = await reach(app);
      const form = new FormData();
      form.set('a', '1');
      for (const [path, body] of [
        ['/api/x', 'text'],
        ['/old', 'text'],
        ['/api/form', form],
      ] as const) {
        const answer = await ask(path, { method: 'POST', body });
        expect([answer.status, await answer.text()], path).toEqual([500, 'ERR_PORTICO_BODY_CONSUMED']);
      }
      expect(await (await ask('/same', { method: 'POST', body: 'text' })).text()).toBe('same');
    });

    it('takes no text for bytes where some were lost', async () => {
      const app = new Hono<Env>();
      app.use(async (c, next) => {
        await c.req.text();
        await next();
      });
      app.use(rulesFor(app, await proxied(mirror())));
      app.onError((error, c) => c.text(error.name, 500));
      const ask = await reach(app);
      for (const bytes of [Buffer.from([0xef, 0xbb, 0xbf, 0x61]), Buffer.from([0xff, 0x61])]) {
        const headers = { 'content-length': String(bytes.length) };
        const answer = await ask('/api/x', { method: 'POST', body: bytes, headers });
        expect(await answer.text()).toBe('ConsumedBodyError');
      }
    });
  });
