// The main server or one virtual host: its name and addresses, and what its sections configure.

import type { Place } from '../kit/place.ts';
import type { DirConfig, DirectorySection, LocationSection } from './section.ts';

/** One address of a `<VirtualHost>` line: `*`, `_default_`, an IPv4 or IPv6 address; port 0 stands for any. */
export interface VhostAddress {
  readonly host: string;
  readonly port: number;
  /** As written. */
  readonly text: string;
}

/** Apache's server_rec: filled while reading, merged with the main server, then read only. */
export interface Server {
  readonly isMain: boolean;
  /** Of a virtual host: the main server it inherits from. */
  readonly main: Server | undefined;
  /** Where the main file begins, or the `<VirtualHost>` line. */
  readonly place: Place;
  readonly addresses: readonly VhostAddress[];
  /** By module slot. */
  readonly config: unknown[];
  /** What applies before any section matches. */
  readonly defaults: DirConfig;
  /** `<Directory>`: shortest path first, equal depth in file order, main server's before the virtual host's. */
  readonly directories: DirectorySection[];
  /** `<DirectoryMatch>`, in file order. */
  readonly directoryMatches: DirectorySection[];
  /** `<Location>` and `<LocationMatch>`, in file order. */
  readonly locations: LocationSection[];
}

/** The main server and the virtual hosts, in file order. */
export interface Servers {
  readonly main: Server;
  readonly vhosts: readonly Server[];
}
