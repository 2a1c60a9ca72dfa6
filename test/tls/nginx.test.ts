// The real nginx as a backend over TLS, and over HTTP/2 with and without it, and the real curl as the client.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { curl, curlDigest } from '../support/curl.ts';
import { startNginx } from '../support/nginx.ts';
import { part, testWith } from '../support/parts.ts';
import { freePort } from '../support/ports.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { tlsParties } from '../support/tls-parties.ts';

const LARGE = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff));

let scene: Scene;

const LOCATIONS = `listen 127.0.0.1:{TLS} ssl;
        listen 127.0.0.1:{H2} ssl http2;
        listen 127.0.0.1:{H2C} http2;
        server_name localhost;
        ssl_certificate {ROOT}/tls/server.pem;
        ssl_certificate_key {ROOT}/tls/server.key;
        ssl_client_certificate {ROOT}/tls/authority.pem;
        ssl_verify_client optional;
        ssl_session_cache shared:tls:1m;
        keepalive_timeout 20s;
        client_max_body_size 50m;
        location = /facts {
            default_type text/plain;
            return 200 "$server_protocol|$scheme|$ssl_server_name|$ssl_session_reused|$ssl_client_verify|$connection_requests|$http_host|$http_x_forwarded_for";
        }
        location = /anew/facts {
            default_type text/plain;
            return 200 "|||$ssl_session_reused|$ssl_client_verify|$connection_requests";
        }
        location = /moved { return 302 $scheme://$http_host/large.bin; }
        location = /gone { return 410; }`;

beforeAll(async () => {
  scene = await makeScene();
  if (part('nginx') === undefined) return;
  const { authority, server, client } = tlsParties();
  scene.write('tls/authority.pem', authority.certificate);
  scene.write('tls/server.pem', server.certificate);
  scene.write('tls/server.key', server.key);
  scene.write('tls/client.pem', client.certificate + client.key);
  scene.write('files/small.txt', 'small\n');
  scene.write('files/large.txt', LARGE.toString('base64'));
  const [tls, h2, h2c] = [await freePort(), await freePort(), await freePort()];
  const ports = { '{TLS}': tls, '{H2}': h2, '{H2C}': h2c };
  const fill = (text: string): string =>
    Object.entries(ports).reduce((filled, [name, port]) => filled.replaceAll(name, String(port)), text);
  await startNginx(scene, { locations: fill(LOCATIONS) });
  await scene.start(
    fill(`SSLProxyEngine On
SSLProxyVerify require
SSLProxyCACertificateFile {ROOT}/tls/authority.pem
ProxyPass /anew/ https://localhost:{TLS}/anew/ disablereuse=on
ProxyPass /tls/ https://localhost:{TLS}/
ProxyPassReverse /tls/ https://localhost:{TLS}/
ProxyPass /h2/ h2://localhost:{H2}/
ProxyPassReverse /h2/ https://localhost:{H2}/
ProxyPass /h2c/ h2c://localhost:{H2C}/
ProxyPassReverse /h2c/ http://localhost:{H2C}/
RewriteEngine On
RewriteRule ^/rule/(.*)$ https://localhost:{TLS}/$1 [P]
<Location /shown/>
    ProxyPass https://localhost:{TLS}/
</Location>
<Proxy https://localhost:{TLS}/>
    SSLProxyMachineCertificateFile {ROOT}/tls/client.pem
</Proxy>
`),
  );
});

afterAll(() => scene.close());

async function facts(path: string): Promise<string[]> {
  const { stdout } = await curl([`${scene.origin}${path}/facts`]);
  return stdout.split('|');
}

describe('nginx over TLS', () => {
  testWith(['curl', 'nginx'], 'is asked in HTTP/1.1, by its name, with our certificate', async () => {
    expect(await facts('/tls')).toEqual([
      'HTTP/1.1',
      'https',
      'localhost',
      expect.stringMatching(/^[.r]$/),
      'SUCCESS',
      expect.any(String),
      expect.stringMatching(/^localhost:\d+$/),
      '127.0.0.1',
    ]);
  });

  testWith(['curl', 'nginx'], 'keeps its connections', async () => {
    const numbers: number[] = [];
    for (let round = 0; round < 4; round++) numbers.push(Number((await facts('/rule'))[5]));
    expect(numbers.slice(1)).toEqual(numbers.slice(0, -1).map((number) => number + 1));
  });

  testWith(['curl', 'nginx'], 'takes up sessions where connections are not kept', async () => {
    await facts('/anew');
    expect((await facts('/anew')).slice(3, 6)).toEqual(['r', 'SUCCESS', '1']);
  });
});

const WAYS = ['/tls', '/h2', '/h2c'] as const;

describe.each(WAYS)('files of nginx by %s', (way) => {
  testWith(['curl', 'nginx'], 'come whole', async () => {
    const wanted = createHash('sha256')
      .update(readFileSync(`${scene.root}/files/large.txt`))
      .digest('hex');
    const got = await Promise.all(
      Array.from({ length: 8 }, () => curlDigest([`${scene.origin}${way}/large.txt`])),
    );
    for (const { code, stderr, digest } of got) expect([code, stderr, digest]).toEqual([0, '', wanted]);
  });

  testWith(['curl', 'nginx'], 'come in ranges, conditionally, and as heads', async () => {
    const ask = async (...args: string[]): Promise<string> => {
      const { stdout } = await curl(['-w', '|%{http_code}|%header{content-length}', ...args]);
      return stdout;
    };
    const small = `${scene.origin}${way}/small.txt`;
    expect(await ask('-r', '1-3', small)).toBe('mal|206|3');
    expect(await ask('-I', '-o', '/dev/null', small)).toBe('|200|6');
    const { stdout: etag } = await curl(['-o', '/dev/null', '-w', '%header{etag}', small]);
    expect(await ask('-H', `If-None-Match: ${etag}`, small)).toBe('|304|');
    expect(await ask('-o', '/dev/null', `${scene.origin}${way}/gone`)).toMatch(/^\|410\|/);
    expect(await ask('-o', '/dev/null', '-d', 'a=b', small)).toMatch(/^\|405\|/);
  });

  testWith(['curl', 'nginx'], 'are where its redirects lead, by our name', async () => {
    const { stdout } = await curl([
      '-o',
      '/dev/null',
      '-w',
      '%{redirect_url}',
      `${scene.origin}${way}/moved`,
    ]);
    expect(stdout).toBe(`${scene.origin}${way}/large.bin`);
  });
});

describe('nginx over HTTP/2', () => {
  testWith(['curl', 'nginx'], 'says so', async () => {
    expect((await facts('/h2')).slice(0, 3)).toEqual(['HTTP/2.0', 'https', 'localhost']);
    expect((await facts('/h2c')).slice(0, 2)).toEqual(['HTTP/2.0', 'http']);
  });

  testWith(['curl', 'nginx'], 'answers many at once on one connection', async () => {
    const before = Number((await facts('/h2c'))[5]);
    await Promise.all(Array.from({ length: 20 }, () => facts('/h2c')));
    expect(Number((await facts('/h2c'))[5])).toBe(before + 21);
  });
});
