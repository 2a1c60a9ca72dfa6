// Require and the sections around it: from lines to a tree of rules.

import type { Command, Section } from '../../conf/command.ts';
import type { Container, ContentRunner, Directive, DirectiveError } from '../../conf/directive.ts';
import { readWord } from '../../conf/words.ts';
import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';
import { sections } from '../contexts.ts';
import { limitedMethods } from '../core/index.ts';
import { findProvider, providerNames } from './alias.ts';
import { addRequirement, groupName, type Rule, type RuleGroup } from './rules.ts';

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
  cmd.dir.rules ??= { kind: 'group', op: 'any', negate: false, rules: [] };
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
    return `negative Require directive has no effect in <${groupName(group)}> directive`;
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
  sort: GroupSort,
): DirectiveError | undefined {
  const name = groupName(sort);
  if (arg.trim() !== '') return `<${name}> directive doesn't take additional arguments`;
  const group: RuleGroup = { kind: 'group', ...sort, rules: [] };
  const inner: Section = { ...cmd.section, parent: cmd.section };
  groups.set(inner, group);
  content(inner);
  if (group.rules.length === 0) return `<${name}> directive contains no authorization directives`;
  const isChecked = cmd.section.context !== '.htaccess';
  if (isChecked && group.rules.every(({ negate }) => negate))
    return `AH01624: <${name}> directive contains only negative authorization directives`;
  const outer = groupOf(cmd);
  if (group.negate && outer.op !== 'all')
    return `<${name}> directive has no effect in <${groupName(outer)}> directive`;
  outer.rules.push(...asPartOf(outer, group, isChecked));
  return undefined;
}

/** What a group comes to inside another one: <RequireAll> in <RequireAll> adds nothing, and not any is all not. */
function asPartOf(outer: RuleGroup, group: RuleGroup, isChecked: boolean): readonly Rule[] {
  if (!group.negate) return group.op === outer.op ? group.rules : [group];
  // Apache: only where the whole configuration is looked at once more.
  if (!isChecked || group.op === outer.op) return [group];
  return group.rules.map((rule) => ({ ...rule, negate: !rule.negate }));
}

type GroupSort = Pick<RuleGroup, 'op' | 'negate'>;

function container(sort: GroupSort, help: string, content: string): Container<undefined, AuthzDir> {
  const name = groupName(sort);
  return {
    name,
    contexts: sections,
    override: 'AuthConfig',
    help,
    example: `<${name}>\n${content}\n</${name}>`,
    open: (cmd, arg, run) => openGroup(cmd, arg, run, sort),
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
      { op: 'all', negate: false },
      'container for grouping authorization directives of which none must fail and at least one must pass for a request to succeed',
      'Require all granted\nRequire not ip 192.0.2.1',
    ),
    container(
      { op: 'any', negate: false },
      'container for grouping authorization directives of which one must pass for a request to succeed',
      'Require local\nRequire ip 192.0.2.0/24',
    ),
    {
      ...container(
        { op: 'any', negate: true },
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
  const op = merging === 'and' ? 'all' : 'any';
  return { kind: 'group', op, negate: false, rules: [outer, inner], isMerged: true };
}
