// Random rule sets, asked twice: portico/rewrite, and the whole server without an outside (inject). Owns which part of both
// answers says the same.

import { createHash } from 'node:crypto';
import { textOf } from '../../src/adapters/rewrite/bytes.ts';
import {
  check,
  compile,
  type RewriteEngine,
  type RewriteOptions,
  type RewriteResult,
} from '../../src/adapters/rewrite/index.ts';
import { readSite } from '../../src/conf/site.ts';
import { modules } from '../../src/modules/index.ts';
import type { SiteIo } from '../../src/request/io.ts';
import { type Injected, openRehearsal, type RehearsedSite } from '../../src/tools/inject.ts';
import { memoryIo } from '../support/memory-site.ts';
import { hasLeftStatus, type RandomRules, randomRules, signOf } from './random-rules.ts';

const BEGINNING = `ServerName www.test
ServerAdmin admin@example.test
DocumentRoot /srv/htdocs
<Directory />
AllowOverride All
Require all granted
Options FollowSymLinks
</Directory>
DirectoryIndex disabled
DirectorySlash off
`;

/** What the two said to a request, where they differ. */
export interface Difference {
  readonly rules: string;
  readonly request: string;
  readonly library: string;
  readonly server: string;
}

export interface TriedOut {
  readonly asked: number;
  readonly kinds: readonly RewriteResult['kind'][];
  readonly differences: readonly Difference[];
}

const NOTHING: TriedOut = { asked: 0, kinds: [], differences: [] };

/** Asks both the requests of a random rule set. */
export async function tryOut(seed: number, index: number, requests: number): Promise<TriedOut> {
  const rules = randomRules(seed, index, requests);
  // A text is no bytes, whose a file is the library does not know, and -F asks mod_dir and mod_ssl.
  if (/[^\0-\x7f]|SCRIPT_(?:USER|GROUP)|https:| !?-F/.test(rules.text)) return NOTHING;
  const io = likeDisk(memoryIo(rules.files));
  const sources = [{ name: '/srv/httpd.conf', text: BEGINNING + rules.server }];
  const { site } = readSite({ sources, modules, io, serverRoot: '/srv' });
  const options = optionsFor(io);
  const isTaken = check(rules.scopes, options).every(({ severity }) => severity !== 'error');
  if (site === undefined || !isTaken) return NOTHING;
  const live = await openRehearsal(site, io);
  try {
    return await askBoth(rules, compile(rules.scopes, options), live);
  } finally {
    await live.close();
  }
}

async function askBoth(
  { text, requests }: RandomRules,
  engine: RewriteEngine,
  live: RehearsedSite,
): Promise<TriedOut> {
  const kinds: RewriteResult['kind'][] = [];
  const differences: Difference[] = [];
  for (const request of requests) {
    const { method, url, headers } = request;
    const fields = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const bytes = `${method} ${url} HTTP/1.1\r\n${fields}\r\n`;
    const result = engine.evaluate(request);
    if (isHandled(result)) continue;
    kinds.push(result.kind);
    const library = signOf(result);
    const server = signOfServer(await live.inject(bytes, { ends: { localPort: 80 } }), result);
    if (library !== server) differences.push({ rules: text, request: bytes, library, server });
  }
  return { asked: kinds.length, kinds, differences };
}

function optionsFor(io: SiteIo): RewriteOptions {
  return {
    documentRoot: '/srv/htdocs',
    server: { name: 'www.test', admin: 'admin@example.test' },
    digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex'),
    files: {
      stat(path, followLinks) {
        const facts = io.stat(path, !followLinks);
        if (facts === undefined) return null;
        const type = facts.kind === 'symlink' ? 'link' : facts.kind;
        return { type, size: facts.size, executable: (facts.mode & 0o111) !== 0 };
      },
      read(path) {
        return io.stat(path)?.kind === 'file' ? io.read(path) : undefined;
      },
    },
  };
}

/** As of a real file system: nothing stands at the name of a file with a slash behind it. */
function likeDisk(io: SiteIo): SiteIo {
  return {
    ...io,
    stat(path, link) {
      const facts = io.stat(path, link);
      return facts?.kind === 'file' && path.endsWith('/') ? undefined : facts;
    },
  };
}

/** A rule has named a handler, by [H] or as a type: what it would say is no business of rules. */
function isHandled(result: RewriteResult): boolean {
  if (result.log.some((line) => line.startsWith('handler "'))) return true;
  return 'handler' in result && (result.handler !== undefined || result.type?.includes('/') === false);
}

/** What the server would have come to before a handler looks whether a file is there. */
function signOfServer({ last, answer, deeds }: Injected, result: RewriteResult): string {
  const forward = deeds.at(-1);
  if (forward?.kind === 'forward') return `ask ${forward.url}`;
  const location = answer?.headers.get('location');
  const status = answer?.status ?? 0;
  const name = last.filename;
  if (name === undefined || name.startsWith('redirect:') || hasLeftStatus(result)) return `${status}`;
  if (location !== undefined) return `${status} to ${location}`;
  // What the handler of files says of a file that the rules have led to.
  const isOfFile =
    status === 200 || status === 404 || status === 405 || (last.file?.kind === 'directory' && status === 403);
  const isLeft = 'file' in result && 'status' in result && result.status === status;
  if (!(isOfFile || isLeft) || (result.kind === 'status' && result.status === status)) return `${status}`;
  return textOf(`${name} ${last.pathInfo} ${last.args}`);
}
