// The tree that `apt-get install apache2` leaves behind, as it is but for ports and folders, and with more of its
// modules, sites and snippets enabled: what Apache answers, portico answers.
import {
  cpSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { isQuietModule } from '../../src/conf/known-modules.ts';
import { modules } from '../../src/modules/index.ts';
import { requireParts, testWith } from '../support/parts.ts';
import { apacheProgram, differences, plantTree, porticoCommand, type Tree } from './tree.ts';

const SHIPPED = '/etc/apache2';

let tree: Tree;

beforeEach(async () => {
  tree = await plantTree();
});

afterEach(() => tree.close());

/** Ports, logs, documents and the folder for scripts are the tree's own. */
function moved(text: string): string {
  return text
    .replaceAll('/var/www', `${tree.root}/www`)
    .replaceAll('/usr/lib/cgi-bin', `${tree.root}/cgi-bin`)
    .replaceAll('/var/run/apache2', `${tree.root}/run`)
    .replaceAll('/var/lock/apache2', `${tree.root}/run`)
    .replaceAll('/var/log/apache2', `${tree.root}/log`)
    .replace(/^Listen 80$/m, `Listen 127.0.0.1:${tree.port}`)
    .replaceAll('*:80', `*:${tree.port}`);
}

function moveAll(directory: string): void {
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    const facts = lstatSync(file);
    if (facts.isDirectory()) moveAll(file);
    else if (facts.isFile()) writeFileSync(file, moved(readFileSync(file, 'latin1')), 'latin1');
  }
}

/** A module that portico has, or that has no work of its own. */
function isHere(name: string): boolean {
  const names = modules.flatMap((module) => [module.name, ...(module.aliases ?? [])]);
  return isQuietModule(name) || names.includes(name);
}

/** a2enmod, a2ensite, a2enconf. */
function enable(kind: 'mods' | 'sites' | 'conf', ...names: string[]): void {
  const available = join(tree.root, 'apache2', `${kind}-available`);
  for (const file of readdirSync(available)) {
    if (!names.includes(file.replace(/\.(load|conf)$/, ''))) continue;
    symlinkSync(`../${kind}-available/${file}`, join(tree.root, 'apache2', `${kind}-enabled`, file));
  }
}

/** What portico lacks is off for both: a2dismod. */
function disableMissing(): void {
  const enabled = join(tree.root, 'apache2/mods-enabled');
  for (const file of readdirSync(enabled)) {
    const name = file.replace(/\.(load|conf)$/, '');
    if (!isHere(name)) rmSync(join(enabled, file));
  }
}

