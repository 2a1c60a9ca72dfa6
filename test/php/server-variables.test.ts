// What PHP is told of a request: the same PHP-FPM behind Apache's mod_proxy_fcgi and behind portico, $_SERVER compared.
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { part, testWith } from '../support/parts.ts';
import { PHP_MODULES, type PhpFpm, startPhpFpm } from '../support/php-fpm.ts';
import { createRawClient } from '../support/raw-client.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import type { RunningServer } from '../support/server-process.ts';

/** Tells everything that PHP knows, but what no two requests have in common. */
const DUMP = `<?php
header('Content-Type: application/json');
foreach (['PATH', 'REMOTE_PORT', 'REQUEST_TIME', 'REQUEST_TIME_FLOAT', 'SERVER_SIGNATURE', 'SERVER_SOFTWARE', 'UNIQUE_ID'] as $name)
    foreach (['', 'REDIRECT_', 'REDIRECT_REDIRECT_'] as $before) unset($_SERVER[$before . $name]);
ksort($_SERVER);
$told = ['server' => $_SERVER, 'get' => $_GET, 'post' => $_POST, 'body' => file_get_contents('php://input'),
    'file' => __FILE__, 'folder' => getcwd(), 'headers' => getallheaders()];
echo json_encode($told, JSON_PRETTY_PRINT | JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES);
`;

const FILES = [
  'index.php',
  'a.php',
  'd/index.php',
  'd/e.php',
  'sp ace.php',
  'caf\u00e9.php',
  'a.b.php',
  'front/index.php',
  'info/index.php',
  'upload/image.jpg',
];

const MODULES = ['actions', ...PHP_MODULES];

interface Site {
  readonly name: string;
  /** `{TCP}` is FPM's host and port, `{SOCKET}` its unix socket. */
  readonly conf: string;
  readonly requests: readonly string[];
  /** No script is found, by either server. */
  readonly isInVain?: boolean;
}

