// A site of one handler and no other module, for tests of what lies beneath the modules. Logs are kept in memory.
import { createMemoryIo } from '../../src/conf/memory-io.ts';
import { readSite } from '../../src/conf/site.ts';
import { CORE_SLOT, type CoreServerConfig } from '../../src/request/core-config.ts';
import type { Hook, LiveSite } from '../../src/request/exchange.ts';
import type { SiteIo } from '../../src/request/io.ts';
import { defineModule, type Module } from '../../src/request/module.ts';
import type { ReadLimits } from '../../src/request/read-limits.ts';
import { openSite } from '../../src/request/site.ts';
import { OK } from '../../src/request/verdict.ts';

export interface StubSite {
  readonly live: LiveSite;
  /** Lines of every log. */
  readonly logLines: readonly string[];
  /** Exchanges that entered and have not left. */
  users: number;
  enter(): void;
  leave(): void;
}

/** Stands for the core module: its configuration as given, and one handler for every request. */
export function stubModule(
  handler: Hook,
  core: Partial<CoreServerConfig> = {},
  readLimits?: ReadLimits,
): Module {
  return defineModule<CoreServerConfig>({
    name: 'core',
    slot: CORE_SLOT,
    builtIn: true,
    directives: [],
    serverConfig: {
      create: () => ({ aliases: [], wildAliases: [], listens: [], ...core }),
      merge: (base, add) => ({ ...base, ...add }),
    },
    hooks: { translateName: () => OK, handler },
    readLimits: () => readLimits,
  }) as Module;
}

function stubIo(logLines: string[]): SiteIo {
  return {
    ...createMemoryIo({}),
    now: () => Date.now(),
    pid: 1,
    openLog: () => ({ write: (line) => void logLines.push(line) }),
    openFile: () => {
      throw new Error('a stub site has no files');
    },
    resolve: async () => {
      throw new Error('no names are known here');
    },
    userHome: () => undefined,
    userName: () => undefined,
    groupName: () => undefined,
  };
}

/** A site whose every request is answered by `handler`. */
export async function stubSite(
  handler: Hook,
  core: Partial<CoreServerConfig> = {},
  readLimits?: ReadLimits,
): Promise<StubSite> {
  const logLines: string[] = [];
  const io = stubIo(logLines);
  const module = stubModule(handler, core, readLimits);
  const { site } = readSite({ sources: [], modules: [module], io });
  if (site === undefined) throw new Error('the stub configuration has errors');
  const live = await openSite(site, [module], io);
  const stub: StubSite = {
    live,
    logLines,
    users: 0,
    enter: () => {
      stub.users += 1;
    },
    leave: () => {
      stub.users -= 1;
    },
  };
  return stub;
}
