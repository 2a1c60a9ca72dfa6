// Bodies that parsers of Koa have read before the rules came.

import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { bodyParser } from '@koa/bodyparser';
import type Koa from 'koa';
import { koaBody } from 'koa-body';
import { describe, expect, test } from 'vitest';
import type { KoaMiddleware } from '../../src/adapters/index.ts';
import { ask } from './ask.ts';
import { digestOf } from './backend.ts';
import { withRules } from './koa-scene.ts';
import { backendOf, folderOf } from './scene.ts';

describe('bodies that a parser of Koa has read', () => {
  const parsers: [string, (rules: KoaMiddleware) => Koa.Middleware[]][] = [
    ['@koa/bodyparser', (rules) => [bodyParser({ enableTypes: ['json', 'form', 'text'] }), rules]],
    ['koa-body', (rules) => [koaBody({ multipart: true, includeUnparsed: true }), rules]],
    [
      'koa-body on Node’s request',
      (rules) => [koaBody({ patchNode: true, patchKoa: false, includeUnparsed: true }), rules],
    ],
  ];

  for (const [name, chain] of parsers)
    test(`${name}: what it keeps is sent on as it came`, async () => {
      const backend = await backendOf();
      const port = await withRules(
        { configuration: `ProxyPass "/" "http://127.0.0.1:${backend.port}/"\n` },
        (app, rules) => {
          for (const each of chain(rules)) app.use(each);
        },
      );
      const bodies: [string, string][] = [
        ['application/json', '{ "a" : 1e2,\n "b": "\\u00e9é" }'],
        ['application/x-www-form-urlencoded', 'a=%41&b=x+y%20z&a=2'],
        ['text/plain', 'plain – text'],
      ];
      for (const [type, body] of bodies) {
        const answer = await ask(port, '/x', { method: 'POST', headers: { 'Content-Type': type }, body });
        const digest = await digestOf(Readable.from([body]));
        expect([type, answer.body]).toEqual([type, `POST /x ${digest}\n`]);
      }
    });

  test('koa-body without the text: what can only have been the same bytes is sent on', async () => {
    const backend = await backendOf();
    const port = await withRules(
      { configuration: `ProxyPass "/" "http://127.0.0.1:${backend.port}/"\n` },
      (app, rules) => {
        app.use(koaBody());
        app.use(rules);
      },
    );
    for (const [type, body] of [
      ['application/json', '{"a":[1,"b",null],"c":{"d":true}}'],
      ['application/x-www-form-urlencoded', 'a=1&b=two+words'],
      ['text/plain', 'plain – text'],
    ] as const) {
      const answer = await ask(port, '/x', { method: 'POST', headers: { 'Content-Type': type }, body });
      const digest = await digestOf(Readable.from([body]));
      expect([type, answer.body]).toEqual([type, `POST /x ${digest}\n`]);
    }
  });

  test('bytes that a parser keeps are sent on, of a body without a length, too', async () => {
    const backend = await backendOf();
    const port = await withRules(
      { configuration: `ProxyPass "/" "http://127.0.0.1:${backend.port}/"\n` },
      (app, rules) => {
        app.use(async (ctx, next) => {
          ctx.request.rawBody = (await buffer(ctx.req)) as unknown as string;
          await next();
        });
        app.use(rules);
      },
    );
    const body = randomBytes(70_000);
    const headers = { 'Transfer-Encoding': 'chunked' };
    const answer = await ask(port, '/x', { method: 'POST', headers, body });
    expect(answer.body).toBe(`POST /x ${await digestOf(Readable.from([body]))}\n`);
  });

  test('what cannot be had again fails at once, where errors of Koa go', async () => {
    const backend = await backendOf();
    const errors: (Error & { code?: string })[] = [];
    const port = await withRules(
      { configuration: `ProxyPass "/" "http://127.0.0.1:${backend.port}/"\n` },
      (app, rules) => {
        app.on('error', (error: Error) => errors.push(error));
        app.use(koaBody({ multipart: true }));
        app.use(rules);
      },
    );
    const boundary = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n';
    for (const [type, body] of [
      ['multipart/form-data; boundary=b', boundary],
      ['application/json', '{ "a" : 1e2 }'],
    ]) {
      const answer = await ask(port, '/x', {
        method: 'POST',
        headers: { 'Content-Type': type! },
        body: body!,
      });
      expect([type, answer.status]).toEqual([type, 500]);
    }
    expect(errors.map(({ code }) => code)).toEqual([
      'ERR_PORTICO_BODY_CONSUMED',
      'ERR_PORTICO_BODY_CONSUMED',
    ]);
  });

  test('files and routes have no need of it', async () => {
    const root = await folderOf({
      '.htaccess': 'RewriteEngine on\nRewriteRule ^old$ new\n',
      'a.txt': 'a file\n',
    });
    const port = await withRules({ root }, (app, rules) => {
      app.use(koaBody());
      app.use(rules);
      app.use((ctx) => {
        ctx.body = ctx.request.body;
      });
    });
    const json = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{ "a": 1 }' };
    expect((await ask(port, '/old', json)).body).toBe('{"a":1}');
  });
});
