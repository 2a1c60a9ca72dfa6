// Runs many rule sets at once: one real Apache and one portico serve a virtual host for each, over the
// same files, and every request goes to both. Answers what both said, normalised; judges nothing.

import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compareEverything, writeAnswer, writeText } from '../support/comparison.ts';
import { type Backend, startEchoBackend } from '../support/echo-backend.ts';
import { mapParallel } from '../support/parallel.ts';
import { freePort } from '../support/ports.ts';
import { commonBeginning, loadModuleLines, MIME_TYPES } from '../support/prelude.ts';
import { createRawClient, type RawClient, type RawOutcome } from '../support/raw-client.ts';
import { buildRequest, expandNames, type Names, readGetLine } from '../support/request-template.ts';
import {
  type RunningServer,
  runConfigtest,
  type ServerKind,
  type ServerPlace,
  startServer,
} from '../support/server-process.ts';
import { serverUser } from '../support/server-user.ts';
import type { FuzzItem } from './generator.ts';
import { confText, type FuzzRequest, type RuleSet, requestLine, virtualHostText } from './rule-set.ts';
import { mainConf, type SiteFile, sharedFiles, siteFiles, siteFolders, siteLinks } from './site-tree.ts';

/** What both servers said to one request; `request` is undefined where it is about the configuration. */
export interface AnswerPair {
  readonly item: number;
  readonly request: number | undefined;
  readonly apache: readonly string[];
  readonly portico: readonly string[];
}

const KINDS: readonly ServerKind[] = ['apache', 'portico'];
const FILE_TIME = Date.UTC(2024, 0, 2, 3, 4, 5) / 1000;
const CLIENTS = 6;

/**
 * For a batch: no connection is closed because it is idle or has served long. Subrequests of subrequests multiply (an
 * index of three names in a folder that leads to itself): ten levels of them would keep a server busy for hours.
 */
const BATCH_CONF =
  'LimitInternalRecursion 10 4\nMaxKeepAliveRequests 0\nKeepAliveTimeout 60\nTimeout 20\nServerLimit 2\nStartServers 1\nThreadsPerChild 16\nMaxRequestWorkers 32\n';

/** Runs the items; the answers come in the order of the items and their requests. */
export async function runBatch(items: readonly FuzzItem[]): Promise<AnswerPair[]> {
  const batch = await openBatch(items);
  try {
    const refused = await refusals(batch, items.length);
    const accepted = items.map((_, at) => at).filter((at) => KINDS.every((kind) => !refused[kind].has(at)));
    writeMainConf(batch, accepted);
    const answers = accepted.length === 0 ? [] : await askAll(batch, items, accepted);
    return [...configPairs(items.length, refused), ...answers];
  } finally {
    await batch.echo.close();
    await rm(batch.base, { recursive: true, force: true });
  }
}

interface Batch {
  readonly base: string;
  readonly echo: Backend;
  readonly places: Readonly<Record<ServerKind, ServerPlace>>;
  readonly documentRoots: Map<number, string>;
}

async function openBatch(items: readonly FuzzItem[]): Promise<Batch> {
  const base = mkdtempSync(join(realpathSync(tmpdir()), 'portico-fuzz-'));
  chmodSync(base, 0o755);
  const echo = await startEchoBackend();
  const place = async (kind: ServerKind): Promise<ServerPlace> => {
    const root = join(base, kind);
    for (const folder of ['conf', 'logs']) mkdirSync(join(root, folder), { recursive: true });
    if (serverUser !== undefined) chownSync(join(root, 'logs'), serverUser.uid, serverUser.gid);
    return { root, confFile: join(root, 'conf/httpd.conf'), port: await freePort() };
  };
  const batch = {
    base,
    echo,
    places: { apache: await place('apache'), portico: await place('portico') },
    documentRoots: new Map<number, string>(),
  };
  const shared = join(base, 'files');
  for (const file of sharedFiles) placeFile(shared, file);
  for (const file of siteFiles) placeFile(join(shared, 'model'), file);
  const known = new Map<string, string>();
  for (const [at, { set }] of items.entries()) layOut(batch, at, set, known);
  return batch;
}

