// SIGHUP and SIGUSR1: a new configuration for new requests, the old one for what is under way and for bad news.
import { existsSync, renameSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Command, openWorkshop, visit, type Workshop } from '../support/command.ts';
import { startHeldBackend } from '../support/held-backend.ts';
import { freePort } from '../support/ports.ts';
import { isListening, until } from '../support/scene.ts';
import { serverUser } from '../support/server-user.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await openWorkshop();
});

afterEach(() => shop.close());

/** A site that answers `/` with this status. */
function siteOf(status: number, more = ''): string {
  return `Listen 127.0.0.1:{PORT}\nServerName x\nRedirect ${status} /status\n${more}\n`;
}

/** Under no other user: the folder's files are to be written by the server. */
async function serve(conf: string): Promise<Command> {
  shop.write('site.conf', conf);
  const server = shop.start(['serve', '-f', 'site.conf']);
  await server.ready();
  return server;
}

/** Sends the signal and waits for the server's word that it is done. */
async function reload(server: Command, signal: NodeJS.Signals = 'SIGHUP'): Promise<string> {
  const before = server.err().length;
  server.signal(signal);
  return until('the word about the configuration', () => {
    const said = server.err().slice(before);
    return /portico: the configuration was read again\n|stays in force\n/.test(said) ? said : undefined;
  });
}

async function statusOf(port: number = shop.port): Promise<number> {
  return (await visit(port, '/status')).status;
}

describe.each(['SIGHUP', 'SIGUSR1'] as const)('%s', (signal) => {
  it('brings the new configuration to new requests', async () => {
    const server = await serve(siteOf(410));
    expect(await statusOf()).toBe(410);
    shop.write('site.conf', siteOf(403));
    expect(await reload(server, signal)).toContain('portico: the configuration was read again\n');
    expect(await statusOf()).toBe(403);
    expect(server.err()).not.toContain('Debugger');
  });
});

describe('a reload', () => {
  it('leaves an exchange under way with the configuration it began with', async () => {
    const backend = await startHeldBackend();
    const pass = `ProxyPass /app http://127.0.0.1:${backend.port}`;
    const server = await serve(siteOf(410, pass));
    const answer = visit(shop.port, '/app');
    await backend.asked();
    shop.write('site.conf', siteOf(403));
    await reload(server);
    expect((await visit(shop.port, '/app')).status).toBe(404);
    backend.release();
    expect(await answer).toEqual({ status: 200, text: 'begun done' });
    await backend.close();
  });

  it('with a bad configuration keeps the old one and says every error, on the terminal and in the log', async () => {
    const log = 'ErrorLog {ROOT}/error.log';
    const server = await serve(siteOf(410, log));
    const file = shop.write('site.conf', siteOf(403, `${log}\nNonsense\nKeepAlive maybe`));
    const said = await reload(server);
    expect(said).toContain(`AH00526: Syntax error on line 5 of ${file}:\nInvalid command 'Nonsense'`);
    expect(said).toContain(`AH00526: Syntax error on line 6 of ${file}:\nKeepAlive must be On or Off`);
    expect(said).toMatch(/portico: the new configuration cannot be used: the old one stays in force\n$/);
    expect(await statusOf()).toBe(410);
    const lines = await until('the log lines', () => {
      const text = shop.read('error.log');
      return text.includes('stays in force') ? text : undefined;
    });
    expect(lines).toContain(`AH00526: Syntax error on line 5 of ${file}: Invalid command 'Nonsense'`);
    expect(lines).toContain(`AH00526: Syntax error on line 6 of ${file}: KeepAlive must be On or Off`);
  });

  it('with a good one after a bad one goes on as if nothing had been', async () => {
    const server = await serve(siteOf(410));
    shop.write('site.conf', 'Nonsense\n');
    await reload(server);
    shop.write('site.conf', siteOf(403));
    await reload(server);
    expect(await statusOf()).toBe(403);
  });

  it('opens and closes listeners', async () => {
    const server = await serve(siteOf(410));
    const other = await freePort();
    shop.write('site.conf', siteOf(410, `Listen 127.0.0.1:${other}`));
    await reload(server);
    expect(await statusOf(other)).toBe(410);
    shop.write('site.conf', `Listen 127.0.0.1:${other}\nServerName x\nRedirect 403 /status\n`);
    await reload(server);
    expect(await statusOf(other)).toBe(403);
    expect(await isListening(shop.port)).toBe(false);
  });

  it('widens a listener to every address and narrows it again', async () => {
    const server = await serve(siteOf(410));
    shop.write('site.conf', siteOf(403).replace('127.0.0.1:', ''));
    expect(await reload(server)).toContain('was read again');
    expect(await statusOf()).toBe(403);
    shop.write('site.conf', siteOf(410));
    expect(await reload(server)).toContain('was read again');
    expect(await statusOf()).toBe(410);
  });

  it('that cannot open a listener or a log changes nothing', async () => {
    const server = await serve(siteOf(410));
    const other = await freePort();
    shop.write('site.conf', siteOf(403, `Listen 127.0.0.1:${other}\nListen 192.0.2.1:${other}`));
    expect(await reload(server)).toContain('this machine has no address 192.0.2.1');
    expect(await isListening(other)).toBe(false);
    shop.write('site.conf', siteOf(403, `Listen 127.0.0.1:${other}\nErrorLog {ROOT}/missing/error.log`));
    expect(await reload(server)).toContain('AH00015: Unable to open logs');
    expect(await isListening(other)).toBe(false);
    shop.write('site.conf', siteOf(403).replace('127.0.0.1:', '192.0.2.1:'));
    expect(await reload(server)).toContain('this machine has no address 192.0.2.1');
    expect(await statusOf()).toBe(410);
  });

  it('writes on into new log files after the old ones were renamed', async () => {
    const logs = 'ErrorLog {ROOT}/error.log\nCustomLog {ROOT}/access.log "%U"\nLogLevel info';
    const server = await serve(siteOf(410, logs));
    await visit(shop.port, '/before');
    await until('the first line', () => shop.read('access.log') === '/before\n' || undefined);
    for (const name of ['access.log', 'error.log'])
      renameSync(`${shop.root}/${name}`, `${shop.root}/${name}.1`);
    await reload(server);
    await visit(shop.port, '/behind');
    await until('the second line', () => shop.read('access.log') === '/behind\n' || undefined);
    expect(shop.read('access.log.1')).toBe('/before\n');
    expect(existsSync(`${shop.root}/error.log`)).toBe(true);
    server.signal('SIGTERM');
    await server.ended;
    expect(shop.read('error.log')).toContain('shutting down');
    expect(shop.read('error.log.1')).not.toContain('shutting down');
  });
});

describe('a stop on the heels of a reload', () => {
  it('ends in good order', async () => {
    shop.write('site.conf', siteOf(410));
    const server = shop.start(['serve', '-f', 'site.conf'], { user: serverUser });
    await server.ready();
    server.signal('SIGHUP');
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
  });
});
