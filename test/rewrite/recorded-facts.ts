// What a result of portico/rewrite comes to in an answer, and what of it the recording has: status, Location, cookies, Vary,
// the line that a backend gets, the file that is served.

import { readFileSync } from 'node:fs';
import type { EvaluatedRequest, RewriteResult } from '../../src/adapters/rewrite/index.ts';
import { nodeFiles } from '../../src/adapters/rewrite/node.ts';
import type { Case } from '../support/case-file.ts';
import type { CaseSite } from '../support/case-site.ts';
import { writeText } from '../support/comparison.ts';
import { expandNames } from '../support/request-template.ts';
import type { CaseAnswer } from '../support/run-case.ts';
import type { LeftOut } from './left-out.ts';

/** An answer's facts as they stand in the recording. */
export interface Facts {
  status: string;
  [field: string]: string;
}

/** A request, what was recorded of it, and where it happens. */
export interface Question {
  readonly testCase: Case;
  readonly place: CaseSite;
  readonly answer: CaseAnswer;
  readonly request: EvaluatedRequest;
}

/** Of the facts that are asked for, those that the recording has. */
export function wantedOf(
  { lines }: CaseAnswer,
  names: readonly string[],
  { comparison }: Case,
): Partial<Facts> {
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

/** The facts of a result, or why there is nothing to compare. */
export function factsOf(question: Question, result: RewriteResult): Facts | LeftOut {
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

/** What stands at a path of this machine. */
export function kindOf(path: string): 'file' | 'directory' | 'link' | 'other' | undefined {
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
