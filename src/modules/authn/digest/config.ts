// What mod_auth_digest's directives say. What is done with it is index.ts's.

import type { Command } from '../../../conf/command.ts';
import type { Directive, DirectiveError } from '../../../conf/directive.ts';
import type { Server } from '../../../conf/server.ts';
import { equalsIgnoreCase } from '../../../kit/ascii.ts';
import type { Exchange } from '../../../request/exchange.ts';
import { defineModule, type Module } from '../../../request/module.ts';
import { sections, servers } from '../../contexts.ts';
import { builtInProviders } from '../built-in.ts';
import { type AuthnProvider, findProvider } from '../providers.ts';

export interface DigestServer {
  /** AuthDigestShmemSize in bytes. */
  shmemSize?: number;
}

/** Apache: a section that has any of these directives starts anew. */
export interface DigestDir {
  readonly providers: AuthnProvider[];
  /** Seconds; 0: a nonce for one request, below 0: for ever. */
  lifetime: number;
  checksCount: boolean;
  readonly domain: string[];
}

type DigestCommand = Command<DigestServer, DigestDir>;

function createDir(): DigestDir {
  return { providers: [], lifetime: 300, checksCount: false, domain: [] };
}

function addProvider(cmd: DigestCommand, name: string): DirectiveError | undefined {
  const provider = findProvider(cmd, builtInProviders, name);
  if (provider === undefined) return `Unknown Authn provider: ${name}`;
  if (provider.realmHash === undefined)
    return `The '${name}' Authn provider doesn't support Digest Authentication`;
  cmd.dir.providers.push(provider);
  return undefined;
}

function checkQop(word: string): DirectiveError | undefined {
  return equalsIgnoreCase(word, 'auth') ? undefined : "AuthDigestQop is deprecated: only 'auth' is supported";
}

/** A number as C's strtol reads it, and what stands behind it. */
function readLong(text: string): { readonly value: number; readonly rest: string } {
  const digits = /^[\t-\r ]*[+-]?[0-9]+/.exec(text)?.[0] ?? '';
  return { value: Number(digits), rest: text.slice(digits.length) };
}

function setLifetime({ dir }: DigestCommand, text: string): DirectiveError | undefined {
  const { value, rest } = readLong(text);
  if (rest !== '' && !/^[\t-\r ]/.test(rest)) return `Invalid time in AuthDigestNonceLifetime: ${text}`;
  dir.lifetime = value;
  return undefined;
}

/** What Apache's table takes for itself, for a slot and for a client. */
const LEAST_SIZE = 88;

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1024],
  ['m', 1024 * 1024],
]);

function setShmemSize({ config }: DigestCommand, text: string): DirectiveError | undefined {
  const { value, rest } = readLong(text);
  const unit = UNITS.get(rest.trimStart().slice(0, 1).toLowerCase());
  if (unit === undefined) return `Invalid size in AuthDigestShmemSize: ${text}`;
  const size = value * unit;
  if (size < LEAST_SIZE) return `size in AuthDigestShmemSize too small: ${size} < ${LEAST_SIZE}`;
  config.shmemSize = size;
  return undefined;
}

function checkAlgorithm(word: string): DirectiveError | undefined {
  return equalsIgnoreCase(word, 'MD5') ? undefined : `Unsupported algorithm in AuthDigestAlgorithm: ${word}`;
}

const inSection = { contexts: sections, override: 'AuthConfig' } as const;

const directives: readonly Directive<DigestServer, DigestDir>[] = [
  {
    ...inSection,
    name: 'AuthDigestProvider',
    args: 'iterate',
    default: 'file',
    help: 'specify the auth providers for a directory or location',
    example: 'AuthDigestProvider file',
    set: (cmd, name = '') => addProvider(cmd, name),
  },
  {
    ...inSection,
    name: 'AuthDigestQop',
    args: 'iterate',
    default: 'auth',
    help: 'A list of quality-of-protection options',
    example: 'AuthDigestQop auth',
    set: (_cmd, word = '') => checkQop(word),
  },
  {
    ...inSection,
    name: 'AuthDigestNonceLifetime',
    args: 'take1',
    default: '300',
    help: 'Maximum lifetime of the server nonce (seconds)',
    example: 'AuthDigestNonceLifetime 600',
    set: (cmd, text = '') => setLifetime(cmd, text),
  },
  {
    ...inSection,
    name: 'AuthDigestNcCheck',
    args: 'flag',
    default: 'Off',
    help: 'Whether or not to check the nonce-count sent by the client',
    example: 'AuthDigestNcCheck On',
    set({ dir }, value) {
      dir.checksCount = value === 'on';
      return undefined;
    },
  },
  {
    ...inSection,
    name: 'AuthDigestAlgorithm',
    args: 'take1',
    default: 'MD5',
    help: 'The algorithm used for the hash calculation',
    example: 'AuthDigestAlgorithm MD5',
    set: (_cmd, word = '') => checkAlgorithm(word),
  },
  {
    ...inSection,
    name: 'AuthDigestDomain',
    args: 'iterate',
    help: "A list of URI's which belong to the same protection space as the current URI",
    example: 'AuthDigestDomain /private/ /members/',
    set({ dir }, uri = '') {
      dir.domain.push(uri);
      return undefined;
    },
  },
  {
    name: 'AuthDigestShmemSize',
    args: 'take1',
    contexts: servers,
    default: '1000',
    help: 'The amount of shared memory to allocate for keeping track of clients',
    example: 'AuthDigestShmemSize 64K',
    set: (cmd, text = '') => setShmemSize(cmd, text),
  },
];

/** mod_auth_digest without its hooks. */
export const digestConfig: Module<DigestServer, DigestDir> = defineModule<DigestServer, DigestDir>({
  name: 'auth_digest',
  directives,
  serverConfig: { create: () => ({}), merge: (base, add) => ({ ...base, ...add }) },
  dirConfig: { create: createDir, merge: (_base, add) => add },
});

const DEFAULTS: DigestDir = Object.freeze(createDir());

/** What is in force for an exchange. */
export function digestDir(x: Exchange): DigestDir {
  return digestConfig.dir(x) ?? DEFAULTS;
}

/** The size in force: Apache has one table for all servers. */
export function shmemSizeOf(all: readonly Server[]): number | undefined {
  return all.map((server) => digestConfig.serverOf(server).shmemSize).findLast((size) => size !== undefined);
}
