// The place where a case happens: a folder of its own with the configuration and the files, ports,
// backends, and the names by which the case speaks of them.
import {
  chmodSync,
  chownSync,
  lchownSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import type { CannedResponse, Case, Entry } from './case-file.ts';
import type { Issued } from './certificates.ts';
import { type Backend, startEchoBackend } from './echo-backend.ts';
import { startFastCgiBackend } from './fastcgi-backend.ts';
import { startHttp2Backend } from './http2-backend.ts';
import { freePort } from './ports.ts';
import { commonBeginning, loadModuleLines, MIME_TYPES } from './prelude.ts';
import { expandNames, type Names, undoEscapes } from './request-template.ts';
import { serverUser } from './server-user.ts';
import { pemFiles, tlsParties } from './tls-parties.ts';

export interface CaseSite {
  readonly root: string;
  readonly confFile: string;
  readonly port: number;
  readonly names: Names;
  /** Writes a file during the case; its modification time moves on with every call. */
  write(path: string, text: string): void;
  /** Replaces ports and folders of this run by their names. */
  withNames(text: string): string;
  close(): Promise<void>;
}

/** 2024-01-02 03:04:05 UTC: the modification time of every file of a case. */
const FILE_TIME = Date.UTC(2024, 0, 2, 3, 4, 5) / 1000;

const ENV_CGI = `#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
env | LC_ALL=C sort | grep -Ev '^(_|LD_LIBRARY_PATH|OLDPWD|PATH|PWD|REMOTE_PORT|SERVER_SIGNATURE|SERVER_SOFTWARE|SHLVL|UNIQUE_ID)='
exit 0
`;

/** Lays out a case in a new folder and starts its backends. */
export async function createCaseSite(testCase: Case): Promise<CaseSite> {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'portico-'));
  const canned = new Map<string, string>();
  const backends = await startBackends(root, canned);
  const secure = await startSecureBackends(testCase, canned);
  const port = await freePort();
  const names = siteNames({ root, port, deadPort: await freePort(), backends, secure });
  for (const response of testCase.canned) canned.set(response.name, cannedBytes(response, names));
  layOut(root, testCase, names);

  let writes = 0;
  return {
    root,
    confFile: join(root, 'conf/httpd.conf'),
    port,
    names,
    write(path, text) {
      writes += 1;
      placeFile(join(root, path), expandNames(text, names), 0o644, FILE_TIME + 60 * writes);
    },
    withNames: (text) => replaceValues(text, names),
    async close() {
      await Promise.all([...Object.values(backends), ...secure.values()].map((backend) => backend.close()));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

interface Backends extends Record<string, Backend> {
  readonly echo: Backend;
  readonly echo2: Backend;
  readonly fastCgi: Backend;
  readonly socket: Backend;
  readonly fastCgiSocket: Backend;
}

async function startBackends(root: string, canned: ReadonlyMap<string, string>): Promise<Backends> {
  const [echo, echo2, fastCgi, socket, fastCgiSocket] = await Promise.all([
    startEchoBackend({ canned }),
    startEchoBackend({ canned }),
    startFastCgiBackend(canned),
    startEchoBackend({ canned, socketPath: join(root, 'echo.sock') }),
    startFastCgiBackend(canned, join(root, 'fastcgi.sock')),
  ]);
  return { echo, echo2, fastCgi, socket, fastCgiSocket };
}

/** Backends that a case has to name to have them: most cases do not. */
const SECURE: Readonly<Record<string, (canned: ReadonlyMap<string, string>) => Promise<Backend>>> = {
  TLS: (canned) => startTlsEcho(canned, tlsParties().server),
  TLSEXPIRED: (canned) => startTlsEcho(canned, tlsParties().expired),
  TLSOTHER: (canned) => startTlsEcho(canned, tlsParties().other),
  TLSSELF: (canned) => startTlsEcho(canned, tlsParties().selfSigned),
  TLSDEEP: (canned) => startTlsEcho(canned, tlsParties().deep),
  TLSREVOKED: (canned) => startTlsEcho(canned, tlsParties().revoked),
  TLSCLIENT: (canned) =>
    startTlsEcho(canned, tlsParties().server, { requestCert: true, ca: tlsParties().authority.certificate }),
  H2: () => startHttp2Backend({ identity: tlsParties().server }),
  H2C: () => startHttp2Backend(),
};

function startTlsEcho(
  canned: ReadonlyMap<string, string>,
  { certificate, key }: Issued,
  more: TlsOptions = {},
): Promise<Backend> {
  return startEchoBackend({ canned, tls: { cert: certificate, key, ...more } });
}

async function startSecureBackends(
  { conf, entries }: Case,
  canned: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, Backend>> {
  const text = conf + entries.map((entry) => ('text' in entry ? entry.text : '')).join('');
  const named = Object.entries(SECURE).filter(([name]) => text.includes(`{${name}}`));
  return new Map(await Promise.all(named.map(async ([name, start]) => [name, await start(canned)] as const)));
}

interface NamedParts {
  readonly root: string;
  readonly port: number;
  readonly deadPort: number;
  readonly backends: Backends;
  readonly secure: ReadonlyMap<string, Backend>;
}

function siteNames({ root, port, deadPort, backends, secure }: NamedParts): Names {
  return new Map([
    ...[...secure].map(([name, backend]): [string, string] => [name, String(backend.port)]),
    ['PEM', join(root, 'pem')],
    ['PORT', String(port)],
    ['ECHO', String(backends.echo.port)],
    ['ECHO2', String(backends.echo2.port)],
    ['DEAD', String(deadPort)],
    ['FCGI', String(backends.fastCgi.port)],
    ['SOCK', join(root, 'echo.sock')],
    ['FSOCK', join(root, 'fastcgi.sock')],
    ['DOCROOT', join(root, 'htdocs')],
    ['CGIBIN', join(root, 'cgi-bin')],
    ['ROOT', root],
  ]);
}

function replaceValues(text: string, names: Names): string {
  let replaced = text.replaceAll(names.get('ROOT') ?? '', '{ROOT}');
  const ports = [
    'PORT',
    'ECHO',
    'ECHO2',
    'DEAD',
    'FCGI',
    ...Object.keys(SECURE).filter((name) => names.has(name)),
  ];
  for (const name of ports)
    replaced = replaced.replace(new RegExp(`(?<!\\d)${names.get(name)}(?!\\d)`, 'g'), `{${name}}`);
  return replaced;
}

/** The lines up to the first empty one get CRLF, what follows is the body as it stands. */
function cannedBytes(response: CannedResponse, names: Names): string {
  const text = expandNames(response.text, names);
  if (response.isRaw) return undoEscapes(text);
  const blank = text.indexOf('\n\n');
  const head = blank < 0 ? text.trimEnd() : text.slice(0, blank);
  const body = blank < 0 ? '' : text.slice(blank + 2);
  return undoEscapes(`${head.replace(/\n/g, '\r\n')}\r\n\r\n${body}`);
}

function configurationText(testCase: Case, names: Names): string {
  const modules = loadModuleLines(testCase.modules);
  const withModules = new Map([...names, ['MODULES', modules]]);
  const beginning = testCase.hasPrelude ? commonBeginning : '';
  return expandNames(`${beginning}${testCase.conf}`, withModules);
}

function layOut(root: string, testCase: Case, names: Names): void {
  for (const folder of ['', 'conf', 'htdocs', 'cgi-bin', 'logs']) placeFolder(join(root, folder), 0o755);
  placeFile(join(root, 'conf/httpd.conf'), configurationText(testCase, names), 0o644, FILE_TIME);
  placeFile(join(root, 'conf/mime.types'), MIME_TYPES, 0o644, FILE_TIME);
  placeFile(join(root, 'cgi-bin/env.cgi'), ENV_CGI, 0o755, FILE_TIME);
  if (testCase.conf.includes('{PEM}'))
    for (const [name, text] of pemFiles()) placeFile(join(root, 'pem', name), text, 0o644, FILE_TIME);
  for (const entry of testCase.entries) placeEntry(root, entry, names);
  settleFolders(root);
}

function placeEntry(root: string, entry: Entry, names: Names): void {
  const path = join(root, expandNames(entry.path, names));
  if (entry.kind === 'dir') placeFolder(path, entry.mode);
  else if (entry.kind === 'link') placeLink(path, expandNames(entry.target, names));
  else {
    const text = expandNames(entry.text, names);
    placeFile(path, entry.kind === 'raw file' ? undoEscapes(text) : text, entry.mode, FILE_TIME);
  }
}

function placeLink(path: string, target: string): void {
  const name = bytesOf(path);
  mkdirSync(bytesOf(dirname(path)), { recursive: true });
  symlinkSync(bytesOf(target), name);
  if (serverUser !== undefined) lchownSync(name, serverUser.uid, serverUser.gid);
  lutimesSync(name, FILE_TIME, FILE_TIME);
}

function placeFolder(path: string, mode: number): void {
  mkdirSync(bytesOf(path), { recursive: true });
  chmodSync(bytesOf(path), mode);
}

function placeFile(path: string, text: string, mode: number, time: number): void {
  const name = bytesOf(path);
  mkdirSync(bytesOf(dirname(path)), { recursive: true });
  rmSync(name, { force: true });
  writeFileSync(name, text, 'latin1');
  chmodSync(name, mode);
  if (serverUser !== undefined) chownSync(name, serverUser.uid, serverUser.gid);
  utimesSync(name, FILE_TIME, time);
}

/** A file name as bytes: case files are read as latin1, one character per byte. */
function bytesOf(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

/** Gives folders their owner and time once everything in them is in place. */
function settleFolders(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) settleFolders(join(folder, entry.name));
  if (serverUser !== undefined) chownSync(folder, serverUser.uid, serverUser.gid);
  utimesSync(folder, FILE_TIME, FILE_TIME);
}
