// Texts of rules made into what requests run through: the server's rules, and for each folder what applies in it.

import type { Diagnostic } from '../../kit/diagnostic.ts';
import { mergeRuleSets, type RewriteMap, type RuleSet } from '../../rules/index.ts';
import type { PathRules } from '../../wire/url-path.ts';
import { bytesOf } from './bytes.ts';
import { addFolders, type RewriteFiles } from './files.ts';
import { givenMaps } from './map-source.ts';
import type { RewriteOptions, RewriteScope, RewriteServer } from './options.ts';
import { ScopeReader } from './read-scope.ts';

/** The rules of a folder, with those that it inherits. */
interface Folder {
  /** Ends in a slash. */
  readonly directory: string;
  readonly set: RuleSet;
}

/** Everything that stays the same from request to request. */
export interface Program {
  readonly server: RuleSet;
  readonly hasServerRules: boolean;
  /** What applies where no folder has rules. */
  readonly defaults: RuleSet;
  /** The deepest first. */
  readonly folders: readonly Folder[];
  readonly maps: ReadonlyMap<string, RewriteMap>;
  /** Byte string without a slash at its end; empty for `/`. */
  readonly documentRoot: string;
  readonly files: RewriteFiles | undefined;
  /** Folders that are there whatever the files say. */
  readonly knownFolders: ReadonlySet<string>;
  readonly identity: RewriteServer;
  readonly names: ReadonlySet<string>;
  readonly hasProxy: boolean;
  readonly pathRules: PathRules;
  readonly mostRounds: number;
  readonly digest: RewriteOptions['digest'];
}

export interface ReadProgram {
  readonly program: Program;
  readonly diagnostics: readonly Diagnostic[];
}

const DOCUMENT_ROOT = '/var/www/html';

/** Reads all texts; what is wrong with them is in the diagnostics, in their order. */
export function readProgram(scopes: readonly RewriteScope[], options: RewriteOptions): ReadProgram {
  const documentRoot = withoutSlash(bytesOf(options.documentRoot ?? DOCUMENT_ROOT));
  const reader = new ScopeReader(options);
  const isOne = scopes.length === 1;
  for (const { text, context = 'htaccess', directory, file } of scopes) {
    const folder = context === 'server' ? undefined : `${folderOf(directory, documentRoot)}/`;
    reader.read(bytesOf(text), file ?? nameOf(folder, context, isOne), context, folder);
  }
  return { program: makeProgram(reader, options, documentRoot), diagnostics: reader.diagnostics };
}

function folderOf(directory: string | undefined, documentRoot: string): string {
  const folder = directory === undefined ? documentRoot : withoutSlash(bytesOf(directory));
  if (folder !== '' && !folder.startsWith('/'))
    throw new TypeError(`compile: directory '${directory}' is no absolute path`);
  return folder;
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '');
}

function nameOf(folder: string | undefined, context: string, isOne: boolean): string {
  if (folder === undefined || context !== 'htaccess') return 'httpd.conf';
  return isOne ? '.htaccess' : `${folder}.htaccess`;
}

function makeProgram(reader: ScopeReader, options: RewriteOptions, documentRoot: string): Program {
  const { server: identity = {} } = options;
  const built = reader.server.build();
  const maps = new Map([...givenMaps(options), ...built.maps]);
  const defaults = reader.defaults.build();
  const folders = mergeFolders(reader, defaults);
  const knownFolders = new Set(['/', documentRoot]);
  for (const path of [`${documentRoot}/`, ...folders.map(({ directory }) => directory)])
    addFolders(path, knownFolders);
  return {
    server: { ...built, maps },
    hasServerRules: reader.hasServerRules && built.rules.length > 0,
    defaults,
    folders,
    maps,
    documentRoot,
    files: options.files,
    knownFolders,
    identity,
    names: new Set([identity.name ?? 'localhost', ...(identity.aliases ?? [])].map((n) => n.toLowerCase())),
    hasProxy: options.proxy ?? true,
    pathRules: {
      mergeSlashes: options.mergeSlashes ?? true,
      encodedSlashes: options.encodedSlashes ?? 'off',
    },
    mostRounds: options.maxRounds ?? 10,
    digest: options.digest,
  };
}

/** Apache's walk, level by level: the `<Directory>` sections of a folder, then its .htaccess, over what is above. */
function mergeFolders({ scopes }: ScopeReader, defaults: RuleSet): Folder[] {
  const inOrder = scopes
    .filter(({ directory }) => directory !== undefined)
    .map((scope) => ({
      directory: scope.directory!,
      isHtaccess: scope.isHtaccess,
      set: scope.builder.build(),
    }))
    .sort((a, b) => a.directory.length - b.directory.length || Number(a.isHtaccess) - Number(b.isHtaccess));
  const directories = [...new Set(inOrder.map(({ directory }) => directory))];
  return directories
    .map((directory) => ({
      directory,
      set: inOrder
        .filter((scope) => directory.startsWith(scope.directory))
        .reduce((base, { set }) => mergeRuleSets(base, set), defaults),
    }))
    .reverse();
}
