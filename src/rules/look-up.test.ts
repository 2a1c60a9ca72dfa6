import { describe, expect, it } from 'vitest';
import { settle } from '../kit/wait.ts';
import { runServerRules } from './finish-server.ts';
import type { MapKind, MapSource } from './maps.ts';
import { MemoryHost, memoryRequest } from './memory-host.ts';
import { RuleSetBuilder } from './rule-set.ts';
import { levelOf, printTrace } from './trace.ts';

/** The trace lines about maps when a rule asks map `m` of this kind for `key`. */
function traced(kind: MapKind, source: MapSource): string[] {
  const builder = new RuleSetBuilder();
  builder.setEngine(true);
  builder.addMap('m', { kind, source });
  builder.addRule('^/(.*)$ /got/${m:$1|none}');
  const host = new MemoryHost({ traceLevel: 8, random: 0 });
  settle(runServerRules(builder.build(), memoryRequest('/key'), host));
  const lines = host.events.map((event) => `${levelOf(event.name)} ${printTrace(event)}`);
  return lines.filter((line) => /lookup|randomly/.test(line));
}

const hit: MapSource = { lookup: () => 'value' };
const miss: MapSource = { lookup: () => null };
const kept: MapSource = { lookup: () => 'value', isCached: () => true };

const fresh = '6 cache lookup FAILED, forcing new map lookup';

// The lines are those of Apache 2.4.71 at LogLevel rewrite:trace6.
describe('a look-up is traced as Apache traces it', () => {
  it.each<[MapKind, string[], string[]]>([
    [
      'txt',
      [fresh, '5 map lookup OK: map=m[txt] key=key -> val=value'],
      [fresh, '5 map lookup FAILED: map=m[txt] key=key'],
    ],
    [
      'dbm',
      [fresh, '5 map lookup OK: map=m[dbm] key=key -> val=value'],
      [fresh, '5 map lookup FAILED: map=m[dbm] key=key'],
    ],
    ['dbd', ['5 SQL map lookup OK: map m key=key, val=value'], ['5 SQL map lookup FAILED: map m key=key']],
    [
      'fastdbd',
      [fresh, '5 SQL map lookup OK: map m key=key, val=value'],
      [fresh, '5 SQL map lookup FAILED: map m key=key'],
    ],
    ['prg', ['5 map lookup OK: map=m key=key -> val=value'], ['5 map lookup FAILED: map=m key=key']],
  ])('in a %s map', (kind, found, missed) => {
    expect(traced(kind, hit)).toEqual(found);
    expect(traced(kind, miss)).toEqual(missed);
  });

  it('when the answer was kept', () => {
    expect(traced('txt', kept)).toEqual(['5 cache lookup OK: map=m[txt] key=key -> val=value']);
    expect(traced('dbm', kept)).toEqual(['5 cache lookup OK: map=m[dbm] key=key -> val=value']);
    expect(traced('fastdbd', kept)).toEqual(['5 cache lookup OK: map=m[SQL] key=key, val=value']);
  });

  it('when one of several values is chosen', () => {
    expect(traced('rnd', { lookup: () => 'a|b' })).toEqual([
      fresh,
      '5 map lookup OK: map=m[txt] key=key -> val=a|b',
      "5 randomly chosen the subvalue `a'",
    ]);
  });
});
