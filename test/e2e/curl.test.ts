// The real curl before portico, the real nginx behind it: what people do with both, and what the RFCs say comes of it.
import { readFileSync, utimesSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type CurlRun, curl } from '../support/curl.ts';
import { startNginx } from '../support/nginx.ts';
import { part, testWith } from '../support/parts.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const TEXT = 'The quick brown fox jumps over the lazy dog.\n';
const LONG_TEXT = TEXT.repeat(500);
/** More than curl sends without asking, and than portico reads before it calls the backend. */
const BIG = 3 * 1024 * 1024 + 11;

const LONG_AGO = new Date('2024-01-02T03:04:05Z');

const NGINX_SETTINGS = `client_max_body_size 100m;
    dav_methods PUT DELETE;
    create_full_put_path on;
    gzip_vary on;`;
const NGINX_LOCATIONS = 'location /zip/ { alias {ROOT}/files/; gzip on; gzip_types *; }';

/** Fields of an answer by lower-case name, without those that belong to the moment. */
type Fields = Readonly<Record<string, string>>;

let scene: Scene;

beforeAll(async () => {
  scene = await makeScene();
  if (part('nginx') === undefined || part('curl') === undefined) return;
  scene.write('files/fox.txt', TEXT);
  scene.write('files/long.txt', LONG_TEXT);
  scene.write('files/folder/index.html', 'the folder\n');
  // A file younger than a second has a weak tag only.
  utimesSync(scene.write('htdocs/fox.txt', TEXT), LONG_AGO, LONG_AGO);
  scene.write('upload.bin', `${'0123456789abcdef'.repeat(BIG / 16)}!`);
  const port = await startNginx(scene, { settings: NGINX_SETTINGS, locations: NGINX_LOCATIONS });
  await scene.start(`ProxyPass /app/ http://127.0.0.1:${port}/
ProxyPassReverse /app/ http://127.0.0.1:${port}/

<Location /limited/>
    ProxyPass http://127.0.0.1:${port}/
    LimitRequestBody 1000
</Location>
`);
});

afterAll(() => scene.close());

function url(path: string): string {
  return `${scene.origin}${path}`;
}

/** Status lines, fields of the last answer, and its body. */
function taken(run: CurlRun): { statuses: string[]; fields: Fields; body: string } {
  const statuses: string[] = [];
  let fields: Record<string, string> = {};
  let rest = run.stdout;
  while (/^HTTP\/\d/.test(rest)) {
    const end = rest.indexOf('\r\n\r\n');
    const [status = '', ...lines] = rest.slice(0, end).split('\r\n');
    statuses.push(status);
    fields = Object.fromEntries(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 2),
      ]),
    );
    rest = rest.slice(end + 4);
  }
  return { statuses, fields, body: rest };
}

async function asked(...args: string[]): Promise<ReturnType<typeof taken>> {
  const run = await curl(['-i', ...args]);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  return taken(run);
}

/** Who has the text, where it is, and whether a 416 says its length: nginx does, Apache's own page does not. */
const PLACES: readonly (readonly [string, string, string | undefined])[] = [
  ['nginx', '/app/fox.txt', `bytes */${TEXT.length}`],
  ['a file', '/fox.txt', undefined],
];

