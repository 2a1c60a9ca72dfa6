// A replayed log counts what one request after the other would count, and two configurations differ where they would:
// what is run once for many requests changes no answer. Held against the same replay without a memory.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSite } from '../../src/conf/site.ts';
import { modules } from '../../src/modules/index.ts';
import { Machine } from '../../src/server/machine.ts';
import { LogComparison } from '../../src/tools/compare-log.ts';
import { openRehearsal, type RehearsedSite } from '../../src/tools/inject.ts';
import { Replay, type ReplayReport } from '../../src/tools/replay.ts';
import { readCaseFile } from '../support/case-file.ts';
import { caseFiles, topicOf } from '../support/case-list.ts';
import { createCaseSite } from '../support/case-site.ts';
import { buildRequest } from '../support/request-template.ts';

const ROOT = mkdtempSync(join(tmpdir(), 'portico-replay-'));
afterAll(() => rmSync(ROOT, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(ROOT, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

write('htdocs/a.txt', 'a\n');
write(
  'htdocs/agents/.htaccess',
  'RewriteEngine On\nRewriteCond %{HTTP_USER_AGENT} Robot\nRewriteRule ^ - [F]\n',
);
write('htdocs/clock/.htaccess', 'RewriteEngine On\nRewriteCond %{TIME_SEC} .\nRewriteRule ^ - [G]\n');

/** Sees how many requests are run. */
interface CountingSite extends RehearsedSite {
  runs: number;
}

async function open(confFile: string, serverRoot = ROOT): Promise<CountingSite> {
  const machine = new Machine(() => undefined);
  const { site, diagnostics } = readSite({ sources: [{ file: confFile }], modules, io: machine, serverRoot });
  if (site === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const opened = await openRehearsal(site, machine, { ruleLevel: 0, isStill: true });
  const counting: CountingSite = {
    live: opened.live,
    runs: 0,
    inject(bytes, options) {
      counting.runs += 1;
      return opened.inject(bytes, options);
    },
    close: () => opened.close(),
  };
  return counting;
}

interface Visit {
  readonly target: string;
  readonly host?: string;
  readonly port?: number;
  readonly method?: string;
}

const AGENTS = ['Firefox', 'Robot 1', '-', 'Firefox', `Long ${'x'.repeat(600)}`, '', 'tab\\there'];
const ADDRESSES = ['198.51.100.7', '192.0.2.9', '2001:db8::1', 'a.name.test', '198.51.100.7'];
const REFERERS = ['-', 'http://shop.test/', 'http://elsewhere.test/', '-'];

/** Each visit by each kind of client, mixed. */
function linesOf(visits: readonly Visit[]): string[] {
  const lines: string[] = [];
  for (let round = 0; round < AGENTS.length * ADDRESSES.length; round++)
    for (const [at, { target, host = 'shop.test', port = 80, method = 'GET' }] of visits.entries()) {
      const agent = AGENTS[(round + at) % AGENTS.length];
      const address = ADDRESSES[round % ADDRESSES.length];
      const referer = REFERERS[(round + at) % REFERERS.length];
      const request = `[12/Mar/2026:10:00:01 +0000] "${method} ${target} HTTP/1.1" 200 1`;
      lines.push(`${host}:${port} ${address} - - ${request} "${referer}" "${agent}"`);
    }
  return [...lines, 'nonsense', 'shop.test:80 192.0.2.1 - - [x] "GET no-path HTTP/1.1" 200 1 "-" "-"'];
}

async function replay(
  site: RehearsedSite,
  lines: readonly string[],
  remembers: boolean,
): Promise<ReplayReport> {
  const counts = new Replay(site, { remembers });
  for (const line of lines) await counts.take(line);
  return counts.report();
}

async function compareAll(
  sites: readonly [RehearsedSite, RehearsedSite],
  lines: readonly string[],
  remembers: boolean,
): Promise<string[]> {
  const comparison = new LogComparison(sites, { remembers });
  const all: string[] = [];
  for (const line of lines) {
    const compared = await comparison.take(line);
    // What is lost and gained is that of the first request of its kind.
    all.push(
      typeof compared === 'string'
        ? compared
        : [compared.method, compared.url, compared.before, compared.after].join(' '),
    );
  }
  return all;
}

const SHOP = `Listen 80
ServerName main.test
DocumentRoot ${ROOT}/htdocs
<Directory ${ROOT}/htdocs>
AllowOverride All
Require all granted
</Directory>
<Location /admin>
Require ip 192.0.2.0/24
</Location>
<Location /own>
Require expr "%{HTTP_REFERER} -strmatch 'http://shop.test/*'"
</Location>
RewriteEngine On
RewriteRule ^/old/(.*)$ /new/$1 [R=301,L]
RewriteCond %{REMOTE_ADDR} ^2001:
RewriteRule ^/six - [G]
ProxyPass /app/ http://127.0.0.1:8000/
ErrorDocument 403 /agents/page
`;

const VISITS: Visit[] = [
  '/a.txt',
  '/old/1',
  '/app/x?y=1',
  '/admin/x',
  '/own',
  '/six',
  '/agents/x',
  '/clock/x',
  '/missing',
].map((target) => ({ target }));

/** Lines behind those of SHOP; how many of the requests may be remembered. */
const VARIANTS: readonly (readonly [string, string, 'some' | 'none'])[] = [
  ['plain', '', 'some'],
  [
    'an agent counts',
    'BrowserMatch Robot robot\nRewriteCond %{ENV:robot} 1\nRewriteRule ^/a.txt - [F]\n',
    'some',
  ],
  ['fields by pattern', 'SetEnvIf ^User.* Robot r\nRewriteCond %{ENV:r} .\nRewriteRule ^/a - [G]\n', 'some'],
  [
    'fields that are edited',
    'RequestHeader edit User-Agent Robot Person early\nRewriteCond %{HTTP:User-Agent} Person\nRewriteRule ^/a - [G]\n',
    'some',
  ],
  ['the time counts', 'RewriteCond %{TIME_SEC} .\nRewriteRule ^/a.txt - [F]\n', 'none'],
  ['members take turns', '<Proxy balancer://b>\nBalancerMember http://127.0.0.1:1\n</Proxy>\n', 'none'],
];

describe('a replayed log', () => {
  it.each(VARIANTS)('%s', async (name, more, memory) => {
    const confFile = write(`${name.replaceAll(' ', '-')}.conf`, SHOP + more);
    const [one, other] = [await open(confFile), await open(confFile)];
    const lines = linesOf(VISITS);
    const remembered = await replay(one, lines, true);
    expect(remembered).toEqual(await replay(other, lines, false));
    expect(remembered.requests).toBe(lines.length - 2);
    expect(remembered.outcomes.size).toBeGreaterThan(4);
    expect(other.runs).toBe(remembered.requests);
    if (memory === 'none') expect(one.runs).toBe(other.runs);
    else expect(one.runs).toBeLessThan(other.runs);
    await one.close();
    await other.close();
  });
});

describe('two configurations on a log', () => {
  it.each([
    ['a rule', 'RewriteRule ^/a.txt /b.txt [R]\n'],
    ['an address that is allowed', '<Location /admin>\nRequire ip 198.51.100.0/24\n</Location>\n'],
    ['no fields for the backend', 'ProxyAddHeaders Off\n'],
    [
      'a constant in the place of the address',
      'ProxyAddHeaders Off\nRequestHeader set X-Forwarded-For 198.51.100.7\n' +
        'RequestHeader set X-Forwarded-Host shop.test\nRequestHeader set X-Forwarded-Server main.test\n',
    ],
    ['a constant in the place of the agent', 'RequestHeader set User-Agent Firefox\n'],
  ])('%s', async (name, more) => {
    const old = write('old.conf', SHOP);
    const edited = write(`${name.replaceAll(' ', '-')}.conf`, SHOP + more);
    const sites = [await open(old), await open(edited)] as const;
    const lines = linesOf(VISITS);
    const each = await compareAll(sites, lines, false);
    const runs = sites[0].runs;
    expect(await compareAll(sites, lines, true)).toEqual(each);
    expect(sites[0].runs - runs).toBeLessThan(runs);
    expect(new Set(each).size).toBeGreaterThan(2);
    await Promise.all(sites.map((site) => site.close()));
  });
});

describe.each(
  caseFiles('conformance')
    .filter((file) => topicOf(file).startsWith('wild/'))
    .map((file) => [topicOf(file), file] as const),
)('%s', (_topic, file) => {
  for (const testCase of readCaseFile(file)
    .filter(({ isConfigtest }) => !isConfigtest)
    .slice(0, 1))
    it(`${testCase.name}: counts as one after the other`, async () => {
      const place = await createCaseSite(testCase);
      try {
        const visits = testCase.steps.flatMap((step): Visit[] => {
          if (step.kind !== 'request') return [];
          const bytes = buildRequest(step.request, place.names).bytes.toString('latin1');
          const [, method, target] = /^([A-Z]+) (\/\S*) HTTP/.exec(bytes) ?? [];
          const host = /\r\nHost: ([a-z0-9.-]+)/i.exec(bytes)?.[1];
          if (method === undefined || target === undefined || host === undefined) return [];
          return [{ method, target, host, port: place.port }];
        });
        const lines = linesOf(visits);
        const root = `${place.root}/conf`;
        const [one, other] = [await open(place.confFile, root), await open(place.confFile, root)];
        expect(await replay(one, lines, true)).toEqual(await replay(other, lines, false));
        await one.close();
        await other.close();
      } finally {
        await place.close();
      }
    });
});
