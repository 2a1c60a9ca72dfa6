// The values of App* directives as people write them: command lines, addresses, proofs of readiness, sizes, signals.
// Each reader answers the value, or a sentence about what is wrong with a hint.

import { readWord, splitWords } from '../../conf/words.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import { splitProgramWords } from '../../kit/program-words.ts';
import type { AppAddress, AppProbe } from '../../request/apps.ts';
import { parseDuration } from '../core/index.ts';

/** Why a value cannot be used. */
export interface BadValue {
  readonly message: string;
  readonly why?: string;
  readonly hint?: string;
}

export function isBad(value: object): value is BadValue {
  return 'message' in value;
}

/** One word is a command line of its own; several are program and arguments as they stand. */
export function readCommand(words: readonly string[]): readonly string[] {
  return words.length === 1 ? splitProgramWords(words[0]!) : words;
}

/** Words that only a shell understands. */
const SHELL_WORD = /^(?:&&|\|\|?|;|&|[0-9]?>>?.*|<.*)$|;$/;

/** A word that shows that a shell was meant to read the line; undefined when there is none. */
export function findShellWord(command: readonly string[]): string | undefined {
  return command.find((word) => SHELL_WORD.test(word));
}

const LONGEST_SOCKET_PATH = 107;

/** `auto`, `http://127.0.0.1:8000`, `127.0.0.1:8000`, `8000` or `unix:/path`; `resolve` makes paths absolute. */
export function readAddress(text: string, resolve: (path: string) => string): AppAddress | BadValue {
  if (lowerAscii(text) === 'auto') return { kind: 'auto' };
  if (lowerAscii(text.slice(0, 5)) === 'unix:') return readSocketPath(text.slice(5), resolve);
  if (/^:?[0-9]+$/.test(text)) return tcpAddress('127.0.0.1', text.replace(':', ''));
  const found = /^(?:http:\/\/)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([0-9]+)\/?$/i.exec(text);
  if (found === null) {
    return {
      message: `AppAddress ${text}: not an address`,
      hint: 'Write auto, http://127.0.0.1:8000 or unix:/path/of/the.sock.',
    };
  }
  return tcpAddress(lowerAscii(found[1]!), found[2]!);
}

function readSocketPath(path: string, resolve: (path: string) => string): AppAddress | BadValue {
  if (path === '' || path.includes('|')) {
    return { message: 'AppAddress unix: needs the path of a socket', hint: 'Write unix:/run/shop.sock.' };
  }
  const whole = resolve(path);
  if (whole.length <= LONGEST_SOCKET_PATH) return { kind: 'unix', path: whole };
  return {
    message: `AppAddress unix:${path}: the path is too long`,
    why: `The system takes ${LONGEST_SOCKET_PATH} bytes for a socket; this path has ${whole.length}.`,
  };
}

function tcpAddress(shown: string, digits: string): AppAddress | BadValue {
  const port = Number(digits);
  if (port < 1 || port > 65535) {
    return {
      message: `AppAddress: ${digits} is not a port`,
      hint: 'Ports are 1 to 65535; auto finds a free one.',
    };
  }
  const host = shown.startsWith('[') ? shown.slice(1, -1) : shown;
  if (isLoopback(host)) return { kind: 'tcp', host, port };
  return {
    message: `AppAddress ${shown}:${port} is not on this machine's loopback`,
    why: 'An application that portico starts runs beside it; on another address everybody could go round portico.',
    hint: `Write http://127.0.0.1:${port}; a server elsewhere is a target by itself: ProxyPass / http://${shown}:${port}/`,
  };
}

/** `localhost`, 127.0.0.0/8 or ::1. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$/.test(host);
}

const READY_HINT =
  'Write tcp, http:/healthz or stdout:"listening", with a time behind it: http:/healthz 30s.';

/** `tcp`, `http:/path` or `stdout:"text"`, and a time where one stands behind it. */
export function readReady(
  text: string,
): { readonly probe: AppProbe; readonly timeout: number | undefined } | BadValue {
  const split = splitReady(text);
  const probe = split === undefined ? undefined : readProbe(split.proof);
  if (split === undefined || probe === undefined)
    return { message: `AppReady ${text.trim()}: not a proof of readiness`, hint: READY_HINT };
  if (isBad(probe)) return probe;
  const [time, extra] = splitWords(split.rest).map((word) => word.text);
  const timeout = time === undefined ? undefined : parseDuration(time);
  if (extra !== undefined || (time !== undefined && !timeout))
    return { message: `AppReady: ${split.rest.trim()} is not a time`, hint: READY_HINT };
  return { probe, timeout };
}

/** `stdout:"two words"` has its quotes in the middle, where words of a configuration have none. */
function splitReady(text: string): { readonly proof: string; readonly rest: string } | undefined {
  const quoted = /^\s*(?:stdout|output):(?=["'])/i.exec(text)?.[0];
  const word = readWord(text, quoted?.length ?? 0);
  if (word === undefined || word.open === true) return undefined;
  return { proof: `${quoted?.trim() ?? ''}${word.text}`, rest: text.slice(word.next) };
}

function readProbe(proof: string): AppProbe | BadValue | undefined {
  if (lowerAscii(proof) === 'tcp') return { kind: 'tcp' };
  const [, kind = '', value = ''] = /^(http|stdout|output):(.*)$/is.exec(proof) ?? [];
  if (kind === '' || value === '') return undefined;
  if (lowerAscii(kind) !== 'http') return { kind: 'output', text: value };
  if (/^\/[\x21-\x7e]*$/.test(value)) return { kind: 'http', path: value };
  return {
    message: `AppReady http:${value}: not a path`,
    hint: 'The application itself is asked: write a path on it, such as http:/healthz.',
  };
}

const SIZE_UNITS: { readonly [unit: string]: number } = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Bytes of `512M`, `2G`, `65536`; undefined when it is no size. */
export function readSize(text: string): number | undefined {
  const found = /^([0-9]+)([kmg]?)(?:i?b)?$/i.exec(text);
  if (found === null) return undefined;
  const size = Number(found[1]) * SIZE_UNITS[lowerAscii(found[2]!)]!;
  return Number.isSafeInteger(size) && size > 0 ? size : undefined;
}

/** Whole numbers from `least` to `most`. */
export function readCount(text: string, least: number, most: number): number | undefined {
  const count = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return count >= least && count <= most ? count : undefined;
}

const SIGNALS: readonly NodeJS.Signals[] = [
  'SIGTERM',
  'SIGINT',
  'SIGQUIT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
  'SIGKILL',
];

/** `TERM` or `SIGTERM`, in any case. */
export function readSignal(text: string): NodeJS.Signals | undefined {
  const name = text.toUpperCase();
  return SIGNALS.find((signal) => signal === name || signal === `SIG${name}`);
}
