// Runs the tree of an expression against a host.

import { lowerAscii, upperAscii } from '../ascii.ts';
import { compileGlob } from '../glob.ts';
import { type Waiting, when } from '../wait.ts';
import type { ExprCaptures } from './captures.ts';
import { compareIntegers, compareStrings, isTrue } from './compare.ts';
import { ExprError } from './error.ts';
import type { Answer, ExprHost } from './host.ts';
import { type FunctionName, HEADER_VARIABLES, HEALTH_PREFIX } from './names.ts';
import { decodeBase64, escapeLdap, escapePath, unescapePath } from './transform.ts';
import type { Condition, FileOperator, List, Word } from './tree.ts';

/** One run: the host, and the captures so far. */
export interface ExprRun {
  readonly host: ExprHost;
  readonly captures: ExprCaptures;
  /** An answer depends on the headers that a condition reads; a text that is made of them says nothing of it. */
  readonly isCondition: boolean;
}

/** Evaluates a condition. */
export function* evaluate(condition: Condition, run: ExprRun): Waiting<boolean> {
  switch (condition.kind) {
    case 'constant':
      return condition.value;
    case 'not':
      return !(yield* evaluate(condition.of, run));
    case 'and':
      return (yield* evaluate(condition.left, run)) && (yield* evaluate(condition.right, run));
    case 'or':
      return (yield* evaluate(condition.left, run)) || (yield* evaluate(condition.right, run));
    case 'string':
      return compareStrings(
        condition.operator,
        yield* expand(condition.left, run),
        yield* expand(condition.right, run),
      );
    case 'integer':
      return compareIntegers(
        condition.operator,
        yield* expand(condition.left, run),
        yield* expand(condition.right, run),
      );
    default:
      return yield* evaluateTest(condition, run);
  }
}

type Test = Exclude<Condition, { kind: 'constant' | 'not' | 'and' | 'or' | 'string' | 'integer' }>;

function* evaluateTest(test: Test, run: ExprRun): Waiting<boolean> {
  switch (test.kind) {
    case 'regex':
      return matches(test, yield* expand(test.word, run), run) !== test.negated;
    case 'in':
      return yield* isIn(yield* expand(test.word, run), test.list, run);
    case 'ip': {
      const address = test.address && (yield* expand(test.address, run));
      return yield* when(run.host.ipMatch(address, test.range));
    }
    case 'glob': {
      const text = yield* expand(test.word, run);
      return compileGlob(yield* expand(test.pattern, run), test)(text);
    }
    case 'file':
      return yield* testFile(test.operator, yield* expand(test.path, run), run.host);
    case 'access':
      return yield* when(run.host.isAccessible(test.by, yield* expand(test.path, run)));
    case 'empty':
      return (yield* expand(test.word, run)) === '';
    case 'truth':
      return isTrue(yield* expand(test.word, run));
  }
}

/** What an expression with groups matched is remembered until the next such one; where that fails, nothing is. */
function matches(test: Condition & { kind: 'regex' }, text: string, run: ExprRun): boolean {
  if (test.regex.groupCount === 0) return test.regex.test(text);
  const match = test.regex.exec(text);
  run.captures.groups = match?.groups ?? [];
  return match !== null;
}

function* isIn(text: string, list: List, run: ExprRun): Waiting<boolean> {
  if (list.kind === 'function') {
    return (yield* when(run.host.list(list.name, yield* expand(list.argument, run)))).includes(text);
  }
  for (const word of list.words) if ((yield* expand(word, run)) === text) return true;
  return false;
}

function* testFile(operator: FileOperator, path: string, host: ExprHost): Waiting<boolean> {
  if (path === '') return false;
  const isAboutLinks = operator === '-L' || operator === '-h';
  const file = yield* when(host.stat(path, !isAboutLinks));
  if (!file) return false;
  switch (operator) {
    case '-d':
      return file.type === 'directory';
    case '-f':
      return file.type === 'file';
    case '-s':
      return file.type === 'file' && file.size > 0;
    case '-x':
      return file.executable;
    case '-L':
    case '-h':
      return file.type === 'link';
    case '-e':
      return true;
  }
}

/** Evaluates a word. */
export function* expand(word: Word, run: ExprRun): Waiting<string> {
  switch (word.kind) {
    case 'literal':
      return word.text;
    case 'variable':
      return yield* readVariable(word.name, run);
    case 'capture':
      return run.captures.groups[word.group] ?? '';
    case 'call':
      return yield* callFunction(word.name, yield* expand(word.argument, run), run);
    case 'join': {
      let text = '';
      for (const part of word.parts) text += yield* expand(part, run);
      return text;
    }
  }
}

function* readVariable(name: string, run: ExprRun): Waiting<string> {
  const header = HEADER_VARIABLES.get(name);
  return header ? yield* readHeader(header, run) : yield* when(run.host.variable(name));
}

/** Reads a request header for an answer that then depends on it, whether it is there or not. */
function* readHeader(name: string, { host, isCondition }: ExprRun): Waiting<string> {
  if (isCondition && lowerAscii(name) !== 'host') host.headerRead(name);
  return yield* orEmpty(host.header(name));
}

function* orEmpty(answer: Answer<string | undefined>): Waiting<string> {
  return (yield* when(answer)) ?? '';
}

function* callFunction(name: FunctionName, argument: string, run: ExprRun): Waiting<string> {
  const { host } = run;
  switch (name) {
    case 'req':
    case 'http':
      return yield* readHeader(argument, run);
    case 'req_novary':
      return yield* orEmpty(host.header(argument));
    case 'resp':
      return yield* orEmpty(host.responseHeader(argument));
    case 'env':
    case 'reqenv':
      return yield* orEmpty(host.env(argument));
    case 'v':
      return host.documentVariable?.(argument) ?? '';
    case 'hc':
      return yield* when(host.variable(HEALTH_PREFIX + upperAscii(argument)));
    case 'osenv':
      return yield* orEmpty(host.osEnv(argument));
    case 'note':
      return yield* orEmpty(host.note(argument));
    case 'ssl':
      return yield* orEmpty(host.ssl(argument));
    case 'file':
      return yield* readFile(argument, host);
    case 'filesize':
      return yield* fileSize(argument, host);
    case 'md5':
    case 'sha1':
      return host.digest(name, argument);
    default:
      return TRANSFORMS[name](argument);
  }
}

function* fileSize(path: string, host: ExprHost): Waiting<string> {
  const file = yield* when(host.stat(path, true));
  return file?.type === 'file' ? String(file.size) : '0';
}

function* readFile(path: string, host: ExprHost): Waiting<string> {
  const content = yield* when(host.readFile(path));
  if (content === null) throw new ExprError(`Cannot open file ${path}`);
  return content;
}

type TransformName = 'tolower' | 'toupper' | 'escape' | 'unescape' | 'base64' | 'unbase64' | 'ldap';

const TRANSFORMS: Readonly<Record<TransformName, (text: string) => string>> = {
  tolower: lowerAscii,
  toupper: upperAscii,
  escape: escapePath,
  unescape: unescapePath,
  // Bound: a browser's refuses to be called as a method of something else.
  base64: (text) => btoa(text),
  unbase64: decodeBase64,
  ldap: escapeLdap,
};
