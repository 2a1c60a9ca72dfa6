// What is linted: an .htaccess file by itself, or a whole configuration, read by the readers that serve it.

import type { Override } from '../../conf/context.ts';
import { readHtaccess } from '../../conf/htaccess.ts';
import type { ConfIo } from '../../conf/io.ts';
import { readSite, type Site, type SiteOptions, type SiteResult } from '../../conf/site.ts';
import type { Diagnostic } from '../../kit/diagnostic.ts';
import { modules } from '../../modules/index.ts';
import { type Block, blocksIn, type Line, readBlocks } from './blocks.ts';
import { type RewriteScope, readRewriteScope, type Surroundings } from './rewrite-scope.ts';
import type { Files } from './sample.ts';

/** A configuration as checks see it. */
export interface Target {
  readonly kind: 'htaccess' | 'config';
  readonly root: Block;
  /** All of them, outermost first. */
  readonly blocks: readonly Block[];
  readonly lines: readonly Line[];
  /** Every block with rewrite directives. */
  readonly scopes: readonly RewriteScope[];
  /** The loaded configuration, where it can be loaded; of an .htaccess file, the one around it. */
  readonly site: Site | undefined;
  readonly around: Surroundings;
  readonly io: ConfIo;
  readonly files: Files;
  /** What the reader says. */
  readonly diagnostics: readonly Diagnostic[];
}

const EVERYTHING: ReadonlySet<Override> = new Set([
  'AuthConfig',
  'FileInfo',
  'Indexes',
  'Limit',
  'Options',
  'All',
]);

/** An .htaccess file. */
export interface HtaccessSource {
  /** As the messages name it. */
  readonly path: string;
  readonly text: string;
  /** The directory that it stands in. */
  readonly directory: string;
  /** Undefined: the directory itself. */
  readonly documentRoot?: string | undefined;
}

const empty = new WeakMap<ConfIo, Site>();

/** All modules and no directive; made once for a machine. */
function emptySite(io: ConfIo): Site {
  const known = empty.get(io);
  if (known !== undefined) return known;
  const { site } = readSite({ sources: [{ name: 'lint', text: '' }], modules, io });
  if (site === undefined) throw new Error('an empty configuration cannot be loaded');
  empty.set(io, site);
  return site;
}

/** Reads an .htaccess file with all modules and everything allowed. */
export function readHtaccessTarget(source: HtaccessSource, io: ConfIo): Target {
  const { path, text, directory } = source;
  const site = emptySite(io);
  const { tree, diagnostics } = readHtaccess({
    text,
    path,
    directory,
    site,
    server: site.main,
    allow: { classes: EVERYTHING },
  });
  const folder = directory.replace(/\/*$/, '/');
  const around = { directory: folder, documentRoot: source.documentRoot, serverRoot: '/' };
  return assemble('htaccess', readBlocks(tree, 'htaccess'), { around, io, diagnostics, site: undefined });
}

/** Reads a whole configuration. */
export function readConfigTarget(options: Omit<SiteOptions, 'modules'>): Target {
  return targetOfSite(readSite({ ...options, modules }), options);
}

/** The same, of a configuration that has been read. */
export function targetOfSite(
  { site, tree, diagnostics }: SiteResult,
  { io, serverRoot = '/' }: Pick<SiteOptions, 'io' | 'serverRoot'>,
): Target {
  const around = {
    directory: undefined,
    documentRoot: undefined,
    serverRoot: site?.serverRoot ?? serverRoot,
  };
  return assemble('config', readBlocks(tree, 'server'), { around, io, diagnostics, site });
}

function assemble(
  kind: Target['kind'],
  root: Block,
  more: Pick<Target, 'around' | 'io' | 'diagnostics' | 'site'>,
): Target {
  const blocks = blocksIn(root);
  return {
    kind,
    root,
    blocks,
    lines: blocks.flatMap((block) => block.lines),
    scopes: blocks.flatMap((block) => readRewriteScope(block, more.around) ?? []),
    files: filesOf(more.io),
    ...more,
  };
}

function filesOf(io: ConfIo): Files {
  return (path) => {
    const kind = look(io, path)?.kind;
    return kind === 'file' || kind === 'directory' ? kind : undefined;
  };
}

/** What is at a path; undefined also where it cannot be looked at. */
export function look(io: ConfIo, path: string): ReturnType<ConfIo['stat']> {
  try {
    return io.stat(path);
  } catch {
    return undefined;
  }
}
