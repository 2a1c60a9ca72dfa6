// What the server remembers of its requests, for mod_status to show.

import type { Directive } from '../../conf/directive.ts';
import type { CoreDirConfig, CoreServerConfig } from '../../request/core-config.ts';
import { mainServer } from '../contexts.ts';

type CoreDirective = Directive<CoreServerConfig, CoreDirConfig>;

export const statusDirectives: readonly CoreDirective[] = [
  {
    name: 'ExtendedStatus',
    args: 'flag',
    contexts: mainServer,
    default: 'On with mod_status',
    help: '"On" to track extended status information, "Off" to disable',
    example: 'ExtendedStatus On',
    set(cmd, value) {
      cmd.config.extendedStatus = value === 'on';
      return undefined;
    },
  },
  {
    name: 'SeeRequestTail',
    args: 'flag',
    contexts: mainServer,
    default: 'Off',
    help: 'For extended status, "On" to see the last 63 chars of the request line, "Off" (default) to see the first 63',
    example: 'SeeRequestTail On',
    set(cmd, value) {
      cmd.config.seeRequestTail = value === 'on';
      return undefined;
    },
  },
];
