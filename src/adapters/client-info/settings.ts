// What the user decides, checked once: whom to trust, which fields count, which hosts are his.

import { suggest } from '../../kit/suggest.ts';
import { compileHosts, type Hosts } from './hosts.ts';
import { compileTrust, type IsTrusted, type Trust } from './trust.ts';

/** The fields X-Forwarded-For, -Host, -Proto, -Port and -Prefix, and X-Real-IP. */
export type ForwardedField = 'for' | 'host' | 'proto' | 'port' | 'prefix' | 'real-ip';

/** What has to be decided whichever fields proxies write. */
export interface CommonOptions {
  /** Your proxies: addresses, ranges, `loopback`, `private`, `linklocal`, `unix`, or a function. */
  readonly trust: Trust;
  /** The names that this application answers for (`shop.example`, `*.shop.example`); another one is no `host`. */
  readonly hosts?: Hosts | undefined;
  /** How many proxies are followed; 16 where nothing is said, 100 at most. */
  readonly maxHops?: number | undefined;
}

/** Options where proxies write X-Forwarded-For and its kin, which is the default. */
export interface XForwardedOptions extends CommonOptions {
  /** The family of fields that your proxies write. The other one never counts. */
  readonly from?: 'x-forwarded' | undefined;
  /**
   * The fields that your proxies write or remove; a field that passes through them as the client sent it may not stand
   * here. `['for', 'host']` where nothing is said: what Apache and portico write by themselves.
   */
  readonly fields?: readonly ForwardedField[] | undefined;
  /**
   * Of those, the ones to which every proxy adds a value of its own, as two Apaches behind one another do with `host`:
   * the outermost one's counts. Of all others the last value counts.
   */
  readonly appended?: readonly ForwardedField[] | undefined;
}

/** Options where proxies write Forwarded. */
export interface ForwardedOptions extends CommonOptions {
  /** RFC 7239's one field for all. */
  readonly from: 'forwarded';
  /** Not here: Forwarded says everything. */
  readonly fields?: undefined;
  /** Not here: every element says who wrote it. */
  readonly appended?: undefined;
}

/** The options of createClientInfo, and of the middleware for each framework. */
export type ClientInfoOptions = XForwardedOptions | ForwardedOptions;

export interface Settings {
  readonly isTrusted: IsTrusted;
  readonly isOurHost: (host: string) => boolean;
  readonly maxHops: number;
  readonly from: 'x-forwarded' | 'forwarded';
  readonly fields: ReadonlySet<ForwardedField>;
  readonly appended: ReadonlySet<ForwardedField>;
}

const FIELDS: readonly ForwardedField[] = ['for', 'host', 'proto', 'port', 'prefix', 'real-ip'];
/** The address has rules of its own. */
const MAY_BE_APPENDED: readonly ForwardedField[] = ['host', 'proto', 'port', 'prefix'];
const OPTIONS = ['trust', 'hosts', 'maxHops', 'from', 'fields', 'appended'];

/** Checks the options. Throws a TypeError that names the option that is wrong. */
export function readSettings(options: ClientInfoOptions): Settings {
  if (typeof options !== 'object' || options === null)
    throw new TypeError("give an object with a list of your proxies: { trust: ['loopback'] }");
  for (const name of Object.keys(options)) checkWord('option', name, OPTIONS);
  const { trust, hosts, maxHops = 16, from = 'x-forwarded' } = options;
  checkWord('from', from, ['x-forwarded', 'forwarded']);
  if (!Number.isInteger(maxHops) || maxHops < 1 || maxHops > 100)
    throw new TypeError(`maxHops: ${String(maxHops)} is no whole number from 1 to 100`);
  const isTrusted = compileTrust(trust);
  return { isTrusted, isOurHost: compileHosts(hosts), maxHops, from, ...readFields(options) };
}

function readFields({
  from,
  fields,
  appended = [],
}: ClientInfoOptions): Pick<Settings, 'fields' | 'appended'> {
  if (from === 'forwarded' && (fields !== undefined || appended.length > 0))
    throw new TypeError(
      "fields, appended: with from: 'forwarded' there is one field, and it says everything",
    );
  const chosen = checkedSet('fields', fields ?? ['for', 'host'], FIELDS);
  if (chosen.has('for') && chosen.has('real-ip'))
    throw new TypeError(
      "fields: 'for' and 'real-ip' both name the client; choose the one that your proxy writes",
    );
  const added = checkedSet('appended', appended, MAY_BE_APPENDED);
  for (const field of added)
    if (!chosen.has(field)) throw new TypeError(`appended: '${field}' does not stand in fields`);
  return { fields: chosen, appended: added };
}

function checkedSet<T extends string>(option: string, words: readonly T[], known: readonly T[]): Set<T> {
  if (!Array.isArray(words)) throw new TypeError(`${option}: give a list, as in ['${known[0]}']`);
  for (const word of words) checkWord(option, word, known);
  return new Set(words);
}

function checkWord(option: string, word: unknown, known: readonly string[]): void {
  if (known.includes(word as string)) return;
  const near = suggest(String(word), known);
  const question = near === undefined ? '' : `; did you mean '${near}'?`;
  throw new TypeError(`${option}: '${String(word)}' is none of ${known.join(', ')}${question}`);
}
