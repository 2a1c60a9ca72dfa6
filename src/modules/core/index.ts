// What Apache's core answers for: a server's names, paths and limits, options of directories, error documents, the
// mapping from URL to file, and files as they are. Sections such as <Directory> are conf's.

import { CORE_SLOT, type CoreDirConfig, type CoreServerConfig } from '../../request/core-config.ts';
import { defineModule, type Module } from '../../request/module.ts';
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
import { addCharset, overrideType } from './overrides.ts';
import { pathDirectives } from './paths.ts';
import { rangeDirectives } from './range-limits.ts';
import { limitBody } from './request-body.ts';
import { serverNameDirectives } from './server-name.ts';
import { serveFile } from './static.ts';
import { statusDirectives } from './status.ts';
import { workerDirectives } from './workers.ts';

export { limitedMethods, type MethodTest } from './limit-section.ts';
export { isRegisteredMethod, methodClass } from './methods.ts';

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
    handler: { last: serveFile },
    insertFilter: { first: addCharset },
  },
});

/** Apache's HTTP protocol module, compiled in: here it watches over request bodies. */
export const http: Module = defineModule({
  name: 'http',
  builtIn: true,
  directives: [],
  hooks: { handler: { first: limitBody } },
});
