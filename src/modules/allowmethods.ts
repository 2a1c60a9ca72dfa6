// mod_allowmethods: which methods a part of the site answers at all.

import type { Exchange } from '../request/exchange.ts';
import { logEvent } from '../request/log.ts';
import { defineModule, type Module } from '../request/module.ts';
import { DECLINED, type Verdict } from '../request/verdict.ts';
import { isRegisteredMethod, methodClass } from './core/index.ts';

interface AllowedMethods {
  /** Undefined: all of them. */
  methods: ReadonlySet<string> | undefined;
}

function accessChecker(x: Exchange): Verdict {
  const methods = allowmethods.dir(x)?.methods;
  if (methods === undefined || methods.has(methodClass(x.method))) return DECLINED;
  logEvent(
    x,
    'allowmethods',
    'error',
    `AH01623: client method denied by server configuration: '${x.method}' to ${x.filename ?? x.uri}`,
  );
  return 405;
}

export const allowmethods: Module<undefined, AllowedMethods> = defineModule<undefined, AllowedMethods>({
  name: 'allowmethods',
  directives: [
    {
      name: 'AllowMethods',
      args: 'takeArgv',
      contexts: ['directory'],
      default: 'reset',
      help: 'only allow specific methods',
      example: 'AllowMethods GET POST OPTIONS',
      set(cmd, ...words) {
        const names = words.filter((word) => word !== undefined);
        if (names.length === 0) return "AllowMethods: No method or 'reset' keyword given";
        if (names[0]!.toLowerCase() === 'reset') {
          cmd.dir.methods = undefined;
          return undefined;
        }
        const unknown = names.find((name) => !isRegisteredMethod(name));
        if (unknown !== undefined) return `AllowMethods: Invalid Method '${unknown}'`;
        cmd.dir.methods = new Set(names.map(methodClass));
        return undefined;
      },
    },
  ],
  dirConfig: { create: () => ({ methods: undefined }), merge: (_base, add) => add },
  hooks: { accessChecker },
});
