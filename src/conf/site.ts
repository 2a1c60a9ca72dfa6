// A loaded configuration: everything read, applied and merged, once; read only afterwards.
//
//   sources ─ read.ts ─→ tree ─ apply.ts ─→ servers ─ merge ─→ Site

import type { Diagnostic } from '../kit/diagnostic.ts';
import type { Place } from '../kit/place.ts';
import { allowedInServer } from './allowed.ts';
import { Applier } from './apply.ts';
import { Defines } from './defines.ts';
import type { ConfIo } from './io.ts';
import { LoadedModules, type LoadMode } from './loaded.ts';
import type { Macro } from './macro.ts';
import { fillDefaults, freezeDir, mergeDir } from './merge.ts';
import type { ConfModule } from './module.ts';
import { type ConfSource, Reader, type ReadFile } from './read.ts';
import { DirConfig, type DirectorySection, type LocationSection } from './section.ts';
import type { Server, Servers, VhostAddress } from './server.ts';
import type { ConfNode } from './tree.ts';

/** What a configuration is read from. */
export interface SiteOptions {
  /** Read one after the other, as if they were one file. */
  readonly sources: readonly ConfSource[];
  /** Every module there is, in the order in which they run. */
  readonly modules: readonly ConfModule[];
  /** Where files are read, those that the sources include as well. */
  readonly io: ConfIo;
  /** -D: names, with a value or without. */
  readonly defines?: Iterable<readonly [string, string | undefined]>;
  /** Where relative paths stand until a ServerRoot line says otherwise. */
  readonly serverRoot?: string;
  /** Directives read before the sources (-C), a line each. */
  readonly before?: readonly string[];
  /** Directives read after the sources (-c), a line each. */
  readonly after?: readonly string[];
  /** Pass over LoadModule lines of modules that are not Apache's own. */
  readonly skipUnknownModules?: boolean;
  /** How many bytes macros and variables may add to the text; 16 MiB where it is not given. */
  readonly mostExpanded?: number;
}

/** A configuration, read and merged. It never changes: what it holds is frozen. */
export interface Site extends Servers {
  /** Those that are on, in the given order. */
  readonly modules: readonly ConfModule[];
  /** Names that are defined, with their values: `defines` of the options and Define lines. */
  readonly defines: ReadonlyMap<string, string | undefined>;
  /** Where relative paths stand. */
  readonly serverRoot: string;
  /** What `Use` in .htaccess finds, by name in lower case. */
  readonly macros: ReadonlyMap<string, Macro>;
  /** The configuration files that were read. */
  readonly files: readonly ReadFile[];
  /** What it was read with. */
  readonly io: ConfIo;
  /** By identifier (`rewrite_module`) or file (`mod_rewrite.c`). */
  hasModule(name: string): boolean;
  /** What IfModule and unknown directives of .htaccess are answered from. */
  readonly loaded: LoadedModules;
  /** The tree as read, for printing. */
  readonly tree: readonly ConfNode[];
}