function plant(): void {
  cpSync(SHIPPED, join(tree.root, 'apache2'), { recursive: true, verbatimSymlinks: true });
  moveAll(join(tree.root, 'apache2'));
  disableMissing();
  const index = readFileSync('/usr/share/apache2/default-site/index.html', 'latin1');
  tree.write('www/html/index.html', index);
  tree.write('www/html/a.txt', '0123456789'.repeat(20));
  tree.write('www/html/.htaccess', 'Redirect /a.txt /never\n');
  tree.write('www/html/.hidden', 'x');
  tree.write('www/html/style.css', 'a {}\n');
  tree.write('www/html/picture.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  tree.write('www/html/data.json', '{}');
  tree.write('www/html/archive.tar.gz', 'no archive');
  tree.write('www/html/page.html.de', '<p>deutsch</p>');
  tree.write('www/html/noextension', 'x');
  tree.write('www/html/dir/one.txt', '1');
  tree.write('www/html/dir/two.html', '<title>Two</title>');
  tree.write('www/html/dir/sub/three.png', 'x');
  tree.write('www/html/with index/index.html', 'index');
  tree.write('www/app/index.php', 'x');
  tree.write(
    'cgi-bin/hello',
    '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n$REQUEST_METHOD $QUERY_STRING $PATH_INFO\\n"\n',
    0o755,
  );
  tree.write('log/.keep', '');
  tree.write('run/.keep', '');
}

function commands(): { apache: string[]; portico: string[] } {
  const etc = join(tree.root, 'apache2');
  const launch = `APACHE_CONFDIR=${etc}; . ${etc}/envvars; exec ${apacheProgram()} -d ${etc} -f ${etc}/apache2.conf -DFOREGROUND`;
  return {
    apache: ['/bin/sh', '-c', launch],
    portico: [...porticoCommand, 'serve', '-f', join(etc, 'apache2.conf'), '-d', etc],
  };
}

const REQUESTS = [
  '/',
  'HEAD /',
  '/index.html',
  '/index.html HTTP/1.0',
  '/ | Host: other.example.test',
  '/a.txt',
  '/ | Accept-Encoding: gzip',
  'HEAD / | Accept-Encoding: gzip',
  '/style.css | Accept-Encoding: gzip, br',
  '/data.json | Accept-Encoding: gzip;q=0',
  '/a.txt | Accept-Encoding: gzip | Range: bytes=10-19',
  '/dir/ | Accept-Encoding: gzip',
  '/missing | Accept-Encoding: gzip',
  '/page.html | Accept-Language: de',
  '/a.txt | Range: bytes=10-19',
  '/a.txt | Range: bytes=0-1,4-5',
  '/a.txt | Range: bytes=900-',
  '/a.txt | If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT',
  '/a.txt | If-None-Match: "x"',
  '/a.txt/more',
  '//a.txt',
  '/dir/../a.txt',
  '/%61.txt',
  '/../etc/passwd',
  '/a%2ftxt',
  '/missing',
  '/missing/',
  '/dir',
  '/dir/',
  '/dir/?C=S;O=D',
  '/dir/sub/',
  '/with%20index/',
  '/with%20index',
  '/.htaccess',
  '/.htpasswd',
  '/.hidden',
  '/style.css',
  '/picture.svg',
  '/data.json',
  '/archive.tar.gz',
  '/page.html.de',
  '/noextension',
  '/icons/',
  '/icons/blank.gif',
  '/icons/none.gif',
  '/icons',
  '/cgi-bin/hello',
  'POST /a.txt | body=x',
  'PUT /a.txt | body=x',
  'DELETE /a.txt',
  'OPTIONS /',
  'OPTIONS /a.txt',
  'TRACE /',
  'FOO /',
];

const MORE = [
  ...REQUESTS,
  '/cgi-bin/hello?a=b',
  '/cgi-bin/hello/info',
  'POST /cgi-bin/hello | body=x',
  '/cgi-bin/',
  '/cgi-bin/none',
  '/missing | Host: nobody',
  '/server-info?no_such_module.c',
  '/ | Host: app.example.test',
  '/x/y?z | Host: app.example.test',
  '/index.php | Host: app.example.test',
  '/old | Host: app.example.test',
  '/secret/ | Host: app.example.test',
  'DELETE / | Host: app.example.test',
  '/ | Accept-Encoding: br',
  '/private/ | Host: app.example.test',
  '/private/ | Host: app.example.test | Authorization: Basic bWU6c2VjcmV0',
  '/private/ | Host: app.example.test | Authorization: Basic bWU6d3Jvbmc=',
  '/index.php | Host: app.example.test | Cookie: a=b',
  '/~nobody/x',
];

describe('the tree of Debian', () => {
  testWith(['apache2'], 'as it is shipped, answers as with Apache', async () => {
    plant();
    const { apache, portico } = commands();
    const expected = await tree.ask(apache, REQUESTS);
    expect(expected.get('/')?.[0]).toBe('200');
    expect(differences(expected, await tree.ask(portico, REQUESTS))).toEqual({});
  });

  testWith(['apache2'], 'with more modules, a site and a snippet, answers as with Apache', async () => {
    plant();
    enable(
      'mods',
      'rewrite',
      'headers',
      'cgi',
      'allowmethods',
      'macro',
      'proxy',
      'proxy_http',
      'expires',
      'brotli',
    );
    enable('mods', 'userdir', 'info', 'remoteip', 'substitute', 'vhost_alias', 'unique_id');
    tree.write('www/app/private/index.php', 'private');
    tree.write('htpasswd', 'me:$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/\n');
    enable('conf', 'javascript-common');
    tree.write(
      'apache2/sites-available/app.conf',
      moved(`<Macro App $name>
<VirtualHost *:80>
	ServerName $name
	DocumentRoot /var/www/app
	Header always set X-Site "$name"
	Redirect permanent /old /new
	<Directory /var/www/app>
		AllowMethods GET POST OPTIONS
		DirectoryIndex index.php
		RewriteEngine On
		RewriteCond %{REQUEST_FILENAME} !-f
		RewriteRule ^x/(.*)$ /index.php?path=$1 [QSA,L]
	</Directory>
	ExpiresActive On
	ExpiresByType text/html "access plus 1 hour"
	<Directory /var/www/app/private>
		AuthType Basic
		AuthName "Private \\"area\\""
		AuthUserFile ${tree.root}/htpasswd
		Require valid-user
	</Directory>
	<Location /secret>
		Require all denied
	</Location>
	ErrorLog \${APACHE_LOG_DIR}/app.log
	CustomLog \${APACHE_LOG_DIR}/app-access.log combined
</VirtualHost>
</Macro>
Use App app.example.test
UndefMacro App
`),
    );
    enable('sites', 'app');
    const { apache, portico } = commands();
    const expected = await tree.ask(apache, MORE);
    expect(expected.get('/cgi-bin/hello?a=b')?.[0]).toBe('200');
    expect(differences(expected, await tree.ask(portico, MORE))).toEqual({});
    expect(
      readFileSync(join(tree.root, 'log/app-access.log'), 'latin1').match(/"GET \/old HTTP\/1\.1" 301/g),
    ).toHaveLength(2);
  });

  testWith(['apache2'], 'is read with its own settings, links and all', async (context) => {
    requireParts(['apache2'], context);
    plant();
    const enabled = readdirSync(join(tree.root, 'apache2/sites-enabled'));
    expect(enabled.map((name) => readlinkSync(join(tree.root, 'apache2/sites-enabled', name)))).toEqual([
      '../sites-available/000-default.conf',
    ]);
    const { portico } = commands();
    await tree.ask(portico, ['/']);
    expect(readFileSync(join(tree.root, 'log/access.log'), 'latin1')).toMatch(
      /^127\.0\.0\.1 - - \[.*\] "GET \/ HTTP\/1\.1" 200 /,
    );
  });
});
