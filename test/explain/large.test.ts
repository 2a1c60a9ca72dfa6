// Each command on large configurations of the conformance set and on the one that Debian ships: what explain says is what
// was recorded, a replayed log counts every request, and a configuration does not differ from itself.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAnswers } from '../support/answers-file.ts';
import { type Case, readCaseFile } from '../support/case-file.ts';
import { caseFiles, topicOf } from '../support/case-list.ts';
import { type CaseSite, createCaseSite } from '../support/case-site.ts';
import { openWorkshop } from '../support/command.ts';
import { testWith } from '../support/parts.ts';
import { expandNames } from '../support/request-template.ts';

const LARGE = ['wild/legacy-addresses', 'wild/many-sites', 'wild/blog-network'];

/** A plain GET of a case: its URL, and the status that was recorded. */
interface Visit {
  readonly host: string;
  readonly path: string;
  readonly status: string;
}

/** `/path` or `/path | Host: name`. */
function visitsOf(testCase: Case, place: CaseSite): Visit[] {
  const answers = readAnswers(testCase.file)?.byCase.get(testCase.name) ?? [];
  const requests = testCase.steps.flatMap((step) => (step.kind === 'request' ? [step.request] : []));
  return requests.flatMap(({ kind, text }, at) => {
    const found = /^(\/[\x21-\x7e]*)(?:\s+\|\s+Host:\s*(\S+))?$/i.exec(expandNames(text, place.names));
    if (kind !== 'get' || found === null) return [];
    // Hosts that no URL can have are other tests'.
    if (/^[.-]|\.\./.test(found[2] ?? '')) return [];
    const host = found[2] ?? `localhost:${place.port}`;
    return [{ host, path: found[1]!, status: answers[at]?.lines[0] ?? '' }];
  });
}

function logLine({ host, path }: Visit, port: number): string {
  const [name = '', ownPort = String(port)] = host.split(':');
  return `${name}:${ownPort} 198.51.100.7 - - [12/Mar/2026:10:00:01 +0000] "GET ${path} HTTP/1.1" 200 1 "-" "-"\n`;
}

describe.each(LARGE)('%s', (topic) => {
  const file = caseFiles('conformance').find((name) => topicOf(name) === topic)!;
  for (const testCase of readCaseFile(file).slice(0, 2))
    it(`${testCase.name}: explain, a replayed log and diff`, async () => {
      const place = await createCaseSite(testCase);
      const shop = await openWorkshop();
      try {
        const visits = visitsOf(testCase, place);
        expect(visits.length).toBeGreaterThan(2);
        const urls = visits.map(({ host, path }) => `http://${host}${path}`);
        const told = await shop.run(['explain', '-f', place.confFile, '--json', ...urls]);
        expect(told.err).toBe('');
        const stories = JSON.parse(told.out) as { outcome: { kind: string; status?: number } }[];
        for (const [at, { outcome }] of stories.entries())
          if (outcome.status !== undefined)
            expect(`${visits[at]!.path} ${outcome.status}`).toBe(`${visits[at]!.path} ${visits[at]!.status}`);

        writeFileSync(
          join(shop.root, 'access.log'),
          visits.map((visit) => logLine(visit, place.port)).join(''),
        );
        const replayed = await shop.run(['explain', '-f', place.confFile, '--json', '--log', 'access.log']);
        expect(JSON.parse(replayed.out)).toMatchObject({ requests: visits.length, passedOver: 0 });

        const same = await shop.run(['diff', place.confFile, place.confFile, '--log', 'access.log']);
        expect(same).toEqual({ code: 0, err: '', out: `all ${visits.length} requests come to the same\n` });
      } finally {
        await shop.close();
        await place.close();
      }
    });
});

testWith(['apache2'], "explain reads what Debian's apache2 package installs", async () => {
  const shop = await openWorkshop();
  try {
    expect(existsSync('/etc/apache2/apache2.conf')).toBe(true);
    const { code, out, err } = await shop.run([
      'explain',
      '-d',
      '/etc/apache2',
      '-f',
      'apache2.conf',
      'http://localhost/',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('000-default.conf:1');
    expect(out).toMatch(/^apache2\.conf:\d+ +<Directory \/var\/www\/>$/m);
  } finally {
    await shop.close();
  }
});
