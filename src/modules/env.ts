// mod_env: variables set for every request of a section, for CGI scripts, logs and headers.
// They are set late, in fixups: rules and conditions of the same request do not see them (SetEnvIf is earlier).

import type { Command } from '../conf/command.ts';
import type { Exchange } from '../request/exchange.ts';
import { defineModule, type Module } from '../request/module.ts';
import { DECLINED } from '../request/verdict.ts';
import { everywhere } from './contexts.ts';

interface EnvDir {
  /** In order; a value of undefined takes away what an outer section set. */
  readonly set: Map<string, string | undefined>;
}

/** `SetEnv A=b c`: to a script, Apache's variable of that name is `A`, and what follows its value. */
function setSpurious(cmd: Command<undefined, EnvDir>, name: string, rest: string, value = ''): undefined {
  cmd.warn(
    `AH10032: Spurious usage of '=' in an environment variable name. 'SetEnv ${name} ${rest}' expected instead?`,
  );
  cmd.dir.set.set(name, `${rest}=${value}`);
  return undefined;
}

/** Apache: what a variable has already stays its value to all that read it here; scripts get the later one. */
function setLate(x: Exchange, name: string, value: string): void {
  if (x.env.has(name)) {
    x.scriptEnv ??= new Map();
    x.scriptEnv.set(name, value);
  } else x.env.set(name, value);
}

export const env: Module<undefined, EnvDir> = defineModule<undefined, EnvDir>({
  name: 'env',
  directives: [
    {
      name: 'PassEnv',
      args: 'iterate',
      contexts: everywhere,
      override: 'FileInfo',
      help: 'a list of environment variables to pass to CGI.',
      example: 'PassEnv HOME',
      set(cmd, name: string) {
        const value = cmd.io.env(name);
        if (value !== undefined) cmd.dir.set.set(name, value);
        else cmd.warn(`AH01506: PassEnv variable ${name} was undefined`);
        return undefined;
      },
    },
    {
      name: 'SetEnv',
      args: 'take12',
      contexts: everywhere,
      override: 'FileInfo',
      help: 'an environment variable name and optional value to pass to CGI.',
      example: 'SetEnv SPECIAL_PATH /foo/bin',
      set(cmd, name: string, value?: string) {
        if (name === '' || name.includes('\0'))
          return `SetEnv: '${name}' is not a name for an environment variable`;
        const equals = name.indexOf('=');
        if (equals >= 0) return setSpurious(cmd, name.slice(0, equals), name.slice(equals + 1), value);
        cmd.dir.set.set(name, value ?? '');
        return undefined;
      },
    },
    {
      name: 'UnsetEnv',
      args: 'iterate',
      contexts: everywhere,
      override: 'FileInfo',
      help: 'a list of variables to remove from the CGI environment.',
      example: 'UnsetEnv LD_LIBRARY_PATH',
      set(cmd, name: string) {
        cmd.dir.set.set(name, undefined);
        return undefined;
      },
    },
  ],
  dirConfig: {
    create: () => ({ set: new Map() }),
    merge: (base, add) => ({ set: new Map([...base.set, ...add.set]) }),
  },
  hooks: {
    fixups(x) {
      const dir = env.dir(x);
      if (dir === undefined) return DECLINED;
      for (const [name, value] of dir.set) if (value !== undefined) setLate(x, name, value);
      return DECLINED;
    },
  },
});
