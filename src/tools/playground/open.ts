// From what somebody has typed to a site that requests can be put to, and the remarks about its text.

import { hasError, readSite, type Site } from '../../conf/site.ts';
import type { Diagnostic } from '../../kit/diagnostic.ts';
import { ERAS } from '../../kit/era.ts';
import { modules } from '../../modules/index.ts';
import { coreServer } from '../../request/core-config.ts';
import type { SiteIo } from '../../request/io.ts';
import { latin1 } from '../bytes.ts';
import { openRehearsal, type RehearsedSite } from '../inject.ts';
import { lintWithin, readHtaccessTarget, type Target, targetOfSite } from '../lint/index.ts';
import { readAround } from '../lone-htaccess.ts';
import { createMemoryMachine } from '../memory-machine.ts';
import { readable } from '../readable.ts';
import type { PlayQuestion } from './question.ts';
import { type Remark, remarkOf, UNFINISHED } from './remarks.ts';
import { DOCUMENT_ROOT, TYPED_FILE } from './typed-file.ts';
import { readTypedFiles, type TypedFiles } from './typed-files.ts';

/** What the site is made of; the rest of a question is put to it. */
export type TypedSite = Pick<PlayQuestion, 'kind' | 'text' | 'folder' | 'files'>;

export interface ReadText {
  readonly remarks: readonly Remark[];
  /** What the machine calls the text. */
  readonly path: string;
  /** Opens the site for a release of Apache; or why there is none. */
  readonly open: ((apache: string) => Promise<RehearsedSite>) | string;
}

/** Where relative paths of a configuration stand. */
export const SERVER_ROOT = '/etc/apache2';

/** Macros and variables make a long text of a short one. */
const MOST_EXPANDED = 256 * 1024;

/** Every file was changed then: 2024-01-01 00:00:00 UTC. */
const FILE_TIME = Date.UTC(2024, 0, 1);

/** The environment: Debian's envvars, which its configurations speak of. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  APACHE_CONFDIR: SERVER_ROOT,
  APACHE_LOCK_DIR: '/var/lock/apache2',
  APACHE_LOG_DIR: '/var/log/apache2',
  APACHE_PID_FILE: '/var/run/apache2/apache2.pid',
  APACHE_RUN_DIR: '/var/run/apache2',
  APACHE_RUN_GROUP: 'www-data',
  APACHE_RUN_USER: 'www-data',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

export function readTyped(typed: TypedSite): ReadText {
  return typed.kind === 'htaccess' ? readLone(typed) : readConfiguration(typed);
}

function readLone({ text, folder, files }: TypedSite): ReadText {
  const below = latin1(folder)
    .split('/')
    .filter(Boolean)
    .map((name) => `/${name}`)
    .join('');
  const directory = `${DOCUMENT_ROOT}${below}`;
  const path = `${directory}/.htaccess`;
  const bytes = latin1(text);
  const io = machineOf(readTypedFiles(files), [DOCUMENT_ROOT], { [path]: bytes });
  const source = { path: TYPED_FILE, text: bytes, directory, documentRoot: DOCUMENT_ROOT };
  const target = readHtaccessTarget(source, io);
  const remarks = remarksOf(target);
  const { site } = readAround({ file: path, root: DOCUMENT_ROOT }, io);
  if (site === undefined || hasError(target.diagnostics))
    return { remarks, path, open: refusalOf(target.diagnostics) };
  return { remarks, path, open: opener(site, io) };
}

function readConfiguration({ text, files }: TypedSite): ReadText {
  const typedFiles = readTypedFiles(files);
  const sources = [{ name: TYPED_FILE, text: latin1(text) }];
  const read = (io: SiteIo) =>
    readSite({ sources, modules, io, serverRoot: SERVER_ROOT, mostExpanded: MOST_EXPANDED });
  // What stands below a document root can be placed once that is known.
  const first = read(machineOf(typedFiles, [], {})).site;
  const servers = first === undefined ? [] : [first.main, ...first.vhosts];
  const roots = servers.flatMap((server) => coreServer(server).documentRoot ?? []);
  const io = machineOf(typedFiles, roots, {});
  const result = read(io);
  const remarks = remarksOf(targetOfSite(result, { io, serverRoot: SERVER_ROOT }));
  const { site, diagnostics } = result;
  return { remarks, path: TYPED_FILE, open: site === undefined ? refusalOf(diagnostics) : opener(site, io) };
}

function opener(site: Site, io: SiteIo): (apache: string) => Promise<RehearsedSite> {
  return (apache) => openRehearsal(site, io, { era: ERAS.get(apache) });
}

/** The first root is the one that names without a slash stand below. */
function machineOf(
  { files, folders }: TypedFiles,
  roots: readonly string[],
  more: Readonly<Record<string, string>>,
): SiteIo {
  const place = (name: string): string =>
    name.startsWith('/') ? name : `${roots[0] ?? NO_DOCUMENT_ROOT}/${name}`;
  const placed = [...files].map(([name, text]) => [place(name), text] as const);
  return createMemoryMachine(
    { ...Object.fromEntries(placed), ...more },
    { env: ENVIRONMENT, folders: [...roots, ...[...folders].map(place)], time: FILE_TIME },
  );
}

/** Where Apache looks for documents when no line says where they are. */
const NO_DOCUMENT_ROOT = '/usr/local/apache2/htdocs';

/** Somebody waits; and nobody reads more remarks than that. */
const PATIENCE_MS = 2000;
const MOST_REMARKS = 1000;

function remarksOf(target: Target): readonly Remark[] {
  const { findings, isWhole } = lintWithin(PATIENCE_MS, target);
  const remarks = findings.slice(0, MOST_REMARKS).map(remarkOf);
  return isWhole && findings.length <= MOST_REMARKS ? remarks : [...remarks, UNFINISHED];
}

function refusalOf(diagnostics: readonly Diagnostic[]): string {
  const first = diagnostics.find(({ severity }) => severity === 'error');
  if (first === undefined) return 'the text cannot be used';
  const { place, message } = first;
  if (place === undefined) return readable(message);
  const where = place.file === TYPED_FILE ? `line ${place.line}` : `line ${place.line} of ${place.file}`;
  return readable(`${where}: ${message}`);
}
