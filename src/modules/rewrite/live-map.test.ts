import { describe, expect, it } from 'vitest';
import type { Server } from '../../conf/server.ts';
import type { LiveSite } from '../../request/exchange.ts';
import { emptyRuleSet, internalMap, type RewriteMap, type RuleSet } from '../../rules/index.ts';
import { closeMaps, type LiveMap, openMaps } from './live-map.ts';

/** Notes when it is opened and closed. */
function noted(name: string, notes: string[], fails = false): LiveMap {
  return {
    lookup: () => null,
    open({ engineOn }) {
      notes.push(`${name} opened${engineOn ? '' : ', engine off'}`);
      if (fails) throw new Error(`${name} failed`);
    },
    close: () => notes.push(`${name} closed`),
  };
}

/** A site whose servers have these maps, and their rules. */
function siteOf(
  ...sets: readonly (readonly [boolean, ...LiveMap[]])[]
): [LiveSite, (server: Server) => RuleSet] {
  const servers = sets.map(() => ({}) as Server);
  const rules = sets.map(([engine, ...sources]): RuleSet => {
    const maps = sources.map((source, at): [string, RewriteMap] => [`m${at}`, { kind: 'prg', source }]);
    return {
      ...emptyRuleSet,
      engine,
      maps: new Map([...maps, ['int', internalMap('tolower') as RewriteMap]]),
    };
  });
  return [{ servers } as unknown as LiveSite, (server) => rules[servers.indexOf(server)]!];
}

describe('the maps of a site', () => {
  it('are opened once each, with the engine on where one of their servers has it on', async () => {
    const notes: string[] = [];
    const shared = noted('shared', notes);
    const opened = await openMaps(...siteOf([false, shared], [true, shared], [false, noted('own', notes)]));
    closeMaps(opened);
    expect(notes).toEqual(['shared opened', 'own opened, engine off', 'shared closed', 'own closed']);
  });

  it('are closed again when one of them fails', async () => {
    const notes: string[] = [];
    const site = siteOf([true, noted('a', notes), noted('b', notes, true), noted('c', notes)]);
    await expect(openMaps(...site)).rejects.toThrow('b failed');
    expect(notes).toEqual(['a opened', 'b opened', 'a closed']);
  });
});
