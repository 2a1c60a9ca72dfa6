// Tests of a .htaccess file, with node:test.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compile } from 'portico/rewrite';
import { nodeFiles } from 'portico/rewrite/node';

const directory = new URL('public', import.meta.url).pathname;
const site = compile(readFileSync(`${directory}/.htaccess`, 'utf8'), {
  documentRoot: directory,
  files: nodeFiles,
});

const www = { headers: { host: 'www.example.com' }, scheme: /** @type {const} */ ('https') };

test('a name without www is sent to the one with it', () => {
  const result = site.evaluate({ ...www, url: '/page?x=1', headers: { host: 'example.com' } });
  assert.equal(result.kind, 'redirect');
  assert.equal(result.location, 'https://www.example.com/page?x=1');
});

test('files that are there are served as they are', () => {
  assert.equal(site.evaluate({ ...www, url: '/style.css' }).kind, 'unchanged');
});

test('everything else is the application', () => {
  const result = site.evaluate({ ...www, url: '/blog/first' });
  assert.equal(result.kind, 'rewritten');
  assert.equal(result.url, '/index.html');
  assert.equal(result.env.REDIRECT_ROUTE, 'blog/first');
});

test('no address leads round in circles', () => {
  for (const url of ['/', '/index.html', '/a/b/c', '/old'])
    assert.notEqual(site.evaluate({ ...www, url }).kind, 'loop', url);
});
