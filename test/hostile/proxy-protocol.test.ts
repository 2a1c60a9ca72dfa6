// The PROXY protocol on real connections: who says so exactly is believed, who does not gets no answer.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryIo } from '../../src/conf/memory-io.ts';
import { readSite } from '../../src/conf/site.ts';
import { modules } from '../../src/modules/index.ts';
import { type ServerInstance, startServer } from '../../src/server/instance.ts';

const running: ServerInstance[] = [];

afterEach(async () => {
  for (const instance of running.splice(0)) {
    instance.cut();
    await instance.stop(0);
  }
});

/** A server that tells every client its address. */
async function start(more: string): Promise<number> {
  const text = `DocumentRoot /tmp
Header always set X-Client "expr=%{REMOTE_ADDR} of %{CONN_REMOTE_ADDR}"
RemoteIPProxyProtocol On
${more}`;
  const read = () =>
    readSite({ sources: [{ name: '/httpd.conf', text }], modules, io: createMemoryIo({ '/tmp/x': '' }) });
  const instance = await startServer({ read, modules, listens: [{ host: '127.0.0.1', port: 0 }] });
  running.push(instance);
  return instance.ports[0]!;
}

/** Sends pieces with pauses between them and answers all that comes until the end. */
async function converse(port: number, pieces: readonly string[], pause = 0): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  let answer = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    answer += text;
  });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  for (const piece of pieces) {
    if (socket.destroyed || socket.writableEnded) break;
    socket.write(piece, 'latin1');
    if (pause > 0) await sleep(pause);
  }
  await closed;
  return answer;
}

const HEADER = 'PROXY TCP4 198.51.100.7 203.0.113.1 4711 80\r\n';
const REQUEST = 'GET /nothing-here HTTP/1.1\r\nHost: x\r\n\r\n';
const LAST = 'GET /nothing-here HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

function clientsIn(answer: string): string[] {
  return [...answer.matchAll(/^X-Client: (.*)\r$/gm)].map((match) => match[1]!);
}

describe('on a connection with a PROXY header', () => {
  it('every request has the client that the header names', async () => {
    const port = await start('');
    const seen = '198.51.100.7 of 127.0.0.1';
    expect(clientsIn(await converse(port, [HEADER + REQUEST + REQUEST + LAST]))).toEqual([seen, seen, seen]);
  });

  it('the header may come byte by byte, and is one only at the beginning', async () => {
    const port = await start('');
    const bytewise = await converse(port, [...HEADER, LAST], 1);
    expect(clientsIn(bytewise)).toEqual(['198.51.100.7 of 127.0.0.1']);
    const again = await converse(port, [HEADER + REQUEST, HEADER]);
    expect(again).toContain('HTTP/1.1 404');
    expect(again).toContain('HTTP/1.1 400');
  });

  it.each([
    LAST,
    `PROXY TCP4 198.51.100.7\r\n${LAST}`,
    `${HEADER.replace('\r\n', '\n')}${LAST}`,
    `PROXY TCP4 ${'1'.repeat(1000)}`,
    '\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ])('%j is not answered', async (text) => {
    expect(await converse(await start(''), [text])).toBe('');
  });

  it('a header that never ends has the time of a first byte, however it drips', async () => {
    const port = await start('Timeout 1');
    const before = performance.now();
    const drops = Array.from(`PROXY TCP4 198.51.100.7 ${'2'.repeat(60)}`);
    expect(await converse(port, drops, 200)).not.toContain('200');
    expect(performance.now() - before).toBeLessThan(6000);
  }, 15_000);

  it('exceptions need none, and a header is no request to them', async () => {
    const port = await start('RemoteIPProxyProtocolExceptions 127.0.0.0/8');
    expect(clientsIn(await converse(port, [LAST]))).toEqual(['127.0.0.1 of 127.0.0.1']);
    expect(await converse(port, [HEADER + LAST])).toContain('HTTP/1.1 400');
  });
});
