import { describe, expect, it } from 'vitest';
import { memorySite } from '../../test/support/memory-site.ts';
import { escapeLog } from './log.ts';

describe('the error log', () => {
  it('shows control bytes and bytes above ASCII as escapes, so that no line is forged', () => {
    expect(escapeLog('a\nb\r\t\x1b[31m\\é\x7f')).toBe('a\\nb\\r\\t\\x1b[31m\\\\\\xe9\\x7f');
  });

  it('names module, level, process and client on one line', async () => {
    const site = await memorySite('DocumentRoot /srv/htdocs\nLogLevel core:info\n', {
      '/srv/htdocs/.htaccess': 'Nonsense on\n',
      '/srv/htdocs/a.txt': 'x',
    });
    const answer = await site.ask('/a.txt');
    expect(answer.status).toBe(500);
    expect(site.logLines).toHaveLength(1);
    expect(site.logLines[0]).toMatch(
      /^\[Sat Feb 03 \d\d:05:06\.000000 2024\] \[core:alert\] \[pid 1\] \[client 198\.51\.100\.7:50000\] \/srv\/htdocs\/\.htaccess: Invalid command 'Nonsense'/,
    );
  });

  it('is quiet below the level that is set for the module', async () => {
    const conf = 'DocumentRoot /srv/htdocs\nRewriteEngine on\nRewriteRule ^/x$ /y\n';
    const files = { '/srv/htdocs/a.txt': 'x' };
    const quiet = await memorySite(conf, files);
    await quiet.ask('/x');
    expect(quiet.logLines.filter((line) => line.includes('[rewrite:'))).toEqual([]);
    const loud = await memorySite(`${conf}LogLevel rewrite:trace2\n`, files);
    await loud.ask('/x');
    const lines = loud.logLines.filter((line) => line.includes('[rewrite:'));
    expect(lines.filter((line) => line.endsWith("/initial] rewrite '/x' -> '/y'"))).toHaveLength(1);
    expect(lines.some((line) => line.includes('trace3'))).toBe(false);
  });
});
