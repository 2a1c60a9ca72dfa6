import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PipedLog } from './log-program.ts';
import { findSyslogCommand } from './syslog.ts';

let folder: string;
let logger: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-syslog-'));
  logger = join(folder, 'logger');
  writeFileSync(logger, `#!/bin/sh\nprintf '%s ' "$@" >${folder}/words\ncat >${folder}/lines\n`);
  chmodSync(logger, 0o755);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the system log', () => {
  it.each([
    ['syslog', '-t portico -p local7.notice'],
    ['syslog:', '-t portico -p local7.notice'],
    ['syslog:user', '-t portico -p user.notice'],
    ['syslog:LOCAL3:web', '-t web -p local3.notice'],
    ['syslog::web', '-t web -p local7.notice'],
    ['syslog:loc', '-t portico -p local0.notice'],
  ])('%s is what logger is asked for', (target, words) => {
    expect(findSyslogCommand(target, 4711, [logger])).toMatchObject({
      file: logger,
      words: ['--prio-prefix', ...words.split(' '), '--id=4711'],
    });
  });

  it('names a facility that is none, and a logger that is not there', () => {
    expect(findSyslogCommand('syslog:nope', 1, [logger])).toEqual({
      problem: 'AH10036: could not open syslog error log nope.',
    });
    expect(findSyslogCommand('syslog', 1, ['/none/logger'])).toMatchObject({
      problem: expect.stringContaining('not installed'),
    });
  });

  it('gets lines through the program', async () => {
    const log = new PipedLog(findSyslogCommand('syslog:user', 1, [logger]), () => undefined);
    log.write('<3>one');
    await log.close();
    await expect.poll(() => readFileSync(join(folder, 'lines'), 'latin1')).toBe('<3>one\n');
    expect(readFileSync(join(folder, 'words'), 'latin1')).toContain('user.notice');
  });
});
