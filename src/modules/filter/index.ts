// mod_filter: filters that choose by type or expression who does their work, and the chain that answers go through.

import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { addOutputFilter } from '../../request/output-filters.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';
import { mergeChains, namesOf } from './chain.ts';
import { type FilterDir, filterDirectives } from './directives.ts';
import { holdRange } from './smart-filter.ts';

function insertChain(x: Exchange): Verdict {
  const dir = filter.dir(x);
  if (dir === undefined || dir.chain.length === 0 || x.isCanned) return DECLINED;
  for (const name of namesOf(dir.chain)) {
    const smart = dir.filters.get(name);
    if (smart === undefined) {
      logEvent(x, 'filter', 'warn', `AH01380: Unknown filter ${name} not added`);
      continue;
    }
    addOutputFilter(x, smart);
    holdRange(x, smart);
  }
  return DECLINED;
}

export const filter: Module<undefined, FilterDir> = defineModule<undefined, FilterDir>({
  name: 'filter',
  directives: filterDirectives,
  dirConfig: {
    create: () => ({ filters: new Map(), chain: [] }),
    merge: (base, add) => ({
      filters: new Map([...base.filters, ...add.filters]),
      chain: mergeChains(base.chain, add.chain),
    }),
  },
  hooks: { insertFilter: insertChain },
});
