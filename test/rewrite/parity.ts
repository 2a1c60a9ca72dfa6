// One case, asked of portico/rewrite: what the rules come to is held against what Apache answered. Owns the rules by which
// a request is left out because its answer is not the rules' alone.

import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  check,
  compile,
  type EvaluatedRequest,
  type RewriteEngine,
  type RewriteResult,
} from '../../src/adapters/rewrite/index.ts';
import { nodeFiles } from '../../src/adapters/rewrite/node.ts';
import type { RewriteOptions, RewriteScope } from '../../src/adapters/rewrite/options.ts';
import { parseSource } from '../../src/conf/parser.ts';
import { Source } from '../../src/conf/source.ts';
import type { ConfNode } from '../../src/conf/tree.ts';
import { parseAuthority } from '../../src/wire/authority.ts';
import type { Case } from '../support/case-file.ts';
import { type CaseSite, createCaseSite } from '../support/case-site.ts';
import { writeText } from '../support/comparison.ts';
import { loadModuleLines } from '../support/prelude.ts';
import { buildRequest, expandNames } from '../support/request-template.ts';
import type { CaseAnswer } from '../support/run-case.ts';

/** Why a request is left out. */
export type LeftOut =
  | 'no request: the configuration alone is checked'
  | 'other directives decide, too'
  | 'a configuration of its own'
  | 'the module is not loaded'
  | 'maps that are programs, databases or hashes'
  | 'several messages in one go'
  | 'text that is no UTF-8'
  | 'no request that a library would be handed'
  | 'a folder: mod_dir answers'
  | 'a program or another handler answers'
  | 'access rules of the common beginning'
  | 'the backend has an answer of its own'
  | 'what only a file handler looks at'
  | 'opened as another user: file modes do not count here';

export interface Parity {
  readonly checked: number;
  readonly kinds: ReadonlyMap<string, number>;
  readonly left: ReadonlyMap<LeftOut, number>;
  readonly problems: readonly string[];
}

class Tally {
  checked = 0;
  readonly kinds: Map<string, number> = new Map();
  readonly left: Map<LeftOut, number> = new Map();
  readonly problems: string[] = [];

  leave(why: LeftOut, count = 1): void {
    this.left.set(why, (this.left.get(why) ?? 0) + count);
  }

  check(kind: string): void {
    this.checked += 1;
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
  }
}

/** Asks every request of a case; `expected` are the recorded answers. */
export async function checkParity(testCase: Case, expected: readonly CaseAnswer[]): Promise<Parity> {
  const tally = new Tally();
  const requests = testCase.steps.filter(({ kind }) => kind === 'request').length;
  const why =
    leftOutAsAWhole(testCase) ?? (expected.length === requests ? undefined : 'several messages in one go');
  if (why !== undefined) {
    tally.leave(why, Math.max(1, requests));
    return tally;
  }
  const site = await createCaseSite(testCase);
  try {
    runSteps(testCase, expected, site, tally);
  } finally {
    await site.close();
  }
  return tally;
}

/** Directives that change nothing of what is compared here. */
const HARMLESS =
  /^(?:AllowOverride (?:All|FileInfo|.*FileInfo.*)|Options(?: \+?FollowSymLinks| All| [-+]Indexes| -MultiViews)+|LogLevel .*|Require all granted|ProxyRequests off|ProxyPreserveHost .*|ServerSignature .*|UseCanonicalName off|ServerAlias .*|LimitInternalRecursion \d+|AllowEncodedSlashes .*|MergeSlashes .*|RewriteLog.*)$/i;

const REWRITE = /^Rewrite(?:Engine|Options|Base|Cond|Rule|Map)$/i;

