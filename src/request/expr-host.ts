// Expressions about an exchange: what kit/expr asks, answered from the request, the site and subrequests.

import { createHash } from 'node:crypto';
import { ExprError, type ExprFile, type ExprHost } from '../kit/expr/index.ts';
import { compileIpRange } from '../kit/ip-range.ts';
import type { Exchange } from './exchange.ts';
import { serverVariable } from './variables.ts';
import { addVary } from './vary.ts';

/** The address lists that Apache's expressions know by name are all of other modules. */
const NO_VALUES: readonly string[] = [];

/** Apache's bound for `file()`. */
const LARGEST_FILE = 10 * 1024 * 1024;

/** What a module that is changing a request has not handed over yet. */
export interface PendingFacts {
  readonly filename: string;
  readonly query: string | undefined;
  readonly pathInfo: string;
  readonly notesHeaders: boolean;
}

/** Answers for an exchange; a module that knows of more extends it. */
export class ExchangeExprHost implements ExprHost {
  readonly #x: Exchange;
  readonly #pending: PendingFacts | undefined;

  constructor(x: Exchange, pending?: PendingFacts) {
    this.#x = x;
    this.#pending = pending;
  }

  variable(name: string): string {
    return (this.#pending && pendingVariable(this.#pending, name)) ?? serverVariable(this.#x, name);
  }

  header(name: string): string | undefined {
    return this.#x.headers.combined(name.toLowerCase());
  }

  headerRead(name: string): void {
    if (this.#pending?.notesHeaders !== false) addVary(this.#x, name);
  }

  responseHeader(name: string): string | undefined {
    const x = this.#x;
    const lower = name.toLowerCase();
    const value = x.headersOut.combined(lower) ?? x.errHeadersOut.combined(lower);
    if (value !== undefined || lower !== 'content-length') return value;
    // A handler's own length is a field of its answer already; that of a page, or behind filters, comes later.
    if (x.isCanned || x.bodyBefore !== undefined || x.contentLength === undefined) return undefined;
    return String(x.contentLength);
  }

  env(name: string): string | undefined {
    return this.#x.hasEnv() ? this.#x.env.get(name) : undefined;
  }

  osEnv(name: string): string | undefined {
    return this.#x.site.io.env(name);
  }

  note(name: string): string | undefined {
    return this.#x.note(name);
  }

  /** TLS variables are empty on a plain connection. */
  ssl(): undefined {
    return undefined;
  }

  stat(path: string, followLinks: boolean): ExprFile | null {
    return lookAt(this.#x, path, followLinks);
  }

  readFile(path: string): string | null {
    const facts = lookAt(this.#x, path, true);
    if (facts !== null && facts.size > LARGEST_FILE) throw new ExprError(`File ${path} too large`);
    try {
      return this.#x.site.io.read(path);
    } catch {
      return null;
    }
  }

  async isAccessible(by: 'file' | 'uri', path: string): Promise<boolean> {
    const x = this.#x;
    if (path === '' && by === 'file') return false;
    // A subrequest for its own parent's URI would never end.
    if (by === 'uri') return x.main?.uri !== x.uri && (await x.site.lookupUri(x, path)).status < 400;
    const sub = await x.site.lookupFile(x, path);
    return sub.status < 300 && sub.file !== undefined;
  }

  ipMatch(address: string | undefined, range: string): boolean {
    return compileIpRange(range)?.(address ?? this.#x.clientAddress) ?? false;
  }

  digest(algorithm: 'md5' | 'sha1', text: string): string {
    return createHash(algorithm).update(text, 'latin1').digest('hex');
  }

  list(): readonly string[] {
    return NO_VALUES;
  }
}

/** What conditions may know of a file; null when it is not there, or may not be looked at (as for Apache's stat). */
export function lookAt(x: Exchange, path: string, followLinks: boolean): ExprFile | null {
  try {
    const facts = x.site.io.stat(path, !followLinks);
    if (facts === undefined) return null;
    const type = facts.kind === 'symlink' ? 'link' : facts.kind;
    return { type, size: facts.size, executable: (facts.mode & 0o111) !== 0 };
  } catch {
    return null;
  }
}

function pendingVariable(pending: PendingFacts, name: string): string | undefined {
  switch (name.toUpperCase()) {
    case 'REQUEST_FILENAME':
    case 'SCRIPT_FILENAME':
      return pending.filename;
    case 'QUERY_STRING':
      return pending.query ?? '';
    case 'PATH_INFO':
      return pending.pathInfo;
    default:
      return undefined;
  }
}

/** Answers for an exchange as it stands, or as `pending` says where that is further. */
export function exprHost(x: Exchange, pending?: PendingFacts): ExprHost {
  return new ExchangeExprHost(x, pending);
}
