// A folder with .htaccess files as the document root of both servers: every request goes to both, and what they
// answer is compared. Owns the two servers of a run.

import { chmodSync, chownSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { compareEverything, writeAnswer, writeText } from '../support/comparison.ts';
import { mapParallel } from '../support/parallel.ts';
import { freePort } from '../support/ports.ts';
import { commonBeginning, loadModuleLines, MIME_TYPES } from '../support/prelude.ts';
import { createRawClient, type RawClient, type RawOutcome } from '../support/raw-client.ts';
import { expandNames, type Names } from '../support/request-template.ts';
import {
  type RunningServer,
  type ServerKind,
  type ServerPlace,
  startServer,
} from '../support/server-process.ts';
import { serverUser } from '../support/server-user.ts';
import { streamOf } from './random.ts';
import { htaccessFiles, requestsFor, type SiteRequest } from './site-requests.ts';

export interface SiteDifference {
  readonly folder: string;
  readonly request: SiteRequest;
  readonly apache: readonly string[];
  readonly portico: readonly string[];
}

export interface SiteReport {
  readonly files: number;
  readonly requests: number;
  readonly statuses: ReadonlyMap<string, number>;
  readonly differences: readonly SiteDifference[];
}

export interface SiteOptions {
  /** The document root. */
  readonly folder: string;
  /** Requests for each rule. */
  readonly each: number;
  readonly seed: number;
  readonly onFile?: (done: number, of: number, report: SiteReport) => void;
}

const KINDS: readonly ServerKind[] = ['apache', 'portico'];
const CLIENTS = 4;
const HOST = 'www.example.test';
/** The servers of a run keep their connections; a client that was cut off begins a new one. */
const KEEP = 'MaxKeepAliveRequests 0\nKeepAliveTimeout 60\n';

/** Asks both servers for everything that the rules of a folder are about. */
export async function compareSite({ folder, each, seed, onFile }: SiteOptions): Promise<SiteReport> {
  const root = resolve(folder);
  const files = htaccessFiles(root);
  const base = mkdtempSync(join(realpathSync(tmpdir()), 'portico-site-'));
  chmodSync(base, 0o755);
  const report = {
    files: files.length,
    requests: 0,
    statuses: new Map(),
    differences: [] as SiteDifference[],
  };
  const servers: RunningServer[] = [];
  try {
    const places = new Map<ServerKind, ServerPlace>();
    for (const kind of KINDS) places.set(kind, await placeServer(kind, base, root));
    for (const kind of KINDS) servers.push(await startServer(kind, places.get(kind)!));
    const queue = files.map((file, at) => ({ ...file, at }));
    let done = 0;
    await mapParallel(Array.from({ length: CLIENTS }), CLIENTS, async () => {
      const clients = KINDS.map((kind) => createRawClient(places.get(kind)!.port));
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        for (const request of requestsFor(file.folder, file.lines, each, streamOf(seed, file.at)))
          await compareOne(file.folder, request, clients, places, report);
        onFile?.(++done, files.length, report);
      }
      for (const client of clients) client.close();
    });
    return report;
  } finally {
    for (const server of servers) await server.stop();
    await rm(base, { recursive: true, force: true });
  }
}

async function placeServer(kind: ServerKind, base: string, documentRoot: string): Promise<ServerPlace> {
  const root = join(base, kind);
  for (const folder of ['conf', 'logs', 'cgi-bin']) mkdirSync(join(root, folder), { recursive: true });
  if (serverUser !== undefined) chownSync(join(root, 'logs'), serverUser.uid, serverUser.gid);
  const place = { root, confFile: join(root, 'conf/httpd.conf'), port: await freePort() };
  const names: Names = new Map([
    ['PORT', String(place.port)],
    ['ROOT', root],
    ['DOCROOT', documentRoot],
    ['CGIBIN', join(root, 'cgi-bin')],
    ['MODULES', loadModuleLines(['+negotiation'])],
  ]);
  writeFileSync(place.confFile, expandNames(commonBeginning, names) + KEEP, 'latin1');
  writeFileSync(join(root, 'conf/mime.types'), MIME_TYPES);
  return place;
}

async function compareOne(
  folder: string,
  request: SiteRequest,
  clients: readonly RawClient[],
  places: ReadonlyMap<ServerKind, ServerPlace>,
  report: { requests: number; statuses: Map<string, number>; differences: SiteDifference[] },
): Promise<void> {
  const head = `GET ${request.target} HTTP/1.1\r\nHost: ${HOST}\r\n${request.headers.map((line) => `${line}\r\n`).join('')}\r\n`;
  const sending = { bytes: Buffer.from(head, 'latin1'), method: 'GET' };
  const [apache = [], portico = []] = await Promise.all(
    clients.map(async (client, at) => {
      let [outcome] = await client.send(sending);
      if (outcome?.kind === 'closed') [outcome] = await client.send({ ...sending, isNewConnection: true });
      return linesOf(outcome, String(places.get(KINDS[at]!)!.port));
    }),
  );
  report.requests += 1;
  const status = apache[0] ?? '';
  report.statuses.set(status, (report.statuses.get(status) ?? 0) + 1);
  if (apache.join('\n') !== portico.join('\n')) report.differences.push({ folder, request, apache, portico });
}

function linesOf(outcome: RawOutcome | undefined, port: string): string[] {
  if (outcome === undefined || outcome.kind === 'closed') return ['(closed without an answer)'];
  if (outcome.kind === 'timed out') return ['(no answer in time)'];
  const named = (text: string): string => text.replaceAll(`:${port}`, ':{PORT}');
  if (outcome.kind === 'bytes') return writeText(named(outcome.body));
  const headers = outcome.headers.map(([name, value]) => [name, named(value)] as const);
  const answer = { ...outcome, headers, body: named(outcome.body), bodyLength: outcome.body.length };
  // A length is given by one of the two servers alone where an answer is made on the way.
  return writeAnswer(answer, compareEverything).filter((line) => !line.startsWith('content-length:'));
}
