// One case, asked of portico/rewrite: what the rules come to is held against what Apache answered.

import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  check,
  compile,
  type EvaluatedRequest,
  type RewriteEngine,
  type RewriteOptions,
  type RewriteResult,
  type RewriteScope,
} from '../../src/adapters/rewrite/index.ts';
import { nodeFiles } from '../../src/adapters/rewrite/node.ts';
import { parseAuthority } from '../../src/wire/authority.ts';
import type { Case } from '../support/case-file.ts';
import { type CaseSite, createCaseSite } from '../support/case-site.ts';
import { loadModuleLines } from '../support/prelude.ts';
import { buildRequest, expandNames } from '../support/request-template.ts';
import type { CaseAnswer } from '../support/run-case.ts';
import { type LeftOut, leftOutAsAWhole, textOf } from './left-out.ts';
import { factsOf, kindOf, type Question, wantedOf } from './recorded-facts.ts';

export type { LeftOut } from './left-out.ts';

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
  const [, method, url, httpVersion] = /^([A-Z]+) ([\x21-\x7e\x80-\xff]+) HTTP\/(1\.[01])$/.exec(line) ?? [];
  if (method === undefined || url === undefined || httpVersion === undefined) return undefined;
  const headers = fields.map((field): [string, string] => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon), field.slice(colon + 1).trim()];
  });
  const hosts = headers.filter(([name]) => name.toLowerCase() === 'host');
  const isSound = headers.every(([name, value]) => /^[\w-]+$/.test(name) && /^[\x20-\xff]*$/.test(value));
  if (!isSound || hosts.length !== 1 || parseAuthority(hosts[0]![1]) === undefined || url.includes('#'))
    return undefined;
  return { method, url, httpVersion, headers, requestLine: line };
}

/** A question, and who is asked. */
interface Asked extends Question, Compiled {
  readonly tally: Tally;
}

function checkOne(question: Asked): void {
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
function isBroken({ broken, place, request }: Asked): boolean {
  const file = `${place.root}/htdocs${String(request.url)}`;
  return broken.some((directory) => file.startsWith(`${directory}/`));
}

function leftBefore({ place, request, hasFolders }: Asked, { kind }: RewriteResult): LeftOut | undefined {
  const asked = `${place.root}/htdocs${String(request.url).replace(/[?].*/, '')}`;
  const isFolder = kindOf(asked) === 'directory';
  const isPassed = kind === 'unchanged' || kind === 'rewritten' || kind === 'proxy';
  // The rules of a folder also run for its index, whose answer then counts.
  return isFolder && isPassed && hasFolders ? 'a folder: mod_dir answers' : undefined;
}
