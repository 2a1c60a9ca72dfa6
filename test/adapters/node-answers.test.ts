// How answers of the rules leave by a response of node:http.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { forNode, type MiddlewareOptions } from '../../src/adapters/index.ts';
import { createRawClient, type RawAnswer } from '../support/raw-client.ts';
import { atEnd, backend, endTests, folderOf } from './hono-scene.ts';

endTests();

/** A server with rules in front of a program. */
async function serving(
  options: MiddlewareOptions,
  program: RequestListener = (_request, response) => response.end('program'),
): Promise<(head: string) => Promise<RawAnswer>> {
  const rules = forNode({ log: () => undefined, ...options });
  const server = createServer((request, response) =>
    rules(request, response, () => program(request, response)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = createRawClient((server.address() as AddressInfo).port);
  atEnd(async () => {
    client.close();
    await new Promise((resolve) => server.close(resolve));
    await rules.close();
  });
  return async (head) => {
    const bytes = Buffer.from(`${head.replaceAll('\n', '\r\n')}\r\n\r\n`);
    const [outcome] = await client.send({ bytes, method: 'GET' });
    if (outcome?.kind !== 'answer') throw new Error(`no answer: ${outcome?.kind}`);
    return outcome;
  };
}

it('sends an answer without a length in chunks, and keeps the connection', async () => {
  const port = await backend((_request, response) => {
    response.write('one ');
    setTimeout(() => response.end('two'), 100);
  });
  const ask = await serving({ configuration: `ProxyPass / http://127.0.0.1:${port}/` });
  const answer = await ask('GET /x HTTP/1.1\nHost: h');
  expect([answer.body, answer.framing, answer.isKept]).toEqual(['one two', 'chunked', true]);
});

it('sends early hints once, and to no client of HTTP/1.0', async () => {
  const port = await backend((_request, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' });
    response.end('ok');
  });
  const ask = await serving({ configuration: `ProxyPass / http://127.0.0.1:${port}/` });
  const { interim } = await ask('GET /x HTTP/1.1\nHost: h');
  expect(interim.map(({ status, headers }) => [status, headers.map(([name]) => name.toLowerCase())])).toEqual(
    [[103, ['link']]],
  );
  expect((await ask('GET /x HTTP/1.0\nHost: h')).interim).toEqual([]);
});

it('serves what an Alias stands for where there is no other folder', async () => {
  const folder = folderOf({ 'a.txt': 'file' });
  const granted = `<Directory ${folder}>\nRequire all granted\n</Directory>`;
  const configuration = `Alias /static ${folder}\n${granted}`;
  const ask = await serving({ configuration });
  expect((await ask('GET /static/a.txt HTTP/1.1\nHost: h')).body).toBe('file');
  expect((await ask('GET /a.txt HTTP/1.1\nHost: h')).body).toBe('program');
  expect((await ask('GET /static/none HTTP/1.1\nHost: h')).body).toBe('program');
  const unserved = await serving({ configuration, files: false });
  expect((await unserved('GET /static/a.txt HTTP/1.1\nHost: h')).body).toBe('program');
});

it('sends bytes that rules have put into the head of an answer of the program', async () => {
  const ask = await serving({ configuration: 'Header set X-Name \u00fc' }, (request, response) => {
    if (request.url === '/early') response.flushHeaders();
    response.end('text');
  });
  for (const path of ['/text', '/early']) {
    const { headers, body } = await ask(`GET ${path} HTTP/1.1\nHost: h`);
    expect([headers.find(([name]) => name === 'X-Name')?.[1], body], path).toEqual(['\xc3\xbc', 'text']);
  }
});
