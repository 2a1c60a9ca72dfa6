// The files of a case in memory, as the playground has them: names and contents, and nothing else of a file.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryMachine } from '../../src/tools/memory-machine.ts';
import type { Case } from '../support/case-file.ts';
import type { CaseSite } from '../support/case-site.ts';
import { ENVIRONMENT, type Ground, type LeftOut } from './parity.ts';

export const inMemory: Ground = {
  leavesOut,
  machineFor: ({ root }: CaseSite) => {
    const files: Record<string, string> = {};
    const folders: string[] = [];
    gather(Buffer.from(root), files, folders);
    const time = statSync(join(root, 'conf/httpd.conf')).mtimeMs;
    return createMemoryMachine(files, { env: ENVIRONMENT, folders, time });
  },
};

function leavesOut({ steps, entries, conf }: Case): LeftOut | undefined {
  if (steps.some(({ kind }) => kind === 'write')) return 'files change on the way';
  const isMore = entries.some((entry) => entry.kind === 'link' || ('mode' in entry && !isUsual(entry)));
  const text = conf + entries.map((entry) => ('text' in entry ? entry.text : '')).join('');
  return isMore || OF_THE_MACHINE.test(text) ? 'needs links, users, modes or other files' : undefined;
}

/** Owners, sizes of folders, and what every Unix has. */
const OF_THE_MACHINE = /file-(?:owner|group)|USER_NAME|UserDir|INode|TrackModified|\/etc\/passwd/i;

function isUsual({ kind, mode }: { readonly kind: string; readonly mode: number }): boolean {
  return kind === 'dir' ? mode === 0o755 : mode === 0o644 || mode === 0o755;
}

/** Names are bytes. */
function gather(folder: Buffer, files: Record<string, string>, folders: string[]): void {
  folders.push(folder.toString('latin1'));
  for (const entry of readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })) {
    const path = Buffer.concat([folder, Buffer.from('/'), entry.name]);
    if (entry.isDirectory()) gather(path, files, folders);
    else if (entry.isFile()) files[path.toString('latin1')] = readFileSync(path, 'latin1');
  }
}
