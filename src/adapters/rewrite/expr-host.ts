// What expressions in `RewriteCond expr` ask about the request, answered from an attempt.

import { ExprError, type ExprFile, type ExprHost } from '../../kit/expr/index.ts';
import { compileIpRange } from '../../kit/ip-range.ts';
import type { Soon } from '../../kit/wait.ts';
import { andThen } from '../../kit/wait.ts';
import type { RequestUnderWay } from '../../rules/index.ts';
import type { Attempt } from './attempt.ts';
import { bytesOfFile, textOf } from './bytes.ts';
import { lookAt } from './look-at.ts';
import type { LookUps } from './look-ups.ts';
import { serverVariable } from './variables.ts';

export class AttemptExprHost implements ExprHost {
  readonly #x: Attempt;
  readonly #current: RequestUnderWay;
  readonly #lookUps: LookUps;

  constructor(x: Attempt, current: RequestUnderWay, lookUps: LookUps) {
    this.#x = x;
    this.#current = current;
    this.#lookUps = lookUps;
  }

  variable(name: string): string {
    const { filename, query, pathInfo } = this.#current;
    switch (name) {
      case 'REQUEST_FILENAME':
      case 'SCRIPT_FILENAME':
        return filename;
      case 'QUERY_STRING':
        return query ?? '';
      case 'PATH_INFO':
        return pathInfo;
      default:
        return serverVariable(this.#x, name);
    }
  }

  header(name: string): string | undefined {
    return this.#x.client.header(name.toLowerCase());
  }

  headerRead(name: string): void {
    if (this.#current.notesHeaders) this.#x.vary.push(name);
  }

  responseHeader(): undefined {
    return undefined;
  }

  env(name: string): string | undefined {
    return this.#x.env.get(name);
  }

  osEnv(): undefined {
    return undefined;
  }

  note(): undefined {
    return undefined;
  }

  ssl(): undefined {
    return undefined;
  }

  stat(path: string, followLinks: boolean): Soon<ExprFile | null> {
    return lookAt(this.#x.program, path, followLinks);
  }

  readFile(path: string): string | null {
    const text = this.#x.program.files?.read?.(textOf(path));
    return text === undefined ? null : bytesOfFile(text);
  }

  isAccessible(by: 'file' | 'uri', path: string): Soon<boolean> {
    const x = this.#x;
    if (path === '' && by === 'file') return false;
    // A request for its own parent's URL would never end.
    if (by === 'uri')
      return x.main?.uri !== x.uri && andThen(this.#lookUps.uri(x, path), ({ status }) => status < 400);
    return andThen(this.#lookUps.file(x, path), ({ status, facts }) => status < 300 && facts !== undefined);
  }

  ipMatch(address: string | undefined, range: string): boolean {
    return compileIpRange(range)?.(address ?? this.#x.client.remoteAddress) ?? false;
  }

  digest(algorithm: 'md5' | 'sha1', text: string): string {
    const { digest } = this.#x.program;
    if (digest === undefined) throw new ExprError(`there is no function for ${algorithm}()`);
    return digest(
      algorithm,
      Uint8Array.from(text, (byte) => byte.charCodeAt(0)),
    );
  }

  list(): readonly string[] {
    return [];
  }
}
