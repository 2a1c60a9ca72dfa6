// A folder of .htaccess files in both servers: requests made from its rules are answered alike.

import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileRegex } from '../../src/kit/regex/index.ts';
import { testWith } from '../support/parts.ts';
import { streamOf } from './random.ts';
import { sampleOf } from './sample.ts';
import { compareSite } from './site-compare.ts';

const VOCABULARY = `Options +FollowSymLinks
RewriteEngine on
AddType text/turtle .ttl
RewriteCond %{HTTP_ACCEPT} !application/rdf\\+xml.*(text/html|application/xhtml\\+xml)
RewriteCond %{HTTP_ACCEPT} text/html [OR]
RewriteCond %{HTTP_USER_AGENT} ^Mozilla/.*
RewriteRule ^((?:v|r)\\d+)/(\\w+)$ https://docs.example.org/$1/doc.html#$2 [R=303,L,NE]
RewriteCond %{HTTP_ACCEPT} text/turtle
RewriteRule ^(.*?)/?$ https://docs.example.org/$1.ttl [R=303,L]
RewriteRule ^$ /index.html [R=307,L]
`;

const FRONT = `RewriteEngine On
RewriteBase /front/
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule ^(?!old/)([a-z]+)/([0-9]+)(\\.json)?$ page.txt?name=$1&id=$2 [QSA,L]
RewriteRule ^old/(.+)$ new/$1 [R=301,L]
RewriteRule \\.(bak|inc)$ - [F,NC]
`;

const FILE_TIME = new Date('2024-01-02T03:04:05Z');

describe('a text made from a pattern', () => {
  it.each(['^a(b|c)+d$', '^/([^/]+)/(?:x{2,4})\\.html$', '^(\\w)-\\1$', '[[:digit:]]{3}'])(
    '%s is matched by it',
    (pattern) => {
      const random = streamOf(1, pattern.length);
      const regex = compileRegex(pattern);
      for (let i = 0; i < 50; i++) expect(sampleOf(pattern, random)).toSatisfy((text) => regex.test(text));
    },
  );

  it('is none where the pattern is none', () => {
    expect(sampleOf('(', streamOf(1, 1))).toBeUndefined();
  });
});

describe('a folder of .htaccess files', () => {
  testWith(['apache2'], 'is answered as the real Apache answers it', async () => {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'portico-site-test-'));
    chmodSync(folder, 0o755);
    try {
      for (const [name, text] of [
        ['vocabulary', VOCABULARY],
        ['front', FRONT],
      ] as const) {
        mkdirSync(join(folder, name), { mode: 0o755 });
        writeFileSync(join(folder, name, '.htaccess'), text);
      }
      writeFileSync(join(folder, 'front/page.txt'), 'page\n');
      // A date of now is told by its distance from the answer's own, and there is a second between two of them.
      utimesSync(join(folder, 'front/page.txt'), FILE_TIME, FILE_TIME);
      const report = await compareSite({ folder, each: 12, seed: 1 });
      expect(report.differences).toEqual([]);
      expect(report.files).toBe(2);
      expect(report.requests).toBeGreaterThan(70);
      for (const status of ['200', '301', '303', '403'])
        expect([...report.statuses.keys()]).toContain(status);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
