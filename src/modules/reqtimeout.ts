// mod_reqtimeout: how long a client may take to send a request, in parts. The connections keep the time
// (request/read-limits.ts); here it is read, merged and given its defaults.

import type { Server } from '../conf/server.ts';
import { splitWords } from '../conf/words.ts';
import { equalsIgnoreCase } from '../kit/ascii.ts';
import { defineModule, type Module } from '../request/module.ts';
import type { ReadLimit, ReadLimits } from '../request/read-limits.ts';
import { servers } from './contexts.ts';

const STAGES = ['handshake', 'header', 'body'] as const;

type Stage = (typeof STAGES)[number];

/** What was said of each stage; unset ones have their default. A stage is replaced as a whole. */
type ReqtimeoutConfig = { [stage in Stage]?: ReadLimit };

const SECOND = 1000;

const NO_LIMIT: ReadLimit = { timeout: 0, longest: 0, perByte: 0 };
const DEFAULT_HEADER: ReadLimit = { timeout: 20 * SECOND, longest: 40 * SECOND, perByte: perByte(500) };
const DEFAULT_BODY: ReadLimit = { timeout: 20 * SECOND, longest: 0, perByte: perByte(500) };

/** Milliseconds that a byte earns at so many bytes a second. Apache: counted in whole microseconds. */
function perByte(rate: number): number {
  return Math.floor(1_000_000 / rate) / 1000;
}

/** A number as C's strtol reads it into an int, or Apache's complaint. */
function readCount(text: string): number | string {
  const digits = /^\s*[+-]?[0-9]+/.exec(text);
  if (digits === null) return `Value '${text}' not numerical`;
  const rest = text.slice(digits[0].length);
  if (rest !== '') return `Cannot parse '${rest}'`;
  const count = Number(digits[0]);
  const int = count > Number.MAX_SAFE_INTEGER ? -1 : count | 0;
  return int < 0 ? 'Value must be non-negative' : int;
}

/** `20`, `20,MinRate=500` or `20-40,MinRate=500`, or Apache's complaint. */
function readLimit(text: string): ReadLimit | string {
  const found = /,minrate=/i.exec(text);
  if (found === null) {
    if (text.includes('-')) return 'Must set MinRate option if using timeout range';
    const timeout = readCount(text);
    return typeof timeout === 'string' ? timeout : { ...NO_LIMIT, timeout: timeout * SECOND };
  }
  const rate = readCount(text.slice(found.index + found[0].length));
  if (typeof rate === 'string') return rate;
  if (rate === 0) return 'Minimum data rate must be larger than 0';
  return readRange(text.slice(0, found.index), perByte(rate));
}

function readRange(text: string, earned: number): ReadLimit | string {
  const dash = text.indexOf('-');
  const longest = dash < 0 ? 0 : readCount(text.slice(dash + 1));
  if (typeof longest === 'string') return longest;
  const timeout = readCount(dash < 0 ? text : text.slice(0, dash));
  if (typeof timeout === 'string') return timeout;
  if (longest > 0 && timeout >= longest) return 'Maximum timeout must be larger than initial timeout';
  return { timeout: timeout * SECOND, longest: longest * SECOND, perByte: earned };
}

/** Sets one `stage=limit`; answers Apache's sentence when it cannot be. */
function setStage(config: ReqtimeoutConfig, word: string): string | undefined {
  const equals = word.indexOf('=');
  if (equals < 0) return "Invalid RequestReadTimeout parameter. Parameter must be in the form 'key=value'";
  const key = word.slice(0, equals);
  const value = word.slice(equals + 1);
  const stage = STAGES.find((name) => equalsIgnoreCase(name, key));
  const limit = stage === undefined ? 'Unknown RequestReadTimeout parameter' : readLimit(value);
  if (typeof limit === 'string') return `RequestReadTimeout: ${key}=${value}: ${limit}`;
  config[stage!] = limit;
  return undefined;
}

/** The limits of a server; undefined where every stage is switched off. */
function limitsOf(server: Server): ReadLimits | undefined {
  const { handshake = NO_LIMIT, header = DEFAULT_HEADER, body = DEFAULT_BODY } = reqtimeout.serverOf(server);
  if (handshake.timeout === 0 && header.timeout === 0 && body.timeout === 0) return undefined;
  return { header, body };
}

export const reqtimeout: Module<ReqtimeoutConfig> = defineModule<ReqtimeoutConfig>({
  name: 'reqtimeout',
  directives: [
    {
      name: 'RequestReadTimeout',
      args: 'raw',
      contexts: servers,
      default: 'handshake=0 header=20-40,MinRate=500 body=20,MinRate=500',
      help: 'Set various timeout parameters for TLS handshake and/or reading request headers and body',
      example: 'RequestReadTimeout header=20-40,MinRate=500 body=20,MinRate=500',
      set(cmd, line = '') {
        for (const { text } of splitWords(line)) {
          const fault = setStage(cmd.config, text);
          if (fault !== undefined) return fault;
        }
        return undefined;
      },
    },
  ],
  serverConfig: { create: () => ({}), merge: (base, add) => ({ ...base, ...add }) },
  readLimits: limitsOf,
});
