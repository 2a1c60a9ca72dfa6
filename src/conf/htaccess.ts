// One .htaccess file: the same language with fewer directives allowed, read for a directory and never for a server.

import type { Diagnostic } from '../kit/diagnostic.ts';
import type { Allowed } from './allowed.ts';
import { Applier, type Nonfatal } from './apply.ts';
import type { Override } from './context.ts';
import { Defines } from './defines.ts';
import { Reader } from './read.ts';
import { DirConfig } from './section.ts';
import type { Server } from './server.ts';
import { freezeTree, hasError, type Site } from './site.ts';
import type { ConfNode } from './tree.ts';

/** What AllowOverride and AllowOverrideList let the file do. */
export interface HtaccessAllowance {
  readonly classes: ReadonlySet<Override>;
  /** `Options=Indexes,MultiViews`: in lower case; absent when the class is not restricted. */
  readonly options?: readonly string[];
  /** AllowOverrideList, in lower case. */
  readonly list?: ReadonlySet<string>;
  readonly nonfatal?: Nonfatal;
}

export interface HtaccessOptions {
  readonly text: string;
  /** The file's path, for messages. */
  readonly path: string;
  /** The directory it stands in. */
  readonly directory: string;
  readonly site: Pick<Site, 'loaded' | 'io' | 'serverRoot' | 'defines' | 'macros'>;
  /** The server of the request. */
  readonly server: Server;
  readonly allow: HtaccessAllowance;
}

export interface HtaccessResult {
  /** Absent when a diagnostic is an error: the request is then answered with 500. */
  readonly dir?: DirConfig;
  /** As read, also where it cannot be used. */
  readonly tree: readonly ConfNode[];
  readonly diagnostics: readonly Diagnostic[];
}

const fatal: Nonfatal = { override: false, unknown: false };

/** Reads the text of an .htaccess file; what it sets stands alone, to be merged by whoever walks. */
export function readHtaccess({
  text,
  path,
  directory,
  site,
  server,
  allow,
}: HtaccessOptions): HtaccessResult {
  const { io, loaded, serverRoot, macros } = site;
  const defines = new Defines(site.defines);
  const reader = new Reader({ io, loaded, serverRoot, defines, macros, htaccess: true });
  reader.readSource({ name: path, text });
  const { nonfatal = fatal, options: allowedOptions } = allow;
  const applier = new Applier({
    io,
    loaded,
    serverRoot,
    addServer: () => server,
    htaccess: allowedOptions ? { nonfatal, allowedOptions } : { nonfatal },
  });
  const dir = new DirConfig();
  applier.run(reader.nodes, {
    server,
    section: { kind: 'htaccess', context: '.htaccess', path: directory.replace(/\/*$/, '/'), dir },
    allowed: allowedInFile(allow),
    enclosing: [],
  });
  const diagnostics = reader.inOrder([...reader.diagnostics, ...applier.diagnostics]);
  const { nodes: tree } = reader;
  if (hasError(diagnostics)) return { tree, diagnostics };
  freezeTree(dir);
  return { dir, tree, diagnostics };
}

/** The line of Apache's error log about a finding: `PATH/.htaccess: Options not allowed here`. */
export function htaccessLogLine(diagnostic: Diagnostic): string {
  return diagnostic.place ? `${diagnostic.place.file}: ${diagnostic.message}` : diagnostic.message;
}

function allowedInFile({ classes, list }: HtaccessAllowance): Allowed {
  return { server: false, section: false, classes, ...(list ? { list } : {}) };
}