function leftOutAsAWhole({ isConfigtest, hasPrelude, modules, conf, entries }: Case): LeftOut | undefined {
  if (isConfigtest) return 'no request: the configuration alone is checked';
  if (!hasPrelude) return 'a configuration of its own';
  if (modules.some((words) => /(?:^|\s)-rewrite\b/.test(words) || words.startsWith('only')))
    return 'the module is not loaded';
  const texts = [conf, ...entries.filter(isHtaccess).map((entry) => ('text' in entry ? entry.text : ''))];
  for (const text of texts) {
    if (textOf(text) === undefined) return 'text that is no UTF-8';
    if (/^\s*RewriteMap\s+\S+\s+"?(?:prg|dbd|fastdbd|dbm)/im.test(text))
      return 'maps that are programs, databases or hashes';
    if (!parseSource(new Source('text', text)).nodes.every(isOfRules)) return 'other directives decide, too';
  }
  if (entries.some((entry) => 'mode' in entry && (entry.mode & 0o044) !== 0o044))
    return 'opened as another user: file modes do not count here';
  return texts.some((text) => /^\s*RewriteRule/im.test(text)) ? undefined : 'other directives decide, too';
}

function isHtaccess({ path }: { readonly path: string }): boolean {
  return /^htdocs\/(?:.*\/)?\.htaccess$/.test(path);
}

function isOfRules(node: ConfNode): boolean {
  if (node.kind === 'section')
    return /^(?:IfModule|IfVersion|IfDefine|Directory)$/i.test(node.name) && node.children.every(isOfRules);
  return REWRITE.test(node.name) || HARMLESS.test(`${node.name} ${node.args.trim()}`);
}

function textOf(bytes: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}

/** The engine, and the folders whose .htaccess nobody can read: Apache answers 500 in them. */
interface Compiled {
  readonly engine: RewriteEngine;
  readonly broken: readonly string[];
  /** Some folder has rules. */
  readonly hasFolders: boolean;
}

function runSteps(testCase: Case, expected: readonly CaseAnswer[], place: CaseSite, tally: Tally): void {
  let compiled: Compiled | undefined;
  let at = 0;
  for (const step of testCase.steps) {
    if (step.kind === 'write') {
      place.write(step.path, step.text);
      compiled = undefined;
      continue;
    }
    const answer = expected[at++]!;
    compiled ??= compileCase(testCase, place);
    const request = requestOf(buildRequest(step.request, place.names).bytes.toString('latin1'));
    if (request === undefined) tally.leave('no request that a library would be handed');
    else checkOne({ testCase, place, tally, answer, request, ...compiled });
  }
}

function compileCase({ conf, modules }: Case, { names, root }: CaseSite): Compiled {
  const server: RewriteScope = { text: textOf(expandNames(conf, names))!, context: 'server' };
  const scopes: RewriteScope[] = htaccessFiles(join(root, 'htdocs')).map((directory) => ({
    text: readFileSync(join(directory, '.htaccess'), 'utf8'),
    directory,
  }));
  const options = optionsOf(conf, root, loadModuleLines(modules));
  const broken = scopes.filter((scope) =>
    check([scope], options).some(({ severity }) => severity === 'error'),
  );
  const whole = scopes.filter((scope) => !broken.includes(scope));
  return {
    engine: compile([server, ...whole], options),
    broken: broken.map(({ directory }) => directory!),
    hasFolders: whole.length > 0 || /<Directory/i.test(conf),
  };
}

function optionsOf(conf: string, root: string, loaded: string): RewriteOptions {
  return {
    documentRoot: join(root, 'htdocs'),
    files: { ...nodeFiles, read: (path) => nodeFiles.read?.(resolve(root, path)) },
    modules: [...loaded.matchAll(/^LoadModule (\S+)_module/gm)].map(([, name]) => name!),
    server: {
      name: 'www.example.test',
      admin: 'admin@example.test',
      aliases: /^\s*ServerAlias\s+(.*)$/im.exec(conf)?.[1]?.split(/\s+/) ?? [],
    },
    proxy: loaded.includes('LoadModule proxy_module'),
    encodedSlashes: slashes(/^\s*AllowEncodedSlashes\s+(\S+)/im.exec(conf)?.[1]),
    mergeSlashes: !/^\s*MergeSlashes\s+off/im.test(conf),
    maxRounds: Number(/^\s*LimitInternalRecursion\s+(\d+)/im.exec(conf)?.[1] ?? 10),
  };
}

function slashes(word = 'off'): 'off' | 'on' | 'nodecode' {
  const lower = word.toLowerCase();
  return lower === 'on' || lower === 'nodecode' ? lower : 'off';
}

function htaccessFiles(folder: string): string[] {
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const inside = below.flatMap(({ name }) => htaccessFiles(join(folder, name)));
  return lstatSync(join(folder, '.htaccess'), { throwIfNoEntry: false })?.isFile()
    ? [folder, ...inside]
    : inside;
}

/** The request that a framework would hand over; undefined where a server answers before it gets so far. */
function requestOf(bytes: string): EvaluatedRequest | undefined {
  const [head = ''] = bytes.split('\r\n\r\n', 1);
  const [line = '', ...fields] = head.split('\r\n');
  const [, method, url, protocol] = /^([A-Z]+) ([\x21-\x7e\x80-\xff]+) (HTTP\/1\.[01])$/.exec(line) ?? [];
  if (method === undefined || url === undefined || protocol === undefined) return undefined;
  const headers = fields.map((field): [string, string] => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon), field.slice(colon + 1).trim()];
  });
  const hosts = headers.filter(([name]) => name.toLowerCase() === 'host');
  const isSound = headers.every(([name, value]) => /^[\w-]+$/.test(name) && /^[\x20-\xff]*$/.test(value));
  if (!isSound || hosts.length !== 1 || parseAuthority(hosts[0]![1]) === undefined || url.includes('#'))
    return undefined;
  return { method, url, protocol, headers, requestLine: line };
}

