// mod_deflate: answers compressed (DEFLATE) and uncompressed (INFLATE) on their way out, requests uncompressed on their
// way in.

import { defineModule, type Module } from '../../request/module.ts';
import { FILTER_TYPE } from '../../request/output-filters.ts';
import { compressAnswer } from './compress.ts';
import { DEFLATE_DEFAULTS, type DeflateDir, type DeflateServer, deflateDirectives } from './directives.ts';
import { inflateAnswer } from './inflate.ts';
import { inflateRequest } from './inflate-request.ts';

export const deflate: Module<DeflateServer, DeflateDir> = defineModule<DeflateServer, DeflateDir>({
  name: 'deflate',
  directives: deflateDirectives,
  serverConfig: {
    create: () => ({}),
    merge: (base, add) => (Object.keys(add).length > 0 ? add : base),
  },
  dirConfig: { create: () => ({ ...DEFLATE_DEFAULTS }), merge: (_base, add) => add },
  outputFilters: [
    {
      name: 'DEFLATE',
      type: FILTER_TYPE.contentSet,
      apply: (x) => compressAnswer(x, deflate.server(x)),
    },
    {
      name: 'INFLATE',
      type: FILTER_TYPE.resource - 1,
      apply: (x) => inflateAnswer(x, deflate.server(x), deflate.dir(x) ?? DEFLATE_DEFAULTS),
    },
  ],
  inputFilters: [
    {
      name: 'DEFLATE',
      type: FILTER_TYPE.contentSet,
      apply: (x) => inflateRequest(x, deflate.server(x), deflate.dir(x) ?? DEFLATE_DEFAULTS),
    },
  ],
});
