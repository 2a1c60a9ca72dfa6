// A filter that configuration declares: which registered filter does its work is decided for each answer, by its type
// or an expression.

import type { Expr } from '../../kit/expr/index.ts';
import { andThen, type Soon, settle } from '../../kit/wait.ts';
import { holds } from '../../request/evaluate.ts';
import type { Exchange, OutputFilter } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';

/** What FilterProtocol says a filter or provider does to an answer. */
export interface FilterProtocol {
  /** Other bytes of the same length, or of another one. */
  readonly change?: 'content' | 'length';
  readonly noByteRanges?: boolean;
  readonly noProxy?: boolean;
  readonly transforms?: boolean;
  readonly noCache?: boolean;
}

export interface Provider {
  /** Of a registered filter. */
  readonly name: string;
  readonly when: { readonly expr: Expr } | { readonly types: readonly string[] };
}

const NO_PROTOCOL: FilterProtocol = {};

/** Range fields that wait until it is known whether ranges may be cut of what a filter makes. */
const RANGE_NOTE = 'filter-range';

export class SmartFilter implements OutputFilter {
  readonly name: string;
  readonly type: number;
  /** The one that was declared last is asked first, as in Apache. */
  readonly providers: Provider[] = [];
  protocol: FilterProtocol = {};
  /** Of providers, by their names. */
  readonly providerProtocols: Map<string, FilterProtocol> = new Map();
  isTraced = false;

  constructor(name: string, type: number) {
    this.name = name;
    this.type = type;
  }

  apply(x: Exchange): Soon<void> {
    if (x.status !== 200 && !(x.hasEnv() && x.env.has('filter-errordocs'))) return undefined;
    if (this.isTraced) this.#trace(x);
    if (x.proxied && isForbiddenByProxy(x, this.protocol)) return undefined;
    return this.#tryFrom(x, 0);
  }

  /** Runs the first provider from `at` on that is for this answer. */
  #tryFrom(x: Exchange, at: number): Soon<void> {
    const provider = this.providers[at];
    if (provider === undefined) return undefined;
    return andThen(isFor(x, provider), (matches) => {
      const protocol = this.providerProtocols.get(provider.name) ?? NO_PROTOCOL;
      if (!matches || (x.proxied && isForbiddenByProxy(x, protocol))) return this.#tryFrom(x, at + 1);
      keepToProtocol(x, protocol);
      return x.site.outputFilters.get(provider.name)?.apply(x);
    });
  }

  #trace(x: Exchange): void {
    const { responseBody: body, contentLength } = x;
    const kind = typeof body === 'object' ? body.constructor.name : typeof body;
    logEvent(x, 'filter', 'debug', `AH01375: ${this.name}`);
    logEvent(
      x,
      'filter',
      'debug',
      `AH01376: ${this.name}: type: ${kind}, length: ${contentLength ?? 'unknown'}`,
    );
  }
}

function isFor(x: Exchange, { when }: Provider): Soon<boolean> {
  if ('expr' in when) return andThen(settle(holds(x, when.expr)), (held) => held === true);
  const type = /^[^; \t]*/.exec(x.contentType ?? '')![0];
  return x.contentType !== undefined && when.types.includes(type);
}

/** A proxy must not change what it was told not to. */
function isForbiddenByProxy(x: Exchange, { noProxy, transforms }: FilterProtocol): boolean {
  if (noProxy === true) return true;
  const control = x.headersOut.combined('cache-control');
  return transforms === true && control !== undefined && control.toLowerCase().includes('no-transform');
}

/** Fields that are no longer true once the provider has done its work. */
function keepToProtocol(x: Exchange, protocol: FilterProtocol): void {
  const out = x.headersOut;
  if (x.proxied && protocol.transforms === true)
    out.append('Warning', `214 ${x.hostname} Transformation applied`);
  if (protocol.change !== undefined) {
    out.delete('content-md5');
    out.delete('etag');
    if (protocol.change === 'length') out.delete('content-length');
  }
  if (protocol.noCache === true) {
    out.delete('last-modified');
    out.append('Cache-Control', 'no-cache');
  }
  if (protocol.noByteRanges === true) out.set('Accept-Ranges', 'none');
  else giveRangeBack(x);
}

/** Takes the Range field away where a filter of the chain makes ranges uncertain. */
export function holdRange(x: Exchange, filter: SmartFilter): void {
  const { noByteRanges, change } = filter.protocol;
  const range = x.headers.get('range');
  if (range === undefined || (noByteRanges !== true && change !== 'length')) return;
  x.notes.set(RANGE_NOTE, range);
  x.headers.delete('range');
}

function giveRangeBack(x: Exchange): void {
  const range = x.note(RANGE_NOTE);
  if (range !== undefined) x.headers.set('Range', range);
}
