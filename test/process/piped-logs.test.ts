// Logs behind a pipe: the programs are started as Apache starts them, survive their own end, and get every line.
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Command, openWorkshop, visit, type Workshop } from '../support/command.ts';
import { testWith } from '../support/parts.ts';
import { until } from '../support/scene.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await openWorkshop();
});

afterEach(() => shop.close());

async function serve(conf: string): Promise<Command> {
  shop.write('site.conf', `ServerRoot {ROOT}\nListen 127.0.0.1:{PORT}\nServerName x\n${conf}\n`);
  const server = shop.start(['serve', '-f', 'site.conf']);
  await server.ready();
  return server;
}

async function ask(...paths: string[]): Promise<void> {
  for (const path of paths) await visit(shop.port, path);
}

describe('the program of a piped log', () => {
  it('is started without a shell, under ServerRoot, with the words of the configuration', async () => {
    shop.write('bin/log.sh', '#!/bin/sh\nprintf "%s|" "$@" >words\ncat >lines\n', 0o755);
    await serve(`CustomLog "|bin/log.sh $HOME \`id\` 'two words' ; x\\\\ y" "%U"`);
    await ask('/$(id)');
    await until('the line', () => (shop.read('lines') === '/$(id)\n' ? true : undefined));
    expect(shop.read('words')).toBe('$HOME|`id`|two words|;|x y|');
  });

  it('is a command of a shell behind a dollar sign', async () => {
    const server = await serve(`CustomLog "|$cat | tr a-z A-Z >lines" "%U"`);
    await ask('/abc`id`');
    server.signal('SIGTERM');
    await server.ended;
    await until('the line', () => (shop.read('lines') === '/ABC`ID`\n' ? true : undefined));
  });

  it('must be there: the server does not start, and says which', async () => {
    shop.write('site.conf', 'Listen 127.0.0.1:{PORT}\nCustomLog "|/none/rotate x" "%U"\n');
    const { code, err } = await shop.run(['serve', '-f', 'site.conf']);
    expect(code).not.toBe(0);
    expect(err).toContain("AH00104: unable to start piped log program '/none/rotate x'");
  });

  it('is started again when it ends, and gets what came in between', async () => {
    shop.write('bin/one.sh', '#!/bin/sh\nhead -n 1 >>lines\n', 0o755);
    const server = await serve('CustomLog "|bin/one.sh" "%U"');
    await ask('/one');
    await until('the first line', () => (shop.read('lines') === '/one\n' ? true : undefined));
    await until('the word of its end', () => (server.err().includes('AH00106') ? true : undefined));
    await ask('/two');
    await until('the second line', () => (shop.read('lines') === '/one\n/two\n' ? true : undefined));
  });

  it('may read the error log, too', async () => {
    await serve('ErrorLogFormat "%M"\nErrorLog "|$cat >errors"\nLogLevel info');
    await ask('/none');
    await until('the line', () =>
      shop.read('errors').includes('AH00128: File does not exist') ? true : undefined,
    );
  });

  testWith(['apache2'], 'may be rotatelogs', async () => {
    await serve('CustomLog "|/usr/bin/rotatelogs -l logs-%Y 86400" "%U"');
    await ask('/a', '/b');
    const year = String(new Date().getFullYear());
    await until('the lines', () => (shop.read(`logs-${year}`) === '/a\n/b\n' ? true : undefined));
    expect(readdirSync(shop.root).filter((name) => name.startsWith('logs-'))).toEqual([`logs-${year}`]);
  });
});
