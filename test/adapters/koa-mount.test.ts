// The rules inside mounts of real Koa 3.

import Koa from 'koa';
import mount from 'koa-mount';
import { describe, expect, test } from 'vitest';
import { forKoa } from '../../src/adapters/index.ts';
import { ask } from './ask.ts';
import { tellPath, withRules } from './koa-scene.ts';
import { folderOf } from './scene.ts';

describe('mounted in Koa', () => {
  const shop = () =>
    folderOf({
      '.htaccess':
        'RewriteEngine on\nRewriteRule ^old$ new?a=b\nRewriteRule ^out$ /outside\nRewriteRule ^admin$ admin/shop/admin\n',
      'a.txt': 'a file\n',
    });

  test('a mount is where the folder stands, and what rules make of a path outlasts it', async () => {
    const root = await shop();
    const port = await withRules({ root }, (app, rules) => {
      app.use(mount('/shop', rules));
      app.use(tellPath);
    });
    const bodies: string[] = [];
    for (const path of ['/shop/a.txt', '/shop/old', '/shop/x?y', '/a.txt', '/shopping'])
      bodies.push((await ask(port, path)).body);
    expect(bodies).toEqual(['a file\n', 'app /shop/new?a=b', 'app /shop/x?y', 'app /a.txt', 'app /shopping']);
    const bare = await ask(port, '/shop');
    expect([bare.status, bare.headers.location]).toEqual([301, `http://127.0.0.1:${port}/shop/`]);
  });

  test('an application that is mounted sees the path below the mount', async () => {
    const root = await shop();
    const port = await withRules({ root }, (app, rules) => {
      const inner = new Koa();
      inner.use(rules);
      inner.use(mount('/admin', tellPath));
      inner.use(async (ctx, next) => (ctx.path === '/new' ? tellPath(ctx, next) : next()));
      app.use(mount('/shop', inner));
      app.use(tellPath);
    });
    expect((await ask(port, '/shop/old')).body).toBe('app /new?a=b');
    expect((await ask(port, '/shop/other')).body).toBe('app /shop/other');
    expect((await ask(port, '/shop/admin')).body).toBe('app /shop/admin');
  });

  test('mounts may stand in each other', async () => {
    const root = await shop();
    const port = await withRules({ root }, (app, rules) => {
      app.use(mount('/a', mount('/b/', rules)));
      app.use(tellPath);
    });
    expect((await ask(port, '/a/b/a.txt')).body).toBe('a file\n');
    expect((await ask(port, '/a/b/old')).body).toBe('app /a/b/new?a=b');
    expect((await ask(port, '/a/x')).body).toBe('app /a/x');
  });

  test('a rule that leads out of the mount is an error that says so', async () => {
    const root = await shop();
    const errors: Error[] = [];
    const port = await withRules({ root }, (app, rules) => {
      app.on('error', (error: Error) => errors.push(error));
      app.use(mount('/shop', rules));
      app.use(tellPath);
    });
    expect((await ask(port, '/shop/out')).status).toBe(500);
    expect(errors.map(({ message }) => message)).toEqual([
      'a rule leads /shop/out to /outside, outside of /shop: mount the rules at the root of the program',
    ]);
  });

  test('rules behind rules see the path that those have made', async () => {
    const root = await shop();
    const port = await withRules(
      { configuration: 'RewriteEngine on\nRewriteRule ^/s/(.*) /shop/$1\n' },
      (app, rules) => {
        app.use(rules);
        app.use(mount('/shop', forKoa({ root })));
        app.use(tellPath);
      },
    );
    expect((await ask(port, '/s/a.txt')).body).toBe('a file\n');
    expect((await ask(port, '/s/old')).body).toBe('app /shop/new?a=b');
  });
});