for (const [place, path, unsatisfied] of PLACES) {
  describe(`curl before ${place}`, () => {
    testWith(['curl', 'nginx'], 'gets the fields of GET for HEAD, and no body', async () => {
      const get = await asked(url(path));
      const head = await curl(['-I', url(path)]);
      expect(get).toMatchObject({ statuses: ['HTTP/1.1 200 OK'], body: TEXT });
      const { statuses, fields, body } = taken(head);
      expect([statuses, body]).toEqual([['HTTP/1.1 200 OK'], '']);
      expect({ ...fields, date: '' }).toEqual({ ...get.fields, date: '' });
      expect(fields['content-length']).toBe(String(TEXT.length));
    });

    testWith(['curl', 'nginx'], 'gets ranges from the beginning, the middle and the end', async () => {
      for (const [range, from, to] of [
        ['0-8', 0, 8],
        ['10-', 10, TEXT.length - 1],
        ['-5', TEXT.length - 5, TEXT.length - 1],
      ] as const) {
        const { statuses, fields, body } = await asked('-r', range, url(path));
        expect(statuses).toEqual(['HTTP/1.1 206 Partial Content']);
        expect(fields['content-range']).toBe(`bytes ${from}-${to}/${TEXT.length}`);
        expect(body).toBe(TEXT.slice(from, to + 1));
      }
    });

    testWith(['curl', 'nginx'], 'gets two ranges in parts, and 416 for one behind the end', async () => {
      const two = await asked('-r', '0-2,4-8', url(path));
      const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(two.fields['content-type'] ?? '')?.[1];
      expect(two.statuses).toEqual(['HTTP/1.1 206 Partial Content']);
      expect(two.body.split(`--${boundary}`).map((piece) => piece.split('\r\n\r\n')[1]?.trimEnd())).toEqual([
        undefined,
        'The',
        'quick',
        undefined,
      ]);
      const behind = await asked('-r', '1000-', url(path));
      expect(behind.statuses).toEqual(['HTTP/1.1 416 Requested Range Not Satisfiable']);
      expect(behind.fields['content-range']).toBe(unsatisfied);
    });

    testWith(
      ['curl', 'nginx'],
      'gets 304 for what it has already, and 412 where it asks for that',
      async () => {
        const { etag = '', 'last-modified': modified = '' } = (await asked(url(path))).fields;
        expect(etag).toMatch(/^"[^"]+"$/);
        for (const condition of [`If-None-Match: ${etag}`, `If-Modified-Since: ${modified}`]) {
          const same = await asked('-H', condition, url(path));
          expect([condition, same.statuses, same.body]).toEqual([
            condition,
            ['HTTP/1.1 304 Not Modified'],
            '',
          ]);
          expect(same.fields.etag).toBe(etag);
        }
        expect((await asked('-H', 'If-None-Match: "another"', url(path))).body).toBe(TEXT);
        const failed = await asked('-H', 'If-Match: "another"', url(path));
        expect(failed.statuses).toEqual(['HTTP/1.1 412 Precondition Failed']);
      },
    );

    testWith(
      ['curl', 'nginx'],
      'uses one connection for several requests, refused ones among them',
      async () => {
        const run = await curl([
          ...['-w', '%{http_code} %{num_connects}\n', '-o', '/dev/null', url(path)],
          ...['-o', '/dev/null', url(`${path}-missing`)],
          ...['-o', '/dev/null', url(path)],
        ]);
        expect(run).toEqual({ code: 0, stdout: '200 1\n404 0\n200 0\n', stderr: '' });
      },
    );

    testWith(['curl', 'nginx'], 'as an HTTP/1.0 client gets a length, and the connection ends', async () => {
      const { statuses, fields, body } = await asked('--http1.0', url(path));
      expect([statuses, body]).toEqual([['HTTP/1.1 200 OK'], TEXT]);
      expect(fields).toMatchObject({ connection: 'close', 'content-length': String(TEXT.length) });
      expect(fields['transfer-encoding']).toBeUndefined();
    });
  });
}

describe('curl that uploads', () => {
  const stored = (name: string): string => readFileSync(`${scene.root}/files/up/${name}`, 'latin1');
  const source = (): string => `${scene.root}/upload.bin`;

  testWith(['curl', 'nginx'], 'a large file waits for 100 Continue, and all of it arrives', async () => {
    const put = await asked('-T', source(), url('/app/up/expected.bin'));
    expect(put.statuses).toEqual(['HTTP/1.1 100 Continue', 'HTTP/1.1 201 Created']);
    expect(stored('expected.bin')).toBe(readFileSync(source(), 'latin1'));
  });

  testWith(['curl', 'nginx'], 'a file of unknown length sends chunks, and all of it arrives', async () => {
    // nginx takes a PUT into a file whichever way it is framed.
    const run = await curl(['-i', '-T', '-', '-H', 'Expect:', url('/app/up/chunked.bin')], source());
    expect(taken(run).statuses).toEqual(['HTTP/1.1 201 Created']);
    expect(stored('chunked.bin')).toBe(readFileSync(source(), 'latin1'));
  });

  testWith(['curl', 'nginx'], 'too large a file is refused before it has sent any of it', async () => {
    const run = await curl([
      ...['-w', '%{http_code} %{size_upload}', '-o', '/dev/null'],
      ...['-T', source(), url('/limited/up/never.bin')],
    ]);
    expect(run).toEqual({ code: 0, stdout: '413 0', stderr: '' });
  });

  testWith(['curl', 'nginx'], 'to a backend that refuses it does not send it either', async () => {
    // nginx has no method for this and answers without asking for the body.
    const run = await curl([
      ...['-w', '%{http_code} %{size_upload}', '-o', '/dev/null', '-X', 'MOVE'],
      ...['-T', source(), url('/app/up/never.bin')],
    ]);
    expect(run).toEqual({ code: 0, stdout: '405 0', stderr: '' });
  });

  testWith(['curl', 'nginx'], 'a small file as an HTTP/1.0 client is not made to wait', async () => {
    const put = await asked('--http1.0', '-T', `${scene.root}/files/fox.txt`, url('/app/up/old.txt'));
    expect(put.statuses).toEqual(['HTTP/1.1 201 Created']);
    expect(stored('old.txt')).toBe(TEXT);
  });
});

