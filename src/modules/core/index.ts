// What Apache's core answers for: a server's names, paths and limits, options of directories, error documents, the
// mapping from URL to file, and files as they are. Sections such as <Directory> are conf's.

import { CORE_SLOT, type CoreDirConfig, type CoreServerConfig, coreDir } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { addInputFilters, runInputFilters } from '../../request/input-filters.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { runContentFilters } from '../../request/output-filters.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';
import { acceptedDirectives } from './accepted.ts';
import { checkArrival } from './arrival.ts';
import { connectionDirectives } from './connection.ts';
import { contentDirectives } from './content.ts';
import { errorDocument } from './error-document.ts';
import { limitSections } from './limit-section.ts';
import { limitDirectives } from './limits.ts';
import { loggingDirectives } from './logging.ts';
import { mapToStorage, translateName } from './map.ts';
import { createServer, mergeDir, mergeServer } from './merge.ts';
import { optionDirectives } from './options.ts';
import { beginChanges, overrideType } from './overrides.ts';
import { pathDirectives } from './paths.ts';
import { rangeDirectives } from './range-limits.ts';
import { limitBody } from './request-body.ts';
import { serverNameDirectives } from './server-name.ts';
import { serveFile } from './static.ts';
import { statusDirectives } from './status.ts';
import { workerDirectives } from './workers.ts';

export { limitedMethods, type MethodTest } from './limit-section.ts';
export { isRegisteredMethod, methodClass } from './methods.ts';
export { parseDuration } from './numbers.ts';

export const core: Module<CoreServerConfig, CoreDirConfig> = defineModule<CoreServerConfig, CoreDirConfig>({
  name: 'core',
  builtIn: true,
  slot: CORE_SLOT,
  directives: [
    ...serverNameDirectives,
    ...pathDirectives,
    ...connectionDirectives,
    ...limitDirectives,
    ...loggingDirectives,
    ...optionDirectives,
    errorDocument,
    ...contentDirectives,
    ...rangeDirectives,
    ...limitSections,
    ...workerDirectives,
    ...statusDirectives,
    ...acceptedDirectives,
  ],
  serverConfig: { create: createServer, merge: mergeServer },
  dirConfig: { create: () => ({}), merge: mergeDir },
  hooks: {
    postReadRequest: { first: checkArrival },
    translateName: { last: translateName },
    mapToStorage: { last: mapToStorage },
    fixups: { first: overrideType },
    handler: { reallyLast: serveFile },
    insertFilter: { first: beginChanges },
  },
});

/** A request that has a body: how long it may be, and what it goes through. */
function takeBody(x: Exchange): Verdict {
  if (x.body === undefined || x.errorStatus !== 0) return DECLINED;
  const verdict = limitBody(x);
  if (verdict !== DECLINED) return verdict;
  const { inputFilters } = coreDir(x.dirConfig);
  if (inputFilters !== undefined) addInputFilters(x, inputFilters);
  runInputFilters(x);
  return DECLINED;
}

/** Apache's HTTP protocol module, compiled in: here bodies pass on both ways. */
export const http: Module = defineModule({
  name: 'http',
  builtIn: true,
  directives: [],
  hooks: {
    handler: { first: takeBody },
    // What is said of an answer (Header lines) is said of what the filters have made of it.
    insertFilter: { last: runContentFilters },
  },
});