/** What came of reading a configuration. */
export interface SiteResult {
  /** Absent when a diagnostic is an error. */
  readonly site?: Site;
  /** As read, also where it cannot be used. */
  readonly tree: readonly ConfNode[];
  /** All findings: errors, and warnings about what is used all the same. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a whole configuration. Never throws on what it says; all that is wrong is in the diagnostics. */
export function readSite(options: SiteOptions): SiteResult {
  const reader = readSources(options);
  const servers = new ServerList(reader.loaded.list(), startPlace(options));
  const applier = new Applier({
    io: options.io,
    loaded: reader.loaded,
    serverRoot: reader.serverRoot,
    addServer: (place, addresses) => servers.add(place, addresses),
  });
  const { main } = servers;
  applier.run(reader.nodes, {
    server: main,
    section: { kind: 'server', context: 'server config', dir: main.defaults },
    allowed: allowedInServer,
    enclosing: [],
  });
  const diagnostics = reader.inOrder([...reader.diagnostics, ...applier.diagnostics]);
  const { nodes: tree } = reader;
  if (hasError(diagnostics)) return { tree, diagnostics };
  servers.finish();
  for (const module of servers.modules) module.check?.(servers, (finding) => diagnostics.push(finding), tree);
  return hasError(diagnostics)
    ? { tree, diagnostics }
    : { site: makeSite(reader, servers), tree, diagnostics };
}

/** True when one of the findings keeps the configuration from being used. */
export function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** The tree of a configuration without applying it; for tools that look at text. */
export function readTree(options: SiteOptions): {
  readonly tree: readonly ConfNode[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const reader = readSources(options);
  return { tree: reader.nodes, diagnostics: reader.inOrder(reader.diagnostics) };
}

/**
 * Reads as if only built-in modules were on; when no LoadModule line turns up, every module is on; what
 * <IfModule> lets through may differ then, so that a configuration with such questions is read again.
 */
function readSources(options: SiteOptions): Reader {
  const io = cacheReads(options.io);
  const reader = runReader(options, io, 'listed');
  if (reader.sawLoadModule) return reader;
  if (reader.loaded.wasAsked) return runReader(options, io, 'all');
  reader.loaded.turnAllOn();
  return reader;
}

function runReader(options: SiteOptions, io: ConfIo, mode: LoadMode): Reader {
  const { modules, sources, serverRoot = '/', before = [], after = [] } = options;
  const { skipUnknownModules = false, mostExpanded } = options;
  const loaded = new LoadedModules(modules, mode);
  const defines = new Defines(options.defines);
  const reader = new Reader({
    io,
    loaded,
    defines,
    serverRoot,
    skipUnknownModules,
    ...(mostExpanded === undefined ? {} : { mostExpanded }),
  });
  for (const text of before) reader.readSource({ name: '-C directive', text });
  for (const source of sources) reader.readSource(source);
  for (const text of after) reader.readSource({ name: '-c directive', text });
  return reader;
}

/** Both readings see the same bytes, and each file is read once. */
function cacheReads(io: ConfIo): ConfIo {
  const texts = new Map<string, string>();
  const read = (path: string): string => {
    const text = texts.get(path) ?? io.read(path);
    texts.set(path, text);
    return text;
  };
  return {
    read,
    stat: (path, link) => io.stat(path, link),
    list: (path) => io.list(path),
    env: (name) => io.env(name),
    ...(io.lookup ? { lookup: (host: string) => io.lookup?.(host) ?? [] } : {}),
    ...(io.assumesDocumentRoots ? { assumesDocumentRoots: true } : {}),
  };
}

function startPlace({ sources }: SiteOptions): Place {
  const [first] = sources;
  const file = first === undefined ? '' : 'file' in first ? first.file : first.name;
  return { file, line: 1, column: 1, text: '' };
}

function makeSite(reader: Reader, servers: ServerList): Site {
  return Object.freeze({
    main: servers.main,
    vhosts: Object.freeze(servers.vhosts),
    modules: Object.freeze(servers.modules),
    defines: reader.defines.entries(),
    serverRoot: reader.serverRoot,
    macros: reader.macros,
    files: Object.freeze(reader.files),
    io: reader.io,
    hasModule: (name: string) => reader.loaded.has(name),
    loaded: reader.loaded,
    tree: reader.nodes,
  });
}

/** A server while it is filled and merged; the same object is frozen at last. */
interface GrowingServer extends Server {
  defaults: DirConfig;
  directories: DirectorySection[];
  directoryMatches: DirectorySection[];
  locations: LocationSection[];
}

class ServerList implements Servers {
  readonly modules: readonly ConfModule[];
  readonly main: GrowingServer;
  readonly vhosts: GrowingServer[] = [];

  constructor(modules: readonly ConfModule[], place: Place) {
    this.modules = modules;
    this.main = this.#create(undefined, place, []);
  }

  add(place: Place, addresses: readonly VhostAddress[]): Server {
    const server = this.#create(this.main, place, addresses);
    this.vhosts.push(server);
    return server;
  }

  /** Merges the virtual hosts with the main server, orders the sections and freezes all of it. */
  finish(): void {
    fillDefaults(this.modules, this.main.defaults);
    for (const server of [this.main, ...this.vhosts]) freezeSections(server);
    for (const vhost of this.vhosts) this.#inherit(vhost);
    for (const server of [this.main, ...this.vhosts]) {
      server.directories.sort((a, b) => a.depth - b.depth);
      freezeServer(server);
    }
  }

  #create(main: Server | undefined, place: Place, addresses: readonly VhostAddress[]): GrowingServer {
    const server: GrowingServer = {
      isMain: main === undefined,
      main,
      place,
      addresses,
      config: [],
      defaults: new DirConfig(),
      directories: [],
      directoryMatches: [],
      locations: [],
    };
    for (const module of this.modules) server.config[module.slot] = module.serverConfig?.create(server);
    return server;
  }

  #inherit(vhost: GrowingServer): void {
    const { main } = this;
    for (const { slot, serverConfig } of this.modules) {
      if (serverConfig) vhost.config[slot] = serverConfig.merge(main.config[slot], vhost.config[slot]);
    }
    vhost.defaults = mergeDir(this.modules, main.defaults, vhost.defaults);
    vhost.directories = [...main.directories, ...vhost.directories];
    vhost.directoryMatches = [...main.directoryMatches, ...vhost.directoryMatches];
    vhost.locations = [...main.locations, ...vhost.locations];
  }
}

function freezeServer(server: GrowingServer): void {
  Object.freeze(server.config);
  Object.freeze(server.directories);
  Object.freeze(server.directoryMatches);
  Object.freeze(server.locations);
  Object.freeze(server);
}

/** Before merging, as merged sections share what they are made of. */
function freezeSections({ defaults, directories, directoryMatches, locations }: Server): void {
  freezeTree(defaults);
  for (const section of [...directories, ...directoryMatches, ...locations]) freezeTree(section.dir);
}

/** A configuration with those of the sections nested in it. */
export function freezeTree(dir: DirConfig): void {
  for (const section of [...dir.files, ...dir.ifs]) freezeTree(section.dir);
  freezeDir(dir);
}