interface Question extends Compiled {
  readonly testCase: Case;
  readonly place: CaseSite;
  readonly tally: Tally;
  readonly answer: CaseAnswer;
  readonly request: EvaluatedRequest;
}

/** An answer's facts as they stand in the recording. */
interface Facts {
  status: string;
  [field: string]: string;
}

function checkOne(question: Question): void {
  const { answer, tally, testCase } = question;
  const result = question.engine.evaluate(question.request);
  const facts = isBroken(question)
    ? { status: '500' }
    : (leftBefore(question, result) ?? factsOf(question, result));
  if (typeof facts === 'string') {
    tally.leave(facts);
    return;
  }
  tally.check(result.kind);
  const wanted = wantedOf(answer, Object.keys(facts), testCase);
  for (const [name, value] of Object.entries(wanted)) {
    const found = facts[name]?.replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
    if (
      found === value ||
      (value === '400 or more' && Number(found) >= 400) ||
      (name === 'location' && testCase.comparison.words.has('loose location'))
    )
      continue;
    tally.problems.push(
      `${testCase.name}: ${answer.request}\n  Apache:  ${name} ${value}\n  rewrite: ${name} ${found}\n  (${result.kind})`,
    );
  }
}

/** A request for a folder whose .htaccess is broken. */
function isBroken({ broken, place, request }: Question): boolean {
  const file = `${place.root}/htdocs${String(request.url)}`;
  return broken.some((directory) => file.startsWith(`${directory}/`));
}

function leftBefore({ place, request, hasFolders }: Question, { kind }: RewriteResult): LeftOut | undefined {
  const asked = `${place.root}/htdocs${String(request.url).replace(/[?].*/, '')}`;
  const isFolder = kindOf(asked) === 'directory';
  const isPassed = kind === 'unchanged' || kind === 'rewritten' || kind === 'proxy';
  // The rules of a folder also run for its index, whose answer then counts.
  return isFolder && isPassed && hasFolders ? 'a folder: mod_dir answers' : undefined;
}

/** Of the facts that are asked for, those that the recording has. */
function wantedOf({ lines }: CaseAnswer, names: readonly string[], { comparison }: Case): Partial<Facts> {
  const wanted: Partial<Facts> = { status: lines[0] ?? '' };
  for (const name of names) {
    if (name === 'status' || name === 'body' || name === 'target') continue;
    if (comparison.onlyStatus || comparison.ignoredHeaders.has(name)) continue;
    if (comparison.onlyHeaders !== undefined && !comparison.onlyHeaders.has(name)) continue;
    const values = lines
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2));
    wanted[name] = values.join(' & ');
  }
  const body = lines.filter((line) => line.startsWith('|') || line === '(no line end)');
  const hasBody =
    !comparison.onlyStatus && !comparison.words.has('ignore body') && comparison.onlyHeaders === undefined;
  if (names.includes('body') && hasBody) wanted.body = body.join('\n');
  if (names.includes('target') && body.length > 0) wanted.target = body[0]!;
  return wanted;
}

