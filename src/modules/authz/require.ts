// Require and the sections around it: from lines to a tree of rules.

import type { Command, Section } from '../../conf/command.ts';
import type { Container, ContentRunner, Directive, DirectiveError } from '../../conf/directive.ts';
import { readWord } from '../../conf/words.ts';
import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';
import { sections } from '../contexts.ts';
import { limitedMethods } from '../core/index.ts';
import { findProvider, providerNames } from './alias.ts';
import { addRequirement, GROUP_NAMES, isNegated, type RuleGroup } from './rules.ts';

export interface AuthzDir {
  /** What stands directly in a section is a <RequireAny>. */
  rules?: RuleGroup;
  merging?: 'off' | 'and' | 'or';
  forbiddenOnFailure?: boolean;
}

type AuthzCommand = Command<undefined, AuthzDir>;

/** The group that a section's lines belong to; sections without one are the outermost. */
const groups = new WeakMap<Section, RuleGroup>();

function groupOf(cmd: AuthzCommand): RuleGroup {
  for (let at: Section | undefined = cmd.section; at && at.dir === cmd.section.dir; at = at.parent) {
    const group = groups.get(at);
    if (group) return group;
  }
  cmd.dir.rules ??= { kind: 'group', op: 'any', rules: [] };
  return cmd.dir.rules;
}

interface RequireLine {
  readonly negate: boolean;
  readonly provider: string;
  readonly rest: string;
}

function readRequire(text: string): RequireLine {
  let word = readWord(text);
  const negate = word !== undefined && equalsIgnoreCase(word.text, 'not');
  if (negate) word = readWord(text, word!.next);
  return { negate, provider: word?.text ?? '', rest: word ? text.slice(word.next) : '' };
}

function addRequire(cmd: AuthzCommand, text: string): DirectiveError | undefined {
  const { negate, provider: name, rest } = readRequire(text);
  const provider = findProvider(cmd, name);
  if (provider === undefined) return unknownProvider(cmd, name);
  const test = provider.compile(rest, cmd.section.context === '.htaccess');
  if (typeof test !== 'function') return test;
  const group = groupOf(cmd);
  if (negate && group.op !== 'all')
    return `negative Require directive has no effect in <${GROUP_NAMES[group.op]}> directive`;
  const methods = limitedMethods(cmd.section);
  addRequirement(group, { kind: 'require', negate, methods, test, text: `${name} ${rest}` });
  return undefined;
}

function unknownProvider(cmd: AuthzCommand, name: string): DirectiveError {
  return {
    message: `Unknown Authz provider: ${name}`,
    why: `Require knows ${providerNames(cmd).join(', ')}, each with its module loaded.`,
  };
}

function openGroup(
  cmd: AuthzCommand,
  arg: string,
  content: ContentRunner,
  op: RuleGroup['op'],
): DirectiveError | undefined {
  const name = GROUP_NAMES[op];
  if (arg.trim() !== '') return `<${name}> directive doesn't take additional arguments`;
  const group: RuleGroup = { kind: 'group', op, rules: [] };
  const inner: Section = { ...cmd.section, parent: cmd.section };
  groups.set(inner, group);
  content(inner);
  if (group.rules.length === 0) return `<${name}> directive contains no authorization directives`;
  if (op === 'all' && group.rules.every(isNegated))
    return 'AH01624: <RequireAll> directive contains only negative authorization directives';
  const outer = groupOf(cmd);
  if (op === 'none' && outer.op !== 'all')
    return `<${name}> directive has no effect in <${GROUP_NAMES[outer.op]}> directive`;
  outer.rules.push(group);
  return undefined;
}

function container(op: RuleGroup['op'], help: string, content: string): Container<undefined, AuthzDir> {
  const name = GROUP_NAMES[op];
  return {
    name,
    contexts: sections,
    override: 'AuthConfig',
    help,
    example: `<${name}>\n${content}\n</${name}>`,
    open: (cmd, arg, run) => openGroup(cmd, arg, run, op),
  };
}

export const requireDirectives: readonly (Directive<undefined, AuthzDir> | Container<undefined, AuthzDir>)[] =
  [
    {
      name: 'Require',
      args: 'raw',
      contexts: sections,
      override: 'AuthConfig',
      help: 'specifies authorization directives which one must pass (or not) for a request to suceeed',
      example: 'Require ip 10.0.0.0/8',
      set: (cmd, text = '') => addRequire(cmd, text),
    },
    container(
      'all',
      'container for grouping authorization directives of which none must fail and at least one must pass for a request to succeed',
      'Require all granted\nRequire not ip 192.0.2.1',
    ),
    container(
      'any',
      'container for grouping authorization directives of which one must pass for a request to succeed',
      'Require local\nRequire ip 192.0.2.0/24',
    ),
    {
      ...container(
        'none',
        'container for grouping authorization directives of which none must pass for a request to succeed',
        'Require ip 192.0.2.1',
      ),
      example:
        '<RequireAll>\nRequire all granted\n<RequireNone>\nRequire ip 192.0.2.1\n</RequireNone>\n</RequireAll>',
    },
    {
      name: 'AuthMerging',
      args: 'take1',
      contexts: sections,
      override: 'AuthConfig',
      default: 'Off',
      help: "controls how a <Directory>, <Location>, or similar directive's authorization directives are combined with those of its predecessor",
      example: 'AuthMerging And',
      set(cmd, arg = '') {
        const merging = lowerAscii(arg);
        if (merging !== 'off' && merging !== 'and' && merging !== 'or')
          return 'AuthMerging must be one of: Off | And | Or';
        cmd.dir.merging = merging;
        return undefined;
      },
    },
    {
      name: 'AuthzSendForbiddenOnFailure',
      args: 'flag',
      contexts: sections,
      override: 'AuthConfig',
      default: 'Off',
      help: "Controls if an authorization failure should result in a '403 FORBIDDEN' response instead of the HTTP-conforming '401 UNAUTHORIZED'",
      example: 'AuthzSendForbiddenOnFailure On',
      set(cmd, value) {
        cmd.dir.forbiddenOnFailure = value === 'on';
        return undefined;
      },
    },
  ];

/**
 * An inner section's rules replace the outer's, unless AuthMerging says how to combine them; a section that only says what
 * a refusal is answered with has none.
 */
export function mergeDir(base: AuthzDir, add: AuthzDir): AuthzDir {
  const merged = mergeRules(base, add);
  const forbiddenOnFailure = add.forbiddenOnFailure ?? base.forbiddenOnFailure;
  return forbiddenOnFailure === undefined ? merged : { ...merged, forbiddenOnFailure };
}

function mergeRules(base: AuthzDir, add: AuthzDir): AuthzDir {
  if (add.merging === undefined && add.rules === undefined && base.rules !== undefined) return base;
  const { merging } = add;
  if (merging === undefined || merging === 'off') return add;
  const rules = combine(base.rules, add.rules, merging);
  return rules === undefined ? add : { rules, merging };
}

function combine(
  outer: RuleGroup | undefined,
  inner: RuleGroup | undefined,
  merging: 'and' | 'or',
): RuleGroup | undefined {
  if (outer === undefined || inner === undefined) return outer ?? inner;
  return { kind: 'group', op: merging === 'and' ? 'all' : 'any', rules: [outer, inner], isMerged: true };
}
