// Which modules are on: LoadModule, IfModule's answers, and the directives of what is loaded.

import { equalsIgnoreCase, lowerAscii } from '../kit/ascii.ts';
import type { Container, Directive } from './directive.ts';
import { compiledIn, isQuietModule, standardFileName, standardModules } from './known-modules.ts';
import type { ConfModule } from './module.ts';

/** A directive with the module that has it. */
export interface DirectiveOfModule {
  readonly module: ConfModule;
  readonly directive: Directive | Container;
}

/** `all`: every known module is on; `listed`: the built-in ones and those that LoadModule names. */
export type LoadMode = 'all' | 'listed';

/** What a LoadModule line came to: `absent` is a module of Apache's that portico lacks, `foreign` one of somebody else's. */
export type LoadResult = 'loaded' | 'again' | 'absent' | 'foreign';

export class LoadedModules {
  readonly #known: readonly ConfModule[];
  readonly #on = new Set<ConfModule>();
  /** Identifiers and file names that IfModule answers to. */
  readonly #names = new Set<string>();
  readonly #listed = new Set<string>();
  readonly #shared: string[] = [];
  #directives: ReadonlyMap<string, DirectiveOfModule> | undefined;

  /** True once something depended on what is on; from then on turning on more would change what was read. */
  wasAsked = false;

  constructor(known: readonly ConfModule[], mode: LoadMode) {
    this.#known = known;
    for (const name of compiledIn) this.#addStandard(name);
    for (const module of known) if (module.builtIn) this.#turnOn(module);
    if (mode === 'all') this.turnAllOn();
  }

  /** As for a configuration without LoadModule lines. */
  turnAllOn(): void {
    for (const name of ['macro', 'mpm_event']) this.#addStandard(name);
    for (const module of this.#known) if (module.onlyByName !== true) this.#turnOn(module);
  }

  /** By identifier (`rewrite_module`) or file (`mod_rewrite.c`), in exactly this case. */
  has(name: string): boolean {
    this.wasAsked = true;
    return this.#names.has(name);
  }

  /** Is there a module of that name, on or off? */
  knows(name: string): boolean {
    return this.#known.some((module) => module.name === name);
  }

  /** Turns on the module of a LoadModule line. What portico has no code for stays off, for IfModule too. */
  load(identifier: string): LoadResult {
    if (this.#listed.has(identifier)) return 'again';
    this.#listed.add(identifier);
    const module = this.#known.find((candidate) => namesOf(candidate).includes(identifier));
    const name = identifier.replace(/_module$/, '');
    if (module) this.#turnOn(module);
    else if (isQuietModule(name)) this.#addStandard(name);
    else return standardModules.includes(name) ? 'absent' : 'foreign';
    this.#names.add(identifier);
    this.#shared.push(identifier);
    return 'loaded';
  }

  /** What LoadModule lines turned on, in their order. */
  shared(): readonly string[] {
    return this.#shared;
  }

  /** What is on without such a line, with the file names of Apache's build. */
  statics(): readonly { readonly identifier: string; readonly file: string }[] {
    const names = new Set(compiledIn);
    for (const { name, builtIn } of this.list())
      if (builtIn === true || !this.#shared.includes(`${name}_module`)) names.add(name);
    return [...names].map((name) => ({ identifier: `${name}_module`, file: standardFileName(name) }));
  }

  /** In the order in which the modules were given, not in that of the LoadModule lines. */
  list(): readonly ConfModule[] {
    return this.#known.filter((module) => this.#on.has(module));
  }

  /** A directive of a loaded module; a section's name begins with `<`. */
  find(name: string): DirectiveOfModule | undefined {
    this.wasAsked = true;
    this.#directives ??= this.#index();
    return this.#directives.get(lowerAscii(name));
  }

  /** The type of an output filter of a loaded module, by its name in any case. */
  outputFilterType(name: string): number | undefined {
    this.wasAsked = true;
    for (const { outputFilters } of this.#on)
      for (const filter of outputFilters ?? []) if (equalsIgnoreCase(filter.name, name)) return filter.type;
    return undefined;
  }

  /** Names of all directives of the loaded modules, sections with `<`. */
  names(): readonly string[] {
    return this.list().flatMap((module) => module.directives.map((directive) => tableName(directive)));
  }

  /** The module that has a directive although it is not loaded. */
  findUnloaded(name: string): ConfModule | undefined {
    const wanted = lowerAscii(name);
    return this.#known.find((module) =>
      module.directives.some((entry) => lowerAscii(tableName(entry)) === wanted),
    );
  }

  #turnOn(module: ConfModule): void {
    this.#on.add(module);
    this.#directives = undefined;
    for (const name of namesOf(module)) this.#names.add(name);
  }

  #addStandard(name: string): void {
    this.#names.add(`${name}_module`);
    if (standardModules.includes(name)) this.#names.add(standardFileName(name));
  }

  #index(): ReadonlyMap<string, DirectiveOfModule> {
    const index = new Map<string, DirectiveOfModule>();
    for (const module of this.list()) {
      for (const directive of module.directives) {
        const name = lowerAscii(tableName(directive));
        if (!index.has(name)) index.set(name, { module, directive });
      }
    }
    return index;
  }
}

/** The name in Apache's tables: a section's begins with `<`. */
function tableName(directive: Directive | Container): string {
  return 'open' in directive ? `<${directive.name}` : directive.name;
}

/** What a module answers to in LoadModule and IfModule. */
function namesOf(module: ConfModule): readonly string[] {
  const names = [module.name, ...(module.aliases ?? [])];
  return names.flatMap((name) =>
    name.endsWith('.c') || name.endsWith('_module') ? [name] : [`${name}_module`, standardFileName(name)],
  );
}