const SITES: readonly Site[] = [
  {
    name: 'SetHandler',
    conf: '<FilesMatch "\\.php$">\nSetHandler "proxy:fcgi://{TCP}"\n</FilesMatch>\nDirectoryIndex index.php',
    requests: [
      'GET /a.php',
      'GET /a.php?x=1&y%5B%5D=2&z=%C3%A9',
      'GET /a.php?just+words',
      'GET /a.php/path/info?x=1',
      'GET /a.php/path%20info/%C3%A9',
      'GET /a.php/',
      'GET //a.php',
      'GET /d/../a.php',
      'GET /d/%65.php',
      'GET /',
      'GET /d/?q',
      'GET /d/e.php',
      'GET /sp%20ace.php?a%20b=c',
      'GET /sp%20ace.php/in%20fo',
      'GET /caf%C3%A9.php',
      'GET /a.b.php',
      'GET /none.php',
      'GET /none.php/info',
      'GET /upload/image.jpg/x.php',
      'GET /a.php%00.jpg',
      'POST /a.php x-form a=1&b=2',
      'POST /a.php text/plain some text',
      'PUT /a.php application/json {"a":1}',
      'DELETE /a.php',
      'OPTIONS /a.php',
      'HEAD /a.php',
    ],
  },
  {
    name: 'SetHandler on a unix socket',
    conf: '<FilesMatch "\\.php$">\nSetHandler "proxy:unix:{SOCKET}|fcgi://localhost/"\n</FilesMatch>',
    requests: ['GET /a.php', 'GET /a.php/info?x', 'GET /none.php', 'GET /sp%20ace.php/a%20b'],
  },
  {
    name: 'ProxyPassMatch',
    conf: 'ProxyPassMatch "^/(.*\\.php(/.*)?)$" "fcgi://{TCP}{ROOT}/htdocs/$1"\nDirectoryIndex index.php',
    requests: [
      'GET /a.php?x=1',
      'GET /a.php/path/info?x=1',
      'GET /sp%20ace.php',
      'GET /sp%20ace.php/in%20fo',
      'GET /none.php',
      'GET /upload/image.jpg/x.php',
      'GET /d/',
      'POST /d/e.php x-form a=1',
    ],
  },
  {
    name: 'ProxyPassMatch on a unix socket',
    conf: 'ProxyPassMatch "^/(.*\\.php(/.*)?)$" "unix:{SOCKET}|fcgi://localhost{ROOT}/htdocs/"',
    requests: ['GET /a.php?x=1', 'GET /a.php/path/info?x=1'],
  },
  {
    name: 'rules',
    conf:
      'RewriteEngine On\nRewriteRule ^/run/(.*)$ fcgi://{TCP}{ROOT}/htdocs/$1 [P]\n' +
      'RewriteRule ^/raw/(.*)$ fcgi://{TCP}{ROOT}/htdocs/$1 [P,NE]',
    requests: [
      'GET /run/a.php?x=1',
      'GET /run/d/e.php/info',
      'GET /raw/a.php?x=1',
      'POST /run/a.php x-form a=1',
    ],
  },
  {
    name: 'a front controller',
    conf:
      '<FilesMatch "\\.php$">\nSetHandler "proxy:fcgi://{TCP}"\n</FilesMatch>\n<Directory {ROOT}/htdocs/front>\n' +
      'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^ index.php [L,QSA,E=FROM_RULE:1]\n</Directory>\n' +
      '<Directory {ROOT}/htdocs/info>\nRewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\n' +
      'RewriteRule ^(.*)$ index.php/$1 [L]\n</Directory>',
    requests: [
      'GET /front/some/page?x=1',
      'GET /front/some%20page',
      'GET /front/',
      'POST /front/save x-form a=1',
      'GET /info/some/page?x=1',
      'GET /info/some%20page/%C3%A9',
    ],
  },
  {
    name: 'FallbackResource and error documents',
    conf:
      '<FilesMatch "\\.php$">\nSetHandler "proxy:fcgi://{TCP}"\n</FilesMatch>\nErrorDocument 404 /a.php?missing\n' +
      '<Location /front>\nFallbackResource /front/index.php\n</Location>',
    requests: ['GET /front/x/y?z', 'GET /nothing/here?x=1', 'POST /nothing/here x-form a=1'],
  },
  {
    name: 'Action, as PHP-FPM does not know it',
    isInVain: true,
    conf:
      '<Location /php-run>\nSetHandler "proxy:fcgi://{TCP}"\n</Location>\nAddHandler php-run .php\n' +
      'Action php-run /php-run',
    requests: ['GET /a.php?x=1', 'GET /a.php/info', 'GET /none.php'],
  },
  {
    name: 'Action, as for mod_fastcgi',
    conf:
      '<Location /php-run>\nSetHandler "proxy:fcgi://{TCP}"\nProxyFCGIBackendType GENERIC\n</Location>\n' +
      'AddHandler php-run .php\nAction php-run /php-run',
    requests: ['GET /a.php?x=1', 'GET /d/e.php', 'POST /a.php x-form a=1', 'GET /none.php'],
  },
  {
    name: 'Action to a proxied path',
    conf:
      'ProxyPass /php-run/ fcgi://{TCP}{ROOT}/htdocs/\nAddType application/x-httpd-php .php\n' +
      'Action application/x-httpd-php /php-run',
    requests: ['GET /a.php?x=1', 'GET /d/e.php'],
  },
  {
    name: 'another kind of backend',
    conf:
      'ProxyFCGIBackendType GENERIC\n<FilesMatch "\\.php$">\nSetHandler "proxy:fcgi://{TCP}"\n</FilesMatch>\n' +
      'ProxyPass /run/ fcgi://{TCP}{ROOT}/htdocs/',
    requests: ['GET /a.php?x=1', 'GET /a.php/info', 'GET /run/a.php?x=1', 'GET /run/d/e.php/info?q'],
  },
  {
    name: 'variables',
    conf:
      '<FilesMatch "\\.php$">\nSetHandler "proxy:fcgi://{TCP}"\n</FilesMatch>\nSetEnv APP_ENV production\n' +
      'SetEnv dashed-name 1\nSetEnv SCRIPT_NAME /evil\nSetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1\n' +
      'ProxyFCGISetEnvIf "reqenv(\'SCRIPT_NAME\') =~ m#^/(\\w)\\.php#" LETTER "$1"\n' +
      'ProxyFCGISetEnvIf "true" !HTTP_X_HIDDEN\nProxyFCGISetEnvIf "-n reqenv(\'PATH_INFO\')" HAS_INFO\n' +
      'SetEnvIf Request_URI /d/ proxy-fcgi-pathinfo=last-dot\nRequestHeader set X-Added yes',
    requests: ['GET /a.php', 'GET /a.php/info', 'GET /d/e.php/x.y/z'],
  },
  {
    name: 'an alias and a path prefix',
    conf:
      'Alias /app {ROOT}/htdocs/d\n<FilesMatch "\\.php$">\nSetHandler "proxy:fcgi://{TCP}"\nCGIPassAuth On\n</FilesMatch>\n' +
      'DirectoryIndex index.php\nUseCanonicalName On',
    requests: ['GET /app/e.php/info?x', 'GET /app/', 'GET /app/none.php'],
  },
];

