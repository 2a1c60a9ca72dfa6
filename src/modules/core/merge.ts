// How core settings of an outer and an inner section, or of the main server and a virtual host, become one.

import type { Server } from '../../conf/server.ts';
import { type CoreDirConfig, type CoreServerConfig, OPT } from '../../request/core-config.ts';
import { mergeEtag } from './file-etag.ts';

/** A virtual host has the port of its first address, until a ServerName says what port it has or none. */
export function createServer({ addresses }: Server): CoreServerConfig {
  const port = addresses[0]?.port ?? 0;
  return { aliases: [], wildAliases: [], listens: [], ...(port === 0 ? {} : { serverPort: port }) };
}

/** A virtual host has its own name, port, aliases and rule for encoded slashes; the rest it takes over. */
export function mergeServer(base: CoreServerConfig, add: CoreServerConfig): CoreServerConfig {
  const { serverPort: _port, serverScheme: _scheme, allowEncodedSlashes: _slashes, ...inherited } = base;
  return {
    ...inherited,
    ...withoutUnset(add),
    ...(add.keepAliveTimeout === undefined ? {} : { hasOwnKeepAliveTimeout: true }),
    listens: base.listens,
    ...(base.protocolOptions ? { protocolOptions: { ...base.protocolOptions, ...add.protocolOptions } } : {}),
  };
}

/** What Apache's own numbers call unset: in a virtual host they stand for the main server's value. */
const UNSET = { timeout: 0, keepAliveTimeout: 0, maxKeepAliveRequests: -1 } as const;

function withoutUnset(config: CoreServerConfig): CoreServerConfig {
  const said = { ...config };
  for (const key of ['timeout', 'keepAliveTimeout', 'maxKeepAliveRequests'] as const)
    if (said[key] === UNSET[key]) delete said[key];
  return said;
}

/** Signed options change what is inherited; unsigned ones start anew. */
function mergeOptions(base: CoreDirConfig, add: CoreDirConfig): Partial<CoreDirConfig> {
  if (add.options !== undefined) return {};
  const added = add.optionsAdd ?? 0;
  // Apache: what is added without exec takes exec away.
  const isWithoutExec = (added & (OPT.includes | OPT.includesWithExec)) === OPT.includes;
  const removed = (add.optionsRemove ?? 0) | (isWithoutExec ? OPT.includesWithExec : 0);
  return {
    optionsAdd: ((base.optionsAdd ?? 0) & ~removed) | added,
    optionsRemove: ((base.optionsRemove ?? 0) & ~added) | removed,
  };
}

function mergeMaps<K, V>(base: ReadonlyMap<K, V>, add: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
  return new Map([...base, ...add]);
}

export function mergeDir(base: CoreDirConfig, add: CoreDirConfig): CoreDirConfig {
  const merged: CoreDirConfig = { ...base, ...add, ...mergeOptions(base, add) };
  if (base.errorDocuments && add.errorDocuments)
    merged.errorDocuments = mergeMaps(base.errorDocuments, add.errorDocuments);
  // A level for all modules speaks of those, too, that had one of their own outside.
  if (base.logLevels && add.logLevels && !add.logLevels.has(''))
    merged.logLevels = mergeMaps(base.logLevels, add.logLevels);
  if (base.fileETag && add.fileETag) merged.fileETag = mergeEtag(base.fileETag, add.fileETag);
  if (base.rangeLimits && add.rangeLimits) merged.rangeLimits = { ...base.rangeLimits, ...add.rangeLimits };
  return merged;
}
