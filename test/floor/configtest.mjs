// The published files check configurations on a bare Node: `node --test test/floor/configtest.mjs`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSite, runPortico } from './portico.mjs';

test('a good configuration is accepted', async (context) => {
  const site = await createSite(context, 'RewriteEngine on\nRewriteRule ^/a$ /b [L]');
  assert.deepEqual(runPortico('configtest', '-f', site.conf).status, 0);
});

test('a bad one is refused with file and line', async (context) => {
  const site = await createSite(context, 'ThisIsNoDirective on');
  const { status, output } = runPortico('configtest', '-f', site.conf);
  assert.equal(status, 1);
  assert.match(output, /line 9 of .*httpd\.conf/);
});