const FIELDS = [
  'Host: shop.example.test:8080',
  'Authorization: Basic YW5uYTpzZWNyZXQ=',
  'Cookie: a=1',
  'Cookie: b=2',
  'Proxy: evil',
  'X-One: 1',
  'x-one: 2',
  'X_Two: 3',
  'X-Hidden: 4',
  'X-Forwarded-For: 192.0.2.1',
  'Accept-Language: de',
].join('\r\n');

function requestBytes(line: string): { bytes: Buffer; method: string } {
  const [method = '', target = '', type, ...words] = line.split(' ');
  const body = words.join(' ');
  const kind = type === 'x-form' ? 'application/x-www-form-urlencoded' : type;
  const own = kind === undefined ? '' : `\r\nContent-Type: ${kind}\r\nContent-Length: ${body.length}`;
  const text = `${method} ${target} HTTP/1.1\r\n${FIELDS}${own}\r\n\r\n${body}`;
  return { bytes: Buffer.from(text, 'latin1'), method };
}

interface Half {
  readonly scene: Scene;
  ask(line: string): Promise<string>;
}

const scenes: Scene[] = [];
let fpm: { tcp: PhpFpm; socket: PhpFpm } | undefined;

beforeAll(async () => {
  if (part('php-fpm') === undefined) return;
  const scene = await makeScene();
  scenes.push(scene);
  fpm = { tcp: await startPhpFpm(scene), socket: await startPhpFpm(scene, { on: 'socket' }) };
});

afterAll(async () => {
  for (const scene of scenes.splice(0).reverse()) await scene.close();
});

async function startHalf(
  kind: 'apache' | 'portico',
  conf: string,
): Promise<Half & { server: RunningServer }> {
  const scene = await makeScene();
  scenes.push(scene);
  for (const file of FILES) scene.write(`htdocs/${file}`, DUMP);
  scene.write('mime.types', 'text/html html\n');
  const text = `TypesConfig {ROOT}/mime.types\n${conf}`
    .replaceAll('{TCP}', fpm!.tcp.authority)
    .replaceAll('{SOCKET}', fpm!.socket.socket);
  const server = await scene.start(text, { kind, modules: MODULES });
  return {
    scene,
    server,
    async ask(line) {
      const client = createRawClient(scene.port);
      const [outcome] = await client.send({ ...requestBytes(line), isNewConnection: true });
      client.close();
      if (outcome?.kind !== 'answer') return `${line}: ${outcome?.kind}`;
      const type = outcome.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
      const isDump = type === 'application/json';
      const body = isDump || outcome.status === 404 ? outcome.body : '';
      return `${line}\n${outcome.status} ${type ?? 'no type'}\n${body}`
        .replaceAll(scene.root, '{ROOT}')
        .replaceAll(new RegExp(`(?<!\\d)${scene.port}(?!\\d)`, 'g'), '{PORT}');
    },
  };
}

describe('$_SERVER behind portico is what it is behind Apache', () => {
  for (const { name, conf, requests, isInVain = false } of SITES) {
    testWith(
      ['apache2', 'php-fpm'],
      name,
      async () => {
        const [apache, portico] = await Promise.all([startHalf('apache', conf), startHalf('portico', conf)]);
        let told = 0;
        for (const line of requests) {
          const answer = await apache.ask(line);
          if (answer.includes('"GATEWAY_INTERFACE": "CGI/1.1"')) told += 1;
          expect(await portico.ask(line)).toBe(answer);
        }
        // PHP itself has answered, not an error page on both sides.
        if (isInVain) expect(told).toBe(0);
        else expect(told).toBeGreaterThan(requests.length / 3);
        await Promise.all([apache.server.stop(), portico.server.stop()]);
      },
      60_000,
    );
  }
});
