// A gigabyte each way through portico, with a real client and a real backend: whole, and in little memory. The file is
// sparse and nothing is written to the disk.
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, ftruncateSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { curl, curlDigest } from '../support/curl.ts';
import { startNginx } from '../support/nginx.ts';
import { part, testWith } from '../support/parts.ts';
import { residentMemory } from '../support/process-memory.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import type { RunningServer } from '../support/server-process.ts';

const SIZE = 2 ** 30;
const MOST_GROWTH_KB = 64 * 1024;
const TIMEOUT_MS = 120_000;

interface Upload {
  readonly bytes: number;
  readonly digest: string;
  readonly framing: string;
}

let scene: Scene;
let server: RunningServer;
let digest: string;
let restingKb: number;
const uploads: Upload[] = [];

/** Bytes that tell where they stand, at the ends and in between, so that a lost or moved piece changes the digest. */
function writeSparse(file: string): void {
  const fd = openSync(file, 'w');
  ftruncateSync(fd, SIZE);
  for (let at = 0; at < SIZE; at += 16 * 1024 * 1024 - 7) writeSync(fd, `<${at}>`, at);
  writeSync(fd, '<end>', SIZE - 5);
  closeSync(fd);
}

async function digestOf(stream: AsyncIterable<unknown>): Promise<{ bytes: number; digest: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { bytes, digest: hash.digest('hex') };
}

/** What stands behind nginx and takes uploads: it knows how they were framed by nginx, which passes a length on. */
async function startSink(site: Scene): Promise<number> {
  const sink = createServer(async (request, response) => {
    const framing = request.headers['content-length'] === undefined ? 'chunked' : 'length';
    uploads.push({ ...(await digestOf(request)), framing });
    response.end('taken\n');
  });
  sink.requestTimeout = 0;
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  site.onClose(() => {
    sink.closeAllConnections();
    sink.close();
  });
  const address = sink.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

beforeAll(async () => {
  scene = await makeScene();
  if (part('nginx') === undefined || part('curl') === undefined) return;
  writeSparse(scene.write('files/giga.bin', ''));
  scene.write('files/small.txt', 'small\n');
  const sink = await startSink(scene);
  const port = await startNginx(scene, {
    settings: 'client_max_body_size 0; keepalive_requests 1000; proxy_http_version 1.1;',
    locations: `location /up { proxy_pass http://127.0.0.1:${sink}; proxy_request_buffering off; }`,
  });
  server = await scene.start(
    `ProxyPass /app/ http://127.0.0.1:${port}/\nAlias /files ${scene.root}/files\nLimitRequestBody 0\n`,
  );
  digest = (await digestOf(createReadStream(`${scene.root}/files/giga.bin`, { highWaterMark: 1 << 20 })))
    .digest;
  for (const target of ['/app/small.txt', '/files/small.txt', '/app/up'])
    expect((await curl([`${scene.origin}${target}`])).code).toBe(0);
  uploads.length = 0;
  restingKb = residentMemory(server.pid).now;
}, TIMEOUT_MS);

afterAll(() => scene.close());

function expectSmall(): void {
  expect(residentMemory(server.pid).peak - restingKb).toBeLessThan(MOST_GROWTH_KB);
}

describe('a gigabyte', () => {
  testWith(
    ['curl', 'nginx'],
    'comes down from a backend',
    async () => {
      const got = await curlDigest([`${scene.origin}/app/giga.bin`]);
      expect(got).toEqual({ code: 0, stderr: '', bytes: SIZE, digest });
      expectSmall();
    },
    TIMEOUT_MS,
  );

  testWith(
    ['curl', 'nginx'],
    'comes down from a file',
    async () => {
      const got = await curlDigest([`${scene.origin}/files/giga.bin`]);
      expect(got).toEqual({ code: 0, stderr: '', bytes: SIZE, digest });
      expectSmall();
    },
    TIMEOUT_MS,
  );

  testWith(
    ['curl', 'nginx'],
    'goes up with its length',
    async () => {
      const sent = await curl(['-T', `${scene.root}/files/giga.bin`, `${scene.origin}/app/up`]);
      expect(sent).toEqual({ code: 0, stdout: 'taken\n', stderr: '' });
      expect(uploads.splice(0)).toEqual([{ bytes: SIZE, digest, framing: 'length' }]);
      expectSmall();
    },
    TIMEOUT_MS,
  );

  testWith(
    ['curl', 'nginx'],
    'goes up in chunks',
    async () => {
      const sent = await curl(['-T', '-', `${scene.origin}/app/up`], `${scene.root}/files/giga.bin`);
      expect(sent).toEqual({ code: 0, stdout: 'taken\n', stderr: '' });
      expect(uploads.splice(0)).toEqual([{ bytes: SIZE, digest, framing: 'chunked' }]);
      expectSmall();
    },
    TIMEOUT_MS,
  );
});
