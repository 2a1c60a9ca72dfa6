// The names that an application answers for. Host and X-Forwarded-Host say what the client wants them to say; only the
// application knows which names are its own.

import { readAuthority } from './values.ts';

/** Names in any case, without a port; `*.shop.example` for all names below shop.example. */
export type Hosts = string | readonly string[];

/** Compiles the list; without one every host will do. Throws a TypeError that names the entry that is wrong. */
export function compileHosts(hosts: Hosts | undefined): (host: string) => boolean {
  if (hosts === undefined) return () => true;
  const names = new Set<string>();
  const endings: string[] = [];
  const entries: unknown = typeof hosts === 'string' ? [hosts] : hosts;
  if (!Array.isArray(entries)) throw new TypeError("hosts: give a list of names, as in ['shop.example']");
  for (const entry of entries as readonly unknown[]) {
    const isWild = String(entry).startsWith('*.');
    const name = readName(isWild ? String(entry).slice(2) : entry);
    if (isWild) endings.push(`.${name}`);
    else names.add(name);
  }
  return (host) => names.has(host) || endings.some((ending) => host.endsWith(ending));
}

function readName(entry: unknown): string {
  const authority = typeof entry === 'string' ? readAuthority(entry) : undefined;
  if (authority?.port !== undefined) throw new TypeError(`hosts: '${entry}': leave the port out`);
  if (authority === undefined)
    throw new TypeError(`hosts: '${String(entry)}' is no name; write shop.example, or *.shop.example`);
  return authority.host;
}
