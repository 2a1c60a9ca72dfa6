// The Command that a directive is handed for one node of the tree.

import type { Place } from '../kit/place.ts';
import type { Command, Section } from './command.ts';
import type { FindingDetails } from './finding.ts';
import type { ConfIo } from './io.ts';
import type { LoadedModules } from './loaded.ts';
import type { ConfModule } from './module.ts';
import { resolvePath } from './path.ts';
import type { Scope } from './scope.ts';
import type { Server } from './server.ts';
import type { ConfNode } from './tree.ts';

/** What commands ask of the walk that made them. */
export interface CommandHost {
  readonly io: ConfIo;
  readonly loaded: LoadedModules;
  readonly serverRoot: string;
  readonly allowedOptions: readonly string[] | undefined;
  report(code: string, message: string, node: ConfNode, details?: FindingDetails): void;
}

/** Works out what it is asked for when it is asked, as most directives need little of it. */
export class NodeCommand implements Command {
  readonly #node: ConfNode;
  readonly #scope: Scope;
  readonly #module: ConfModule;
  readonly #host: CommandHost;

  constructor(node: ConfNode, scope: Scope, module: ConfModule, host: CommandHost) {
    this.#node = node;
    this.#scope = scope;
    this.#module = module;
    this.#host = host;
  }

  get name(): string {
    return this.#node.name;
  }

  get place(): Place {
    return this.#node.line.placeAt();
  }

  get section(): Section {
    return this.#scope.section;
  }

  get server(): Server {
    return this.#scope.server;
  }

  get config(): unknown {
    return this.#scope.server.config[this.#module.slot];
  }

  get dir(): unknown {
    const { dir, path } = this.#scope.section;
    const { slot, dirConfig } = this.#module;
    dir.values[slot] ??= dirConfig?.create(path);
    return dir.values[slot];
  }

  get io(): ConfIo {
    return this.#host.io;
  }

  get allowedOptions(): readonly string[] | undefined {
    return this.#host.allowedOptions;
  }

  hasModule(name: string): boolean {
    return this.#host.loaded.has(name);
  }

  outputFilterType(name: string): number | undefined {
    return this.#host.loaded.outputFilterType(name);
  }

  resolve(path: string): string {
    return resolvePath(this.#host.serverRoot, path);
  }

  warn(message: string, more: { code?: string; why?: string; hint?: string } = {}): void {
    const { code = 'conf/useless-directive', ...details } = more;
    this.#host.report(code, message, this.#node, { severity: 'warning', ...details });
  }
}
