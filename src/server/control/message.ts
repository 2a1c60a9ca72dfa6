// What goes over a control channel: one line of JSON to the server, one line back. The same shapes for both ends.

import type { AppReport } from '../../request/apps.ts';

/** What may be asked for. */
export type ControlRequest =
  | { readonly do: 'apps' }
  | { readonly do: 'start' | 'stop' | 'restart'; readonly app: string };

/** The server that answers. */
export interface ControlledServer {
  readonly pid: number;
  /** The configuration as the command line named it. */
  readonly configuration: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly urls: readonly string[];
}

export type ControlAnswer =
  | { readonly ok: true; readonly server: ControlledServer; readonly apps: readonly AppReport[] }
  | { readonly ok: false; readonly why: string };

/** The longest line that a server reads. */
export const LONGEST_REQUEST = 1024;

/** The longest line that a client reads. */
export const LONGEST_ANSWER: number = 16 * 1024 * 1024;

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** A request from a line; undefined for anything else. */
export function parseRequest(line: string): ControlRequest | undefined {
  const value = parseObject(line);
  if (value?.do === 'apps') return { do: 'apps' };
  const { do: what, app } = value ?? {};
  if (what !== 'start' && what !== 'stop' && what !== 'restart') return undefined;
  return typeof app === 'string' && NAME.test(app) ? { do: what, app } : undefined;
}

/** An answer from a line; undefined when it is none. The server is the same program: its parts are taken as they are. */
export function parseAnswer(line: string): ControlAnswer | undefined {
  const value = parseObject(line);
  if (value?.ok === false && typeof value.why === 'string') return { ok: false, why: value.why };
  if (value?.ok !== true || !Array.isArray(value.apps) || typeof value.server !== 'object') return undefined;
  return value as unknown as ControlAnswer;
}

function parseObject(line: string): { readonly [key: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
