// The status page of a running server: its figures are what happened.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryIo } from '../../src/conf/memory-io.ts';
import { readSite } from '../../src/conf/site.ts';
import { modules } from '../../src/modules/index.ts';
import { type ServerInstance, startServer } from '../../src/server/instance.ts';

const running: ServerInstance[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const instance of running.splice(0)) {
    instance.cut();
    await instance.stop(0);
  }
});

async function start(more = ''): Promise<ServerInstance> {
  const text = `DocumentRoot /tmp
ServerName status.test
<Location /server-status>
    SetHandler server-status
</Location>
${more}`;
  const read = () =>
    readSite({ sources: [{ name: '/httpd.conf', text }], modules, io: createMemoryIo({ '/tmp/x': '' }) });
  const instance = await startServer({ read, modules, listens: [{ host: '127.0.0.1', port: 0 }] });
  running.push(instance);
  return instance;
}

/** A connection that stays open. */
async function open(instance: ServerInstance): Promise<Socket> {
  const socket = connect({ port: instance.ports[0]!, host: '127.0.0.1' });
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function get(instance: ServerInstance, path: string): Promise<string> {
  const socket = await open(instance);
  let answer = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    answer += text;
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, 'latin1');
  await once(socket, 'end');
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}

async function report(instance: ServerInstance): Promise<ReadonlyMap<string, string>> {
  const lines = (await get(instance, '/server-status?auto'))
    .split('\n')
    .filter((line) => line.includes(': '));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
}

/** The keys that Apache 2.4.71 writes with ExtendedStatus and its event MPM, in its order, once a second has passed. */
const KEYS = `ServerVersion ServerMPM Server_Built CurrentTime RestartTime ParentServerConfigGeneration
ParentServerMPMGeneration ServerUptimeSeconds ServerUptime Load1 Load5 Load15 Total_Accesses Total_kBytes Total_Duration
CPUUser CPUSystem CPUChildrenUser CPUChildrenSystem CPULoad Uptime ReqPerSec BytesPerSec BytesPerReq DurationPerReq
BusyWorkers GracefulWorkers IdleWorkers Processes Stopping ConnsTotal ConnsAsyncWaitIO ConnsAsyncWriting
ConnsAsyncKeepAlive ConnsAsyncClosing Scoreboard`
  .split(/\s+/)
  .map((key) => key.replace('_', ' '));

describe('server-status?auto', () => {
  it('has the keys of Apache, and figures that agree with each other', async () => {
    const instance = await start('MaxRequestWorkers 10');
    await get(instance, '/nothing');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const figures = await report(instance);
    expect([...figures.keys()]).toEqual(KEYS);
    expect(figures.get('Total Accesses')).toBe('1');
    expect(Number(figures.get('BytesPerReq'))).toBeGreaterThan(200);
    expect(Number(figures.get('BusyWorkers')) + Number(figures.get('IdleWorkers'))).toBe(10);
    expect(figures.get('Scoreboard')).toMatch(/^W_{9}$/);
    expect(Number(figures.get('ServerUptimeSeconds'))).toBeGreaterThanOrEqual(1);
    expect((await report(instance)).get('Total Accesses')).toBe('2');
  });

  it('tells what connections are busy with', async () => {
    const instance = await start('MaxRequestWorkers 10');
    const [, reading, kept] = await Promise.all([open(instance), open(instance), open(instance)]);
    reading.write('GET / HTT');
    kept.write('GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(kept, 'data');
    const figures = await report(instance);
    expect(figures.get('ConnsTotal')).toBe('4');
    expect(figures.get('ConnsAsyncWaitIO')).toBe('1');
    expect(figures.get('ConnsAsyncKeepAlive')).toBe('1');
    expect(figures.get('Scoreboard')).toMatch(/^(RW|WR)_{8}$/);
  });

  it('counts on over a reload', async () => {
    const instance = await start();
    await get(instance, '/nothing');
    await instance.reload();
    const figures = await report(instance);
    expect(figures.get('Total Accesses')).toBe('1');
    expect(figures.get('ParentServerConfigGeneration')).toBe('2');
  });

  it('counts nothing without ExtendedStatus', async () => {
    const instance = await start('ExtendedStatus Off');
    const figures = await report(instance);
    expect(figures.has('Total Accesses')).toBe(false);
    expect(figures.has('BusyWorkers')).toBe(true);
  });
});

describe('server-status', () => {
  it('shows requests as text, whatever is in them, and as much as Apache shows', async () => {
    const instance = await start();
    const page = await get(instance, '/server-status?<script>&"\xe9');
    expect(page).toContain('GET /server-status?&lt;script&gt;&amp;&quot;\\xe9 HTTP/1.1');
    expect(page).not.toContain('<script>');
    expect(page).toContain('<td>127.0.0.1</td><td>http/1.1</td><td nowrap>status.test:');
    const long = await get(instance, `/server-status?${'a'.repeat(100)}`);
    expect(long).toContain(`GET /server-status?${'a'.repeat(44)}</td>`);
  });

  it('shows the end of a request with SeeRequestTail', async () => {
    const instance = await start('SeeRequestTail On');
    const page = await get(instance, `/server-status?${'a'.repeat(100)}`);
    expect(page).toContain(`<td nowrap>${'a'.repeat(54)} HTTP/1.1</td>`);
  });

  it('writes without a table where none is wanted', async () => {
    const page = await get(await start(), '/server-status?notable');
    expect(page).toContain('<h2>Server Details</h2>');
    expect(page).toContain('[<b>Write</b>]');
  });
});
