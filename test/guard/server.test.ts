// A server whose patterns invite endless backtracking: hostile requests are answered as Apache answers them when PCRE
// gives up (the pattern does not match), and everybody else is served meanwhile.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { converse, statusesIn } from '../support/conversation.ts';
import { makeScene, type Scene, until } from '../support/scene.ts';
import type { RunningServer } from '../support/server-process.ts';
import { endlessPatterns, hostilePatterns } from './patterns.ts';

const patterns = [...hostilePatterns, ...endlessPatterns];
const endless = endlessPatterns[0]!;

const guarded = patterns
  .map(({ pattern }, at) => `RewriteCond $1 "${pattern}"\nRewriteRule ^/p${at}/(.*)$ - [G]\n`)
  .join('');

const CONF = `LimitRequestLine 16380
LogLevel warn rewrite:trace1
RedirectMatch gone ^/redirect/${endless.pattern}
SetEnvIf Request_URI ^/setenvif/${endless.pattern} SEEN=1
<LocationMatch ^/location/${endless.pattern}>
    Require all denied
</LocationMatch>
RewriteEngine On
${guarded}RewriteCond $1 "!${endless.pattern}"
RewriteRule ^/negated/(.*)$ - [F]
RewriteCond expr "%{REQUEST_URI} =~ m#^/expression/${endless.pattern}#"
RewriteRule ^ - [G]
RewriteCond expr "!(%{REQUEST_URI} =~ m#^/not/${endless.pattern}#)"
RewriteRule ^/not/ - [F]
RewriteRule ^/subject/${endless.pattern} - [G]
RewriteCond %{ENV:SEEN} 1
RewriteRule ^ - [G]
RewriteRule ^/(?!fine) /none.txt [L]
`;

let scene: Scene;
let server: RunningServer;

beforeAll(async () => {
  scene = await makeScene();
  scene.write('htdocs/none.txt', 'nothing matched\n');
  scene.write('htdocs/fine.txt', 'fine\n');
  server = await scene.start(CONF);
});

afterAll(() => scene.close());

const request = (target: string) => `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

async function statusOf(target: string): Promise<number | undefined> {
  return statusesIn(await converse(scene.port, request(target)))[0];
}

describe('a pattern that would backtrack without end', () => {
  test('does not match, for whichever directive it stands in', async () => {
    const places = ['redirect', 'setenvif', 'location', 'expression', 'subject'];
    for (const place of places) expect(await statusOf(`/${place}/${endless.text}`), place).toBe(200);
  });

  test('holds where it is negated', async () => {
    expect(await statusOf(`/negated/${endless.text}`)).toBe(403);
    expect(await statusOf(`/not/${endless.text}`)).toBe(403);
  });

  test('is named in the trace of the rules, where that is asked for', async () => {
    await statusOf(`/subject/${endless.text}`);
    const told = await until('the line in the log', () => {
      const lines = scene.errorLog().split('\n');
      const found = lines.filter((line) => line.includes(" gave up on '/subject/"));
      return found.length > 0 ? found : undefined;
    });
    // The log escapes backslashes, as Apache's does.
    expect(told.map((line) => /\[rewrite:trace1\].* (pattern '.*' gave up)/.exec(line)?.[1])).toContain(
      `pattern '^/subject/${endless.pattern.replaceAll('\\', '\\\\')}' gave up`,
    );
  });
});

/** Milliseconds of the processor the server has used so far. */
function processorTime(): number {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

describe('while one client sends nothing but hostile targets', () => {
  const MOST_MS = 250;

  // Whatever else runs on the machine counts too, so a measurement may be repeated.
  test('each request of another is answered in time', { retry: 3, timeout: 60_000 }, async () => {
    let isOver = false;
    const flood = (async () => {
      for (const [at, { text }] of patterns.entries()) {
        const target = `/p${at}/${text}`;
        expect(await statusOf(target), target.slice(0, 20)).toBe(200);
      }
      isOver = true;
    })();
    const waits: number[] = [];
    while (!isOver) {
      const start = performance.now();
      const ended = await Promise.race([flood.then(() => 'over'), statusOf('/fine.txt')]);
      if (ended === 'over') break;
      expect(ended).toBe(200);
      waits.push(performance.now() - start);
    }
    await flood;
    expect(waits.length).toBeGreaterThanOrEqual(patterns.length / 2);
    expect(Math.max(...waits)).toBeLessThan(MOST_MS);
  });

  test('a hostile request costs the server less than 50 ms of the processor', {
    retry: 3,
    timeout: 60_000,
  }, async () => {
    const before = processorTime();
    for (const [at, { text }] of patterns.entries()) await statusOf(`/p${at}/${text}`);
    expect((processorTime() - before) / patterns.length).toBeLessThan(50);
  });
});
