// `-S`: which virtual host answers on which address, in the shape that tools read from Apache.

import { hostname } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { Server, VhostAddress } from '../../conf/server.ts';
import type { Site } from '../../conf/site.ts';
import { coreServer } from '../../request/core-config.ts';

interface NamedHost {
  readonly server: Server;
  readonly address: VhostAddress;
}

/** The virtual hosts of one address, the first of them the default one. */
interface Address {
  readonly shown: string;
  readonly bucket: number;
  readonly hosts: NamedHost[];
}

const EVERY_ADDRESS: ReadonlySet<string> = new Set(['*', '_default_', '0.0.0.0', '::']);

function show({ host, port }: VhostAddress): string {
  const name = isWild(host) ? '*' : host.includes(':') ? `[${host}]` : host;
  return `${name}:${port === 0 ? '*' : port}`;
}

function isWild(host: string): boolean {
  return EVERY_ADDRESS.has(host.toLowerCase());
}

/** In Apache's order: plain addresses by their hash, then the wild ones; hosts and addresses are taken from the last on. */
function addressesOf(site: Site): Address[] {
  const addresses = new Map<string, Address>();
  for (const server of site.vhosts.toReversed()) {
    for (const address of server.addresses) {
      const shown = show(address);
      const known = addresses.get(shown) ?? { shown, bucket: bucketOf(address.host), hosts: [] };
      addresses.set(shown, known);
      if (known.hosts[0]?.server !== server) known.hosts.unshift({ server, address });
    }
  }
  return [...addresses.values()].reverse().sort((a, b) => a.bucket - b.bucket);
}

const BUCKETS = 256;

/** Where Apache's table of addresses has it; behind all others the wild ones. */
function bucketOf(host: string): number {
  if (isWild(host) || !ipaddr.isValid(host)) return BUCKETS;
  return ipaddr
    .parse(host)
    .toByteArray()
    .slice(-4)
    .reduce((hash, byte) => hash ^ byte, 0);
}

/** As Apache, whose AH00558 says so: a name without a domain is none. */
function localHost(): string {
  const name = hostname();
  return name.includes('.') ? name : '127.0.0.1';
}

/** The name of a server in messages: without ServerName that of the main server, or its address. */
function nameOf(server: Server, site: Site): string {
  const { serverName } = coreServer(server);
  const main = coreServer(site.main).serverName ?? localHost();
  if (server.isMain) return main;
  const isInherited = serverName === coreServer(site.main).serverName;
  const [first] = server.addresses;
  if (first === undefined || server.addresses.some(({ host }) => isWild(host))) return serverName ?? main;
  return isInherited || serverName === undefined ? first.host : serverName;
}

function placeOf({ place }: Server): string {
  return `(${place.file}:${place.line})`;
}

function dumpAddress({ shown, hosts }: Address, site: Site): string[] {
  const first = hosts[0]!.server;
  const column = shown.padEnd(22);
  if (hosts.length === 1) return [`${column} ${nameOf(first, site)} ${placeOf(first)}`];
  return [
    `${column} is a NameVirtualHost`,
    `${' '.repeat(8)} default server ${nameOf(first, site)} ${placeOf(first)}`,
    ...hosts.flatMap(({ server, address }) => [
      `${' '.repeat(8)} port ${address.port === 0 ? '*' : address.port} namevhost ${nameOf(server, site)} ${placeOf(server)}`,
      ...coreServer(server).aliases.map((alias) => `${' '.repeat(16)} alias ${alias}`),
      ...(coreServer(server).wildAliasTexts ?? []).map((alias) => `${' '.repeat(16)} wild alias ${alias}`),
    ]),
  ];
}

export function dumpVhosts(site: Site): string {
  const lines = addressesOf(site).flatMap((address) => dumpAddress(address, site));
  return `${['VirtualHost configuration:', ...lines].join('\n')}\n`;
}
