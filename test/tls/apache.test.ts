// The real Apache as a backend over TLS, and over HTTP/2 with and without it, and the real curl as the client.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { curl, curlDigest } from '../support/curl.ts';
import { part, testWith } from '../support/parts.ts';
import { freePort } from '../support/ports.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { tlsParties } from '../support/tls-parties.ts';

const LARGE = Buffer.from(Array.from({ length: 2_000_000 }, (_, at) => (at * 11 + (at >> 7)) & 0xff));

let scene: Scene;
let behind: Scene;

beforeAll(async () => {
  scene = await makeScene();
  behind = await makeScene();
  if (part('apache2') === undefined) return;
  const { authority, server } = tlsParties();
  behind.write('tls/server.pem', server.certificate);
  behind.write('tls/server.key', server.key);
  behind.write('htdocs/small.txt', 'small\n');
  behind.write('htdocs/large.txt', LARGE.toString('base64'));
  scene.write('tls/authority.pem', authority.certificate);
  const tls = await freePort();
  await behind.start(
    `Listen 127.0.0.1:${tls}
Protocols h2 h2c http/1.1
TypesConfig /dev/null
Header always set X-Facts "expr=%{SERVER_PROTOCOL}|%{HTTPS}|%{HTTP_HOST}|%{HTTP:X-Forwarded-For}"
RedirectMatch ^/moved$ /small.txt
<VirtualHost 127.0.0.1:${tls}>
    ServerName localhost
    DocumentRoot {ROOT}/htdocs
    SSLEngine On
    SSLCertificateFile {ROOT}/tls/server.pem
    SSLCertificateKeyFile {ROOT}/tls/server.key
</VirtualHost>
`,
    { kind: 'apache', modules: ['ssl', 'http2', 'headers', 'mime', 'alias'] },
  );
  await scene.start(
    `SSLProxyEngine On
SSLProxyVerify require
SSLProxyCACertificateFile {ROOT}/tls/authority.pem
ProxyPass /tls/ https://localhost:${tls}/
<Location /tls/>
    ProxyPassReverse https://localhost:${tls}/
</Location>
ProxyPass /h2/ h2://localhost:${tls}/
<Location /h2/>
    ProxyPassReverse https://localhost:${tls}/
</Location>
ProxyPass /h2c/ h2c://127.0.0.1:${behind.port}/
<Location /h2c/>
    ProxyPassReverse http://127.0.0.1:${behind.port}/
</Location>
`,
  );
});

afterAll(async () => {
  await scene.close();
  await behind.close();
});

describe.each([
  ['/tls', 'HTTP/1.1|on|localhost:'],
  ['/h2', 'HTTP/2.0|on|localhost:'],
  ['/h2c', 'HTTP/2.0|off|127.0.0.1:'],
])('Apache by %s', (way, beginning) => {
  testWith(['apache2', 'curl'], 'is spoken to as the target says', async () => {
    const { stdout } = await curl(['-w', '%header{x-facts}', `${scene.origin}${way}/small.txt`]);
    expect(stdout.startsWith(`small\n${beginning}`)).toBe(true);
    expect(stdout.endsWith('|127.0.0.1')).toBe(true);
  });

  testWith(['apache2', 'curl'], 'gives its files whole to many at once', async () => {
    const wanted = createHash('sha256').update(LARGE.toString('base64')).digest('hex');
    const got = await Promise.all(
      Array.from({ length: 12 }, () => curlDigest([`${scene.origin}${way}/large.txt`])),
    );
    for (const { code, stderr, digest } of got) expect([code, stderr, digest]).toEqual([0, '', wanted]);
  });

  testWith(['apache2', 'curl'], 'answers for ranges, for what is not there, and with redirects', async () => {
    const ask = async (...args: string[]): Promise<string> => {
      const { stdout } = await curl(['-o', '/dev/null', '-w', '%{http_code} %{size_download}', ...args]);
      return stdout;
    };
    expect(await ask('-r', '1-3', `${scene.origin}${way}/small.txt`)).toBe('206 3');
    expect(await ask(`${scene.origin}${way}/none`)).toMatch(/^404 /);
    expect(await ask('-d', 'a=b', `${scene.origin}${way}/small.txt`)).toMatch(/^(?:200|405) /);
    const { stdout } = await curl([
      '-o',
      '/dev/null',
      '-w',
      '%{redirect_url}',
      `${scene.origin}${way}/moved`,
    ]);
    expect(stdout).toBe(`${scene.origin}${way}/small.txt`);
  });
});