function factsOf(question: Question, result: RewriteResult): Facts | LeftOut {
  const { place } = question;
  switch (result.kind) {
    case 'redirect':
      return {
        status: String(result.status),
        location: place.withNames(result.location),
        'set-cookie': place.withNames(cookiesOf(result)),
      };
    case 'status':
      return { status: String(result.status) };
    case 'loop':
      return { status: '500' };
    case 'proxy':
      return proxied(question, result.url);
    default:
      return local(question, result);
  }
}

/** The echo backend shows the request line that it got. */
function proxied({ answer, request, place }: Question, url: string): Facts | LeftOut {
  const [, authority = '', target = ''] = /^https?:\/\/([^/]*)(.*)$/.exec(url) ?? [];
  const shown = answer.lines.find((line) => line.startsWith('| '));
  const isEcho = /^(?:127\.0\.0\.1|localhost):\{ECHO2?\}$/.test(place.withNames(authority));
  if (!isEcho || shown === undefined || !/^\| [A-Z]+ \S+ HTTP\/1\.[01]$/.test(shown))
    return 'the backend has an answer of its own';
  return { status: '200', target: place.withNames(`| ${request.method} ${target} HTTP/1.1`) };
}

type LocalResult = Extract<RewriteResult, { kind: 'unchanged' | 'rewritten' | 'file' }>;

function local({ answer, request, place, testCase }: Question, result: LocalResult): Facts | LeftOut {
  const { file, pathInfo } = result;
  if (!isGranted(testCase, place, file)) return { status: '403' };
  if (/\/\.ht[^/]*$/.test(file)) return 'access rules of the common beginning';
  if (request.method !== 'GET' && request.method !== 'HEAD') return 'what only a file handler looks at';
  if (new Headers(request.headers as [string, string][]).has('range'))
    return 'what only a file handler looks at';
  if (/\| If-/i.test(answer.request)) return 'what only a file handler looks at';
  const kind = kindOf(file);
  const status = 'status' in result ? result.status : 200;
  // Apache: for an error on top of another status, that one is what the client hears of.
  const missing = result.rounds > 1 && status !== 200 ? status : 404;
  if (kind === undefined || (kind === 'file' && pathInfo !== '')) return { status: String(missing) };
  if (kind !== 'file') return 'a folder: mod_dir answers';
  if (result.handler !== undefined || /\.(?:cgi|shtml|var)$/.test(file))
    return 'a program or another handler answers';
  const body = readFileSync(file, 'latin1');
  return {
    status: String(status),
    body: request.method === 'HEAD' ? '' : writeText(place.withNames(body)).join('\n'),
    'set-cookie': cookiesOf(result),
    ...(answer.lines.some((line) => line.startsWith('vary: ')) || result.vary.length > 0
      ? { vary: result.vary.join(',') }
      : {}),
    ...(result.type === undefined ? {} : { 'content-type': result.type }),
  };
}

function kindOf(path: string): 'file' | 'directory' | 'link' | 'other' | undefined {
  const facts = nodeFiles.stat(path, true);
  return facts instanceof Promise ? undefined : facts?.type;
}

/** Folders that the common beginning or the case itself opens. */
function isGranted({ conf }: Case, { names, root }: CaseSite, file: string): boolean {
  const sections = expandNames(conf, names).matchAll(/<Directory\s+"?([^">]+)"?>((?:(?!<\/)[\s\S])*)<\//gi);
  const granted = [...sections].filter(([, , text = '']) => /Require all granted/i.test(text));
  const folders = [`${root}/htdocs`, `${root}/cgi-bin`, ...granted.map(([, folder = '']) => folder)];
  return folders.some((folder) => `${file}/`.startsWith(`${folder.replace(/\/$/, '')}/`));
}

/** As recorded: dates by their distance from the answer's own. */
function cookiesOf({ cookies }: RewriteResult): string {
  return cookies.join(' & ').replace(/expires=([^;]*)/g, (_, date: string) => {
    const seconds = Math.round((Date.parse(date.replaceAll('-', ' ')) - Date.now()) / 10_000) * 10;
    return `expires={DATE+${seconds}s}`;
  });
}
