// The sections that are decided while a configuration is read: IfModule, IfDefine, IfVersion, IfFile, IfDirective,
// IfSection.

import { equalsIgnoreCase } from '../kit/ascii.ts';
import { compileRegex } from '../kit/regex/index.ts';
import type { ConfCode } from './codes.ts';
import type { DirectiveBase } from './directive.ts';
import { splitWords } from './words.ts';

/** The version that portico answers for. */
const apacheVersion = '2.4.71';

/** What conditions ask about. */
interface ConditionFacts {
  hasModule(name: string): boolean;
  isDefined(name: string): boolean;
  /** `path` may be relative to ServerRoot. */
  fileExists(path: string): boolean;
  /** A directive, or a section with its `<`. */
  hasDirective(name: string): boolean;
}

export interface Condition extends DirectiveBase {
  /** Whether the content counts, or what is wrong with the argument. */
  holds(arg: string, facts: ConditionFacts): boolean | { readonly message: string; readonly code: ConfCode };
}

const everywhere = ['server config', 'virtual host', 'directory', '.htaccess'] as const;

/** All conditions, as the reference lists them. */
export const conditions: readonly Condition[] = [
  {
    name: 'IfModule',
    contexts: everywhere,
    override: 'All',
    help: 'What stands inside counts only when the module is loaded before this line; ! asks for the contrary.',
    example: '<IfModule mod_rewrite.c>\n</IfModule>',
    holds: (arg, facts) => holdsFor('IfModule', arg, (name) => facts.hasModule(name)),
  },
  {
    name: 'IfDefine',
    contexts: everywhere,
    override: 'All',
    help: 'What stands inside counts only when the name is given by Define or -D; ! asks for the contrary.',
    example: '<IfDefine Staging>\n</IfDefine>',
    holds: (arg, facts) => holdsFor('IfDefine', arg, (name) => facts.isDefined(name)),
  },
  {
    name: 'IfVersion',
    contexts: everywhere,
    override: 'All',
    help: 'What stands inside counts only for these versions: [!] and = > >= < <= or ~ for a regular expression.',
    example: '<IfVersion >= 2.4>\n</IfVersion>',
    holds: (arg) => compareVersion(arg),
  },
  {
    name: 'IfFile',
    contexts: everywhere,
    override: 'All',
    help: 'What stands inside counts only when the file exists at load time; ! asks for the contrary.',
    example: '<IfFile "conf/local.conf">\n</IfFile>',
    holds: (arg, facts) => holdsFor('IfFile', arg, (name) => facts.fileExists(name)),
  },
  {
    name: 'IfDirective',
    contexts: everywhere,
    override: 'All',
    help: 'What stands inside counts only when a loaded module has the directive; ! asks for the contrary.',
    example: '<IfDirective RewriteRule>\n</IfDirective>',
    holds: (arg, facts) => holdsFor('IfDirective', arg, (name) => facts.hasDirective(name)),
  },
  {
    name: 'IfSection',
    contexts: everywhere,
    override: 'All',
    help: 'What stands inside counts only when a loaded module has the section; ! asks for the contrary.',
    example: '<IfSection Proxy>\n</IfSection>',
    holds: (arg, facts) => holdsFor('IfSection', arg, (name) => facts.hasDirective(`<${name}`)),
  },
];

/** The condition of that name, in any case. */
export function findCondition(name: string): Condition | undefined {
  return conditions.find((condition) => equalsIgnoreCase(condition.name, name));
}

/** True for the sections that are decided while reading. */
export function isConditional(name: string): boolean {
  return findCondition(name) !== undefined;
}

function holdsFor(
  section: string,
  arg: string,
  test: (name: string) => boolean,
): ReturnType<Condition['holds']> {
  // Apache: a ! inside of quotes is part of the name.
  const negated = arg.startsWith('!');
  const name = splitWords(negated ? arg.slice(1) : arg)[0]?.text ?? '';
  if (name === '') {
    return { message: `<${section}> directive requires additional arguments`, code: 'conf/missing-argument' };
  }
  return test(name) !== negated;
}

function compareVersion(arg: string): ReturnType<Condition['holds']> {
  const [first = '', second] = splitWords(arg).map((word) => word.text);
  const negated = first.startsWith('!') && first.length > 1;
  const operator = second === undefined ? '=' : first.slice(negated ? 1 : 0);
  const operand = second ?? first.slice(negated ? 1 : 0);
  const result = compareWith(operator, operand);
  return typeof result === 'boolean' ? result !== negated : { message: result, code: 'conf/bad-version' };
}

function compareWith(operator: string, operand: string): boolean | string {
  if (operator === '~') return matchVersion(operand);
  if (!['=', '==', '<', '<=', '>', '>='].includes(operator)) return `unrecognized operator '${operator}'`;
  if (operator.startsWith('=') && operand.startsWith('/'))
    return matchVersion(operand.replace(/^\/|\/$/g, ''));
  if (!/^\d+(\.\d+){0,2}$/.test(operand)) {
    return 'Version appears to be invalid. It must have the format major[.minor[.patch]] where major, minor and patch are numbers.';
  }
  const order = orderVersions(apacheVersion, operand);
  if (order === 0) return operator.endsWith('=');
  return order < 0 ? operator.startsWith('<') : operator.startsWith('>');
}

function matchVersion(pattern: string): boolean | string {
  try {
    return compileRegex(pattern).exec(apacheVersion) !== null;
  } catch {
    return 'Unable to compile regular expression';
  }
}

function orderVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
