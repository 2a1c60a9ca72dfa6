// A folder tree copied into a scene for a PHP application: everything belongs to the user the servers run as.
import { chownSync, cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Scene } from './scene.ts';
import { serverUser } from './server-user.ts';

/** Copies `from` to a folder of the scene, symbolic links as what they point to, and answers its path. */
export function copyTree(scene: Scene, from: string, to: string): string {
  const target = join(scene.root, to);
  cpSync(from, target, { recursive: true, dereference: true });
  giveAway(target);
  return target;
}

function giveAway(path: string): void {
  if (serverUser === undefined) return;
  chownSync(path, serverUser.uid, serverUser.gid);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const below = join(path, entry.name);
    if (entry.isDirectory()) giveAway(below);
    else chownSync(below, serverUser.uid, serverUser.gid);
  }
}