/** The name of the `at`th virtual host: all are equally long. */
function nameOf(at: number): string {
  return `s${String(at).padStart(4, '0')}.test`;
}

function namesFor(batch: Batch, kind: ServerKind, at: number): Names {
  const root = join(batch.base, 'files');
  return new Map([
    ['PORT', String(batch.places[kind].port)],
    ['ECHO', String(batch.echo.port)],
    ['NAME', nameOf(at)],
    ['DOCROOT', batch.documentRoots.get(at) ?? root],
    ['CGIBIN', join(root, 'cgi-bin')],
    ['ROOT', root],
  ]);
}

/** Sets with the same .htaccess files share a DocumentRoot: making files is what costs most. */
function layOut(batch: Batch, at: number, set: RuleSet, known: Map<string, string>): void {
  const key = JSON.stringify(
    [...set.htaccess.values()].map((nodes) => confText(nodes)).concat([...set.htaccess.keys()]),
  );
  const shared = key.includes('{NAME}') ? undefined : known.get(key);
  const documentRoot = shared ?? join(batch.base, 'files', `d${String(at).padStart(4, '0')}`);
  known.set(key, documentRoot);
  batch.documentRoots.set(at, documentRoot);
  if (shared === undefined) plantTree(batch, at, set, documentRoot);
  for (const kind of KINDS)
    writeFileSync(
      setFile(batch, kind, at),
      expandNames(virtualHostText(set), namesFor(batch, kind, at)),
      'latin1',
    );
}

function plantTree(batch: Batch, at: number, set: RuleSet, documentRoot: string): void {
  const model = join(batch.base, 'files/model');
  for (const folder of siteFolders) mkdirSync(join(documentRoot, folder), { recursive: true });
  for (const { path } of siteFiles) linkSync(join(model, path), join(documentRoot, path));
  for (const { path, target } of siteLinks) symlinkSync(target, join(documentRoot, path));
  for (const [folder, nodes] of set.htaccess)
    placeFile(documentRoot, {
      path: join(folder, '.htaccess'),
      text: expandNames(confText(nodes), namesFor(batch, 'apache', at)),
      isScript: false,
    });
}

function placeFile(folder: string, { path, text, isScript }: SiteFile): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { encoding: 'latin1', mode: isScript ? 0o755 : 0o644 });
  utimesSync(file, FILE_TIME, FILE_TIME);
}

function setFile(batch: Batch, kind: ServerKind, at: number): string {
  return join(batch.places[kind].root, 'conf', `${nameOf(at)}.conf`);
}

function writeMainConf(batch: Batch, accepted: readonly number[]): void {
  for (const kind of KINDS) {
    const place = batch.places[kind];
    const names = new Map([
      ...namesFor(batch, kind, 9999),
      ['ROOT', place.root],
      ['DOCROOT', join(batch.base, 'files')],
      ['MODULES', loadModuleLines([])],
    ]);
    const beginning = expandNames(commonBeginning, names);
    const main = expandNames(mainConf, namesFor(batch, kind, 9999));
    const includes = accepted.map((at) => `Include ${setFile(batch, kind, at)}\n`).join('');
    writeFileSync(place.confFile, `${beginning}${BATCH_CONF}${main}${includes}`, 'latin1');
    writeFileSync(join(place.root, 'conf/mime.types'), MIME_TYPES);
  }
}

type Refusals = Readonly<Record<ServerKind, ReadonlyMap<number, string>>>;

const REFUSAL = /Syntax error on line \d+ of \S*\/s(\d+)\.test\.conf:\s*([^\n]*)/g;

/** Which sets a server refuses. Apache tells one at a time, portico all of them. */
async function refusals(batch: Batch, count: number): Promise<Refusals> {
  const refused = { apache: new Map<number, string>(), portico: new Map<number, string>() };
  for (const kind of KINDS)
    for (;;) {
      const left = Array.from({ length: count }, (_, at) => at).filter((at) => !refused[kind].has(at));
      writeMainConf(batch, left);
      const { isAccepted, message } = await runConfigtest(kind, batch.places[kind]);
      if (isAccepted) break;
      const before = refused[kind].size;
      for (const [, digits, text] of message.matchAll(REFUSAL)) refused[kind].set(Number(digits), text ?? '');
      if (refused[kind].size === before) throw new Error(`${kind} refuses the whole batch:\n${message}`);
    }
  return refused;
}

