// What stands between %{ and }, as mod_rewrite's manual lists it; times are local.
import { describe, expect, it } from 'vitest';
import type { RewriteHost } from './host.ts';
import { MemoryHost, type MemoryWorld, memoryRequest } from './memory-host.ts';
import { Pass } from './pass.ts';
import { readLookAhead, readVariable } from './read-variable.ts';
import { emptyRuleSet } from './rule-set.ts';
import { compileVariable, mayWait } from './variables.ts';

const now = new Date(2026, 1, 3, 4, 5, 16);

interface Asked {
  readonly world?: MemoryWorld;
  readonly request?: Parameters<typeof memoryRequest>[1];
  readonly directory?: string;
  readonly host?: RewriteHost;
}

function passOf({ world = {}, request = {}, directory, host }: Asked): Pass {
  const pass = new Pass(
    emptyRuleSet,
    memoryRequest('/a/b', request),
    host ?? new MemoryHost({ now, ...world }),
    directory === undefined ? undefined : { directory, maps: emptyRuleSet.maps },
  );
  pass.subject = directory === undefined ? '/a/b' : 'b';
  return pass;
}

function read(name: string, asked: Asked = {}): string | Promise<string> {
  const variable = compileVariable(name);
  return variable ? readVariable(variable, passOf(asked)) : 'no such variable';
}

describe('variables', () => {
  it.each([
    ['TIME', '20260203040516'],
    ['TIME_YEAR', '2026'],
    ['TIME_MON', '02'],
    ['TIME_DAY', '03'],
    ['TIME_HOUR', '04'],
    ['TIME_MIN', '05'],
    ['TIME_SEC', '16'],
    ['TIME_WDAY', '2'],
    ['API_VERSION', '20120211:142'],
    ['REQUEST_URI', '/a/b'],
    ['QUERY_STRING', ''],
    ['PATH_INFO', ''],
    ['IS_SUBREQ', 'false'],
    ['SSL:SSL_PROTOCOL', ''],
    ['ssl:nothing', ''],
    ['ENV:NONE', ''],
    ['HTTP:X-None', ''],
    ['HTTP_COOKIE', ''],
    ['https', ''],
    ['NOPE', 'no such variable'],
    ['X', 'no such variable'],
    ['HTTP_X_FORWARDED_FOR', 'no such variable'],
  ])('%s is %j', (name, value) => {
    expect(read(name)).toBe(value);
  });

  it('tell what the request brings', () => {
    const request = { query: 'x=1', pathInfo: '/rest', isSubrequest: true, filename: '/srv/www/a' };
    expect(read('QUERY_STRING', { request })).toBe('x=1');
    expect(read('PATH_INFO', { request })).toBe('/rest');
    expect(read('IS_SUBREQ', { request })).toBe('true');
    expect(read('REQUEST_FILENAME', { request, directory: '/srv/www/' })).toBe('/srv/www/a');
  });

  it('may have to be waited for when names are resolved', async () => {
    const world = { variables: { REMOTE_HOST: 'client.test' } };
    expect(mayWait(compileVariable('REMOTE_HOST')!)).toBe(true);
    expect(mayWait(compileVariable('REMOTE_ADDR')!)).toBe(false);
    await expect(read('REMOTE_HOST', { world })).resolves.toBe('client.test');
    await expect(read('SCRIPT_USER')).resolves.toBe('');
  });
});

describe('what the trace says of variables', () => {
  it.each([
    ['TIME', 'TIME', '20260203040516'],
    ['IPV6', 'IPV6', 'off'],
  ] as const)('%s is told, its parts are not', (name, told, value) => {
    const host = new MemoryHost({ now, variables: { IPV6: 'off' }, traceLevel: 1 });
    readVariable(compileVariable(name)!, passOf({ host }));
    readVariable(compileVariable('TIME_YEAR')!, passOf({ host }));
    readVariable(compileVariable('SERVER_NAME')!, passOf({ host }));
    expect(host.events.map(({ name: event, args }) => [event, ...args])).toEqual([
      ['variableResult', told, value],
    ]);
  });
});

describe('look-ahead', () => {
  it('asks for the path, in a directory for the whole one, and tells the value', async () => {
    const asked: string[] = [];
    const world: MemoryWorld = {
      traceLevel: 5,
      lookAhead: (by, path, variable) => {
        asked.push(`${by} ${path} ${variable}`);
        return by === 'uri' ? 'now' : Promise.resolve('later');
      },
    };
    const host = new MemoryHost(world);
    expect(read('LA-U:REMOTE_USER', { host })).toBe('now');
    await expect(read('LA-F:REMOTE_USER', { host, directory: '/srv/www/' })).resolves.toBe('later');
    expect(asked).toEqual(['uri /a/b REMOTE_USER', 'file /srv/www/b REMOTE_USER']);
    expect(host.events.map(({ args }) => args)).toEqual([
      ['/a/b', 'REMOTE_USER', 'now'],
      ['/srv/www/b', 'REMOTE_USER', 'later'],
    ]);
  });

  it('reads the variable of the subrequest it sent, and nothing where there is no such variable', () => {
    const request = memoryRequest('/inner', { filename: '/srv/www/inner' });
    expect(readLookAhead('REQUEST_FILENAME', request, new MemoryHost())).toBe('/srv/www/inner');
    expect(readLookAhead('NO_SUCH_NAME', request, new MemoryHost())).toBe('');
  });
});
