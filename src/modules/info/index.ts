// mod_info: a page about the running server: its modules, their directives and phases, and the configuration in force.
// It shows everything that the configuration says; who may see it, <Location> has to say.

import { standardFileName } from '../../conf/known-modules.ts';
import type { ConfModule } from '../../conf/module.ts';
import type { Exchange } from '../../request/exchange.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { servers } from '../contexts.ts';
import { drawPage } from './page.ts';

const HANDLER = 'server-info';

/** What AddModuleInfo says, newest server's lines first. */
export interface InfoServer {
  readonly notes: { readonly module: string; readonly text: string }[];
}

function handler(x: Exchange): Verdict {
  if (x.handler !== HANDLER) return DECLINED;
  x.allowed = 'GET,HEAD,OPTIONS';
  if (x.method !== 'GET' && x.method !== 'HEAD') return DECLINED;
  const { notes } = info.server(x);
  const noteOf = (file: string): string | undefined => notes.find(({ module }) => module === file)?.text;
  const page = drawPage(x, modulesOf(x), noteOf);
  x.contentType = 'text/html; charset=ISO-8859-1';
  x.responseBody = page;
  x.contentLength = page.length;
  return OK;
}

/** By the file names of Apache's modules, sorted as bytes. */
function modulesOf(x: Exchange): ReadonlyMap<string, ConfModule> {
  const named = x.site.modules.map((module) => [standardFileName(module.name), module] as const);
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const info: Module<InfoServer> = defineModule<InfoServer>({
  name: 'info',
  directives: [
    {
      name: 'AddModuleInfo',
      args: 'take2',
      contexts: servers,
      help: 'a module name and additional information on that module',
      example: 'AddModuleInfo mod_rewrite.c "rules are in rules.conf"',
      set(cmd, module = '', text = '') {
        cmd.config.notes.push({ module, text });
        return undefined;
      },
    },
  ],
  serverConfig: {
    create: () => ({ notes: [] }),
    merge: (base, add) => ({ notes: [...add.notes, ...base.notes] }),
  },
  hooks: { handler },
});
