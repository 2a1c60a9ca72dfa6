// <Limit> and <LimitExcept>: access rules for some methods only. What the rules are is their modules' business; they
// ask here which methods a section speaks of.

import type { Command, Section } from '../../conf/command.ts';
import type { Container, ContentRunner, DirectiveError } from '../../conf/directive.ts';
import { upperAscii } from '../../kit/ascii.ts';
import type { CoreDirConfig, CoreServerConfig } from '../../request/core-config.ts';
import { sections } from '../contexts.ts';
import { methodClass } from './methods.ts';

/** Does a rule apply to this method? */
export type MethodTest = (method: string) => boolean;

const tests = new WeakMap<Section, MethodTest>();

/** The test of the <Limit> or <LimitExcept> sections around a directive; undefined outside of them. */
export function limitedMethods(section: Section): MethodTest | undefined {
  for (let at: Section | undefined = section; at; at = at.parent) {
    const test = tests.get(at);
    if (test) return test;
  }
  return undefined;
}

function openLimit(
  cmd: Command<CoreServerConfig, CoreDirConfig>,
  arg: string,
  content: ContentRunner,
  isExcept: boolean,
): DirectiveError | undefined {
  const name = isExcept ? 'LimitExcept' : 'Limit';
  const words = arg.split(/\s+/).filter(Boolean);
  if (words.length === 0) return `<${name}> directive requires additional arguments`;
  if (words.some((word) => upperAscii(word) === 'TRACE'))
    return `TRACE cannot be controlled by <${name}>, see TraceEnable`;
  const methods = new Set(words.map(methodClass));
  const outer = limitedMethods(cmd.section);
  const own: MethodTest = (method) => methods.has(methodClass(method)) !== isExcept;
  if (outer && !isExcept && ![...methods].some(outer)) return `<${name}> directive excludes all methods`;
  const inner: Section = { ...cmd.section, parent: cmd.section };
  tests.set(inner, outer ? (method) => outer(method) && own(method) : own);
  content(inner);
  return undefined;
}

export const limitSections: readonly Container<CoreServerConfig, CoreDirConfig>[] = [
  {
    name: 'Limit',
    contexts: sections,
    override: ['AuthConfig', 'Limit'],
    help: 'Container for authentication directives when accessed using specified HTTP methods',
    example: '<Limit POST PUT DELETE>\nRequire all denied\n</Limit>',
    open: (cmd, arg, content) => openLimit(cmd, arg, content, false),
  },
  {
    name: 'LimitExcept',
    contexts: sections,
    override: ['AuthConfig', 'Limit'],
    help: 'Container for authentication directives to be applied when any HTTP method other than those specified is used to access the resource',
    example: '<LimitExcept GET POST>\nRequire all denied\n</LimitExcept>',
    open: (cmd, arg, content) => openLimit(cmd, arg, content, true),
  },
];
