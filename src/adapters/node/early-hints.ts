// Interim answers on node:http, which sends no other than 103 with links.

import type { ServerResponse } from 'node:http';
import type { HeaderList } from '../../wire/header-list.ts';
import type { NodeRequest } from './arrived.ts';

/** Sends 103 where it can be sent: HTTP/1.0 has no way to receive it (RFC 9110 section 15.2). */
export function sendInterim(
  { httpVersionMajor, httpVersionMinor }: NodeRequest,
  response: ServerResponse,
  status: number,
  headers: HeaderList,
): void {
  if (status !== 103 || !headers.has('link') || response.headersSent) return;
  if (httpVersionMajor === 1 && httpVersionMinor === 0) return;
  const hints: Record<string, string> = {};
  for (const [name] of headers) hints[name.toLowerCase()] = headers.combined(name.toLowerCase()) ?? '';
  response.writeEarlyHints(hints as Parameters<ServerResponse['writeEarlyHints']>[0]);
}
