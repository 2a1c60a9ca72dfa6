// mod_logio: LogIOTrackTTFB. What it counts (%I, %O, %S) is counted anyway; the items are log-config's.

import type { Exchange } from '../request/exchange.ts';
import { defineModule, type Module } from '../request/module.ts';
import { OK, type Verdict } from '../request/verdict.ts';
import { everywhere } from './contexts.ts';
import { FIRST_BYTE_NOTE } from './log-config/first-byte.ts';

interface LogioDir {
  trackFirstByte?: boolean;
}

/** Apache: pages that the server writes for errors have no such time. */
function noteFirstByte(x: Exchange): Verdict {
  if (logio.dir(x)?.trackFirstByte === true && !x.isCanned)
    x.notes.set(FIRST_BYTE_NOTE, String(Math.max(0, Math.round((x.site.io.now() - x.startedAt) * 1000))));
  return OK;
}

export const logio: Module<undefined, LogioDir> = defineModule<undefined, LogioDir>({
  name: 'logio',
  builtIn: true,
  directives: [
    {
      name: 'LogIOTrackTTFB',
      args: 'flag',
      contexts: everywhere,
      override: 'All',
      default: 'Off',
      help: "Set to 'ON' to enable tracking time to first byte",
      example: 'LogIOTrackTTFB On',
      set(cmd, value) {
        cmd.dir.trackFirstByte = value === 'on';
        return undefined;
      },
    },
  ],
  dirConfig: { create: () => ({}), merge: (base, add) => ({ ...base, ...add }) },
  hooks: { insertFilter: { last: noteFirstByte } },
});
