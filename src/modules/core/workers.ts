// How many requests are answered at once, and how many connections may wait in the system. In Apache these belong to
// the MPMs, whose processes and threads portico does not have; what they bound, it has.

import type { Directive } from '../../conf/directive.ts';
import type { CoreDirConfig, CoreServerConfig } from '../../request/core-config.ts';
import { mainServer } from '../contexts.ts';
import { leadingInteger } from './numbers.ts';

type CoreDirective = Directive<CoreServerConfig, CoreDirConfig>;

const setWorkers: CoreDirective['set'] = (cmd, arg = '') => {
  const most = leadingInteger(arg);
  if (most < 1) cmd.warn(`MaxRequestWorkers of ${most} not allowed, increasing to 1.`);
  cmd.config.maxRequestWorkers = Math.max(1, most);
  return undefined;
};

export const workerDirectives: readonly CoreDirective[] = [
  {
    name: 'MaxRequestWorkers',
    args: 'take1',
    contexts: mainServer,
    help: 'Maximum number of requests that are answered at the same time; others wait for their turn',
    example: 'MaxRequestWorkers 400',
    set: setWorkers,
  },
  {
    name: 'MaxClients',
    args: 'take1',
    contexts: mainServer,
    help: 'Deprecated name of MaxRequestWorkers',
    example: 'MaxClients 400',
    set: setWorkers,
  },
  {
    name: 'GracefulShutdownTimeout',
    args: 'take1',
    contexts: mainServer,
    default: '0',
    help: 'Maximum time in seconds to wait for child processes to complete transactions during shutdown',
    example: 'GracefulShutdownTimeout 10',
    set(cmd, arg = '') {
      const seconds = leadingInteger(arg);
      if (seconds < 0) return 'GracefulShutdownTimeout must be >= 0';
      cmd.config.gracefulShutdownTimeout = seconds;
      return undefined;
    },
  },
  {
    name: 'ListenBacklog',
    args: 'take1',
    contexts: mainServer,
    default: '511',
    help: 'Maximum length of the queue of pending connections, as used by listen(2)',
    example: 'ListenBacklog 511',
    set(cmd, arg = '') {
      const length = leadingInteger(arg);
      if (length < 1) return 'ListenBacklog must be > 0';
      cmd.config.listenBacklog = length;
      return undefined;
    },
  },
];
