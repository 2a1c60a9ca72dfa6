// Where the control channels of running servers are: beside the PidFile, or in a folder of the user's own.

import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { CoreServerConfig } from '../../request/core-config.ts';

/** The system takes no longer names for sockets. */
export const LONGEST_PATH = 107;

const SUFFIX = '.control';

/** `/run/httpd.pid` → `/run/httpd.control`. */
function besidePidFile(pidFile: string): string {
  return `${pidFile.replace(/\.pid$/, '')}${SUFFIX}`;
}

/** Folders that may hold channels of this user, the preferred one first: nobody else can write there. */
function folders(): readonly string[] {
  const runtime = process.env.XDG_RUNTIME_DIR;
  const own = join(tmpdir(), `portico-${process.geteuid?.() ?? 0}`);
  return runtime?.startsWith('/') === true && isMine(runtime) ? [join(runtime, 'portico'), own] : [own];
}

/** A folder of the user's own that others cannot write to, and no link to one. */
function isMine(path: string): boolean {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  return facts?.isDirectory() === true && facts.uid === process.geteuid?.() && (facts.mode & 0o077) === 0;
}

/** A place for this process's channel, made if it is not there. Throws when there is none that is safe. */
function ownPlace(configuration: string): string {
  const [folder = ''] = folders();
  mkdirSync(folder, { mode: 0o700, recursive: true });
  if (!isMine(folder)) throw new Error(`${folder} belongs to somebody else, or others may write there`);
  return join(folder, `${namePart(configuration)}-${process.pid}${SUFFIX}`);
}

/** Where a server with this configuration has its channel; undefined for none. Throws when there is no safe place. */
export function controlPath(core: CoreServerConfig, configuration: string): string | undefined {
  const place = fixedPlace(core) ?? ownPlace(configuration);
  return place === 'off' ? undefined : place;
}

/**
 * Leaves word in the user's folder of a channel that is elsewhere, so that it is found without the configuration; answers
 * how to take it away. Without a safe folder there is no word, and `-f FILE` still finds it.
 */
export function announce(path: string, configuration: string): () => void {
  try {
    const link = ownPlace(configuration);
    if (link === path) return () => undefined;
    rmSync(link, { force: true });
    symlinkSync(path, link);
    return () => rmSync(link, { force: true });
  } catch {
    return () => undefined;
  }
}

/** Where the configuration itself puts the channel; `off`, or undefined where it says nothing. */
export function fixedPlace({ controlSocket, pidFile }: CoreServerConfig): string | undefined {
  if (controlSocket !== undefined) return controlSocket;
  return pidFile === undefined || pidFile.includes('${') ? undefined : besidePidFile(pidFile);
}

/** Tells configurations apart, and is short. */
function namePart(configuration: string): string {
  const hash = createHash('sha256').update(configuration).digest('hex').slice(0, 8);
  const shown = basename(configuration)
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 24);
  return `${shown}-${hash}`;
}

/** Channels in the user's folders: of one configuration, or all; some may be left over from servers that are gone. */
export function knownPlaces(configuration?: string): readonly string[] {
  const begin = configuration === undefined ? '' : `${namePart(configuration)}-`;
  return folders()
    .filter(isMine)
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.startsWith(begin) && name.endsWith(SUFFIX))
        .map((name) => target(join(folder, name))),
    );
}

/** The channel itself where a name only says where it is; the name where that is gone. */
function target(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
