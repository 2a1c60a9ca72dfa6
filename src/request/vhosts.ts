// Which virtual host answers: by local address and port first, then by name among those (Apache's vhost manual).

import type { Server } from '../conf/server.ts';
import { coreServer } from './core-config.ts';

export interface VhostIndex {
  /** `hostname` in lower case, without port and trailing dot. */
  find(localAddress: string, localPort: number, hostname: string): Server;
}

/** The servers that share an address, in file order; the first is their default. */
class AddressSet {
  readonly #servers: Server[] = [];
  readonly #byName: Map<string, Server> = new Map();
  #wild = false;

  add(server: Server): void {
    if (this.#servers.includes(server)) return;
    this.#servers.push(server);
    const core = coreServer(server);
    if (core.wildAliases.length > 0) this.#wild = true;
    for (const name of [core.serverName, ...core.aliases]) {
      const key = name?.toLowerCase();
      if (key !== undefined && !this.#byName.has(key)) this.#byName.set(key, server);
    }
  }

  find(hostname: string): Server {
    if (hostname === '') return this.#servers[0]!;
    if (!this.#wild) return this.#byName.get(hostname) ?? this.#servers[0]!;
    return this.#servers.find((server) => isNameOf(server, hostname)) ?? this.#servers[0]!;
  }
}

/** True when the host name is the server's ServerName or one of its aliases. */
export function isNameOf(server: Server, hostname: string): boolean {
  const core = coreServer(server);
  return (
    core.serverName?.toLowerCase() === hostname ||
    core.aliases.includes(hostname) ||
    core.wildAliases.some((matches) => matches(hostname))
  );
}

/** IPv4 addresses that a dual-stack socket shows as IPv6 are taken as IPv4. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

const ANY = '*';

function keyOf(host: string, port: number): string {
  return `${host} ${port}`;
}

export function indexVhosts(main: Server, vhosts: readonly Server[]): VhostIndex {
  const sets = new Map<string, AddressSet>();
  for (const server of vhosts) {
    for (const address of server.addresses) {
      const host = address.host === '_default_' ? ANY : address.host;
      const key = keyOf(host, address.port);
      const set = sets.get(key) ?? new AddressSet();
      sets.set(key, set);
      set.add(server);
    }
  }
  if (sets.size === 0) return { find: () => main };
  return {
    // Once an exact address has virtual hosts, wildcard ones are not considered for it.
    find(localAddress, localPort, hostname) {
      const address = plainAddress(localAddress);
      const set =
        sets.get(keyOf(address, localPort)) ??
        sets.get(keyOf(address, 0)) ??
        sets.get(keyOf(ANY, localPort)) ??
        sets.get(keyOf(ANY, 0));
      return set === undefined ? main : set.find(hostname);
    },
  };
}