describe('curl that takes compressed answers', () => {
  testWith(['curl', 'nginx'], 'gets them as the backend made them, in chunks', async () => {
    const { fields, body } = await asked('-H', 'Accept-Encoding: gzip', '--raw', url('/app/zip/long.txt'));
    expect(fields).toMatchObject({
      'content-encoding': 'gzip',
      'transfer-encoding': 'chunked',
      vary: 'Accept-Encoding',
    });
    expect(body).toMatch(/^[0-9a-f]+\r\n\x1f\x8b/);
    expect(body.endsWith('\r\n0\r\n\r\n')).toBe(true);
  });

  testWith(['curl', 'nginx'], 'unpacks them to the text that is there', async () => {
    const packed = await asked('-H', 'Accept-Encoding: gzip', url('/app/zip/long.txt'));
    expect(gunzipSync(Buffer.from(packed.body, 'latin1')).toString('latin1')).toBe(LONG_TEXT);
    expect((await asked('--compressed', url('/app/zip/long.txt'))).body).toBe(LONG_TEXT);
  });

  testWith(
    ['curl', 'nginx'],
    'as an HTTP/1.0 client gets no chunks: the connection ends the body',
    async () => {
      const { fields, body } = await asked('--http1.0', '--compressed', url('/app/zip/long.txt'));
      expect([fields['transfer-encoding'], fields.connection, body]).toEqual([undefined, 'close', LONG_TEXT]);
    },
  );

  testWith(['curl', 'nginx'], 'but does not say so gets them plain', async () => {
    const { fields, body } = await asked(url('/app/zip/long.txt'));
    expect([fields['content-encoding'], body]).toEqual([undefined, LONG_TEXT]);
  });
});

describe('curl with odd requests', () => {
  testWith(['curl', 'nginx'], 'follows a redirect of the backend through portico', async () => {
    const { statuses, body } = await asked('-L', url('/app/folder'));
    expect(statuses).toEqual(['HTTP/1.1 301 Moved Permanently', 'HTTP/1.1 200 OK']);
    expect(body).toBe('the folder\n');
  });

  testWith(
    ['curl', 'nginx'],
    'does not get above the root by dots, and around inside it as it likes',
    async () => {
      for (const [path, status] of [
        ['/../etc/passwd', 400],
        ['/app/../../etc/passwd', 400],
        ['/app/%2e%2e/%2e%2e/etc/passwd', 400],
        ['/app/../../app/fox.txt', 400],
        ['/app/./folder/../fox.txt', 200],
        ['/elsewhere/../app/fox.txt', 200],
        ['/app/../fox.txt', 200],
      ] as const) {
        const run = await curl(['--path-as-is', '-o', '/dev/null', '-w', '%{http_code}', url(path)]);
        expect(`${path} ${run.stdout}`).toBe(`${path} ${status}`);
      }
    },
  );

  testWith(
    ['curl', 'nginx'],
    'is refused a field, a number of fields and an address beyond the limits',
    async () => {
      const field = await asked('-H', `X-Long: ${'a'.repeat(8190)}`, url('/fox.txt'));
      expect(field.statuses).toEqual(['HTTP/1.1 400 Bad Request']);
      expect(field.body).toContain('Size of a request header field exceeds server limit.');
      const many = Array.from({ length: 100 }, (_, index) => ['-H', `X-${index}: 1`]).flat();
      const fields = await asked(...many, url('/fox.txt'));
      expect(fields.statuses).toEqual(['HTTP/1.1 400 Bad Request']);
      expect(fields.body).toContain('number of request header fields exceeds this server');
      const line = await asked(url(`/fox.txt?${'a'.repeat(8190)}`));
      expect(line.statuses).toEqual(['HTTP/1.1 414 Request-URI Too Long']);
    },
  );
});