function configPairs(count: number, refused: Refusals): AnswerPair[] {
  const verdict = (kind: ServerKind, at: number): readonly string[] => [
    refused[kind].has(at) ? '(refused)' : '(accepted)',
  ];
  return Array.from({ length: count }, (_, at) => ({
    item: at,
    request: undefined,
    apache: verdict('apache', at),
    portico: verdict('portico', at),
  }));
}

async function askAll(
  batch: Batch,
  items: readonly FuzzItem[],
  accepted: readonly number[],
): Promise<AnswerPair[]> {
  const servers: RunningServer[] = [];
  try {
    for (const kind of KINDS) servers.push(await startServer(kind, batch.places[kind]));
    const queue = [...accepted];
    const answers = await mapParallel(Array.from({ length: CLIENTS }), CLIENTS, () =>
      askFrom(queue, batch, items),
    );
    return answers.flat().sort((a, b) => a.item - b.item || (a.request ?? -1) - (b.request ?? -1));
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function askFrom(queue: number[], batch: Batch, items: readonly FuzzItem[]): Promise<AnswerPair[]> {
  const clients = {
    apache: createRawClient(batch.places.apache.port),
    portico: createRawClient(batch.places.portico.port),
  };
  const pairs: AnswerPair[] = [];
  for (let at = queue.shift(); at !== undefined; at = queue.shift())
    for (const [index, request] of items[at]!.requests.entries()) {
      const item = at;
      const [apache, portico] = await Promise.all(
        KINDS.map((kind) => ask(clients[kind], request, namesFor(batch, kind, item))),
      );
      pairs.push({ item, request: index, apache: apache!, portico: portico! });
    }
  for (const kind of KINDS) clients[kind].close();
  return pairs;
}

async function ask(client: RawClient, request: FuzzRequest, names: Names): Promise<readonly string[]> {
  const sending = buildRequest(readGetLine(requestLine(request), false), names);
  let [outcome] = await client.send(sending);
  // A process that ended may have taken the connection with it.
  for (let attempt = 0; attempt < 3 && outcome?.kind === 'closed'; attempt++) {
    await sleep(40 * attempt);
    [outcome] = await client.send({ ...sending, isNewConnection: true });
  }
  return writeOutcome(outcome, names);
}

function writeOutcome(outcome: RawOutcome | undefined, names: Names): readonly string[] {
  if (outcome === undefined || outcome.kind === 'closed') return ['(closed without an answer)'];
  if (outcome.kind === 'timed out') return ['(no answer in time)'];
  const named = (text: string): string => withNames(text, names);
  if (outcome.kind === 'bytes') return ['(not HTTP/1.x)', ...writeText(named(outcome.body))];
  const answer = {
    ...outcome,
    headers: outcome.headers.map(([name, value]) => [name, named(value)] as const),
    body: named(outcome.body),
    bodyLength: outcome.body.length,
  };
  const port = names.get('PORT')!;
  return writeAnswer(answer, compareEverything).map((line) => withRoundDates(line, port));
}

/**
 * A cookie's date is a moment away from the answer's own: sometimes more than half of five seconds. A rule that puts
 * a URL into the cookie makes its port the minutes.
 */
function withRoundDates(line: string, port: string): string {
  return line.replace(/\{DATE\+(\d+)s\}/g, (_, seconds) => {
    const minutes = String(Math.round(Number(seconds) / 60));
    return `{DATE+${minutes === port ? '{PORT}' : minutes}min}`;
  });
}

const NAMED = ['DOCROOT', 'ROOT', 'NAME', 'PORT', 'ECHO'];

function withNames(text: string, names: Names): string {
  let replaced = text;
  for (const name of NAMED) replaced = replaced.replaceAll(names.get(name)!, `{${name}}`);
  return replaced;
}
