// Log ids: a name for each request and connection that the error log speaks of, so that its lines and those of access
// logs (`%L`) can be brought together. Given with the first line, as in Apache.

import type { Exchange } from './exchange.ts';
import type { Transport } from './transport.ts';

let lastCount = 0;

/** Eleven letters of base64: the time, the process and a count, in eight bytes. */
function makeId(x: Exchange): string {
  lastCount = (lastCount + 1) >>> 0;
  const time = BigInt(Math.floor(x.startedAt * 1000));
  const id = time ^ (BigInt(x.site.io.pid) << 40n) ^ (BigInt(lastCount) << 32n);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, id));
  return bytes.toString('base64').slice(0, 11);
}

const ofRequests: WeakMap<Exchange, string> = new WeakMap();
const ofConnections: WeakMap<object, string> = new WeakMap();

/** What stands for the connection: the transport of a request may be its own. */
function connectionOf(transport: Transport): object {
  return transport.connection ?? transport;
}

/** The id of a connection; undefined where the error log has not spoken of it. */
export function connectionLogId(transport: Transport): string | undefined {
  return ofConnections.get(connectionOf(transport));
}

/** The id of a request; undefined where the error log has not spoken of it. */
export function requestLogId(x: Exchange): string | undefined {
  return ofRequests.get(x);
}

/** Gives the connection an id; true when it had none. */
export function nameConnection(x: Exchange): boolean {
  const connection = connectionOf(x.transport);
  if (ofConnections.has(connection)) return false;
  ofConnections.set(connection, makeId(x));
  return true;
}

/** Gives the request an id; true when it had none. */
export function nameRequest(x: Exchange): boolean {
  if (ofRequests.has(x)) return false;
  ofRequests.set(x, makeId(x));
  return true;
}
