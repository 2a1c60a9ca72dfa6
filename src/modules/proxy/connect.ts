// mod_proxy_connect: tunnels for clients that ask for them with CONNECT, which only a forward proxy opens. Its one
// directive is understood, so that configurations which carry it can be read; CONNECT is answered 405.

import type { DirectiveError } from '../../conf/directive.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { servers } from '../contexts.ts';

/** A port, or the first and the last of several. */
function checkPorts(word: string): DirectiveError | undefined {
  if (!/^[0-9]/.test(word)) return 'AllowCONNECT: port numbers must be numeric';
  const [, first = '', last] = /^([0-9]+)(?:-(.*))?/s.exec(word) ?? [];
  const isWhole = last === undefined ? first === word : /^\s*[-+]?[0-9]+$/.test(last);
  return isWhole ? undefined : `Cannot parse '${last ?? word}' as port number`;
}

export const proxyConnect: Module<unknown, unknown> = defineModule<unknown, unknown>({
  name: 'proxy_connect',
  directives: [
    {
      name: 'AllowCONNECT',
      contexts: servers,
      args: 'iterate',
      default: 'AllowCONNECT 443 563',
      help: 'A list of ports or port ranges which CONNECT may connect to',
      noEffect: 'portico is no forward proxy: CONNECT is refused whatever its port',
      example: 'AllowCONNECT 443 563',
      set: (_cmd, word = '') => checkPorts(word),
    },
  ],
});
