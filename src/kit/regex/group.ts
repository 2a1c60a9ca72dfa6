// Reads what begins with a parenthesis: groups of all kinds, option settings, look-arounds, conditions, calls.

import type { Cursor } from './cursor.ts';
import type { GroupTable, Reference } from './group-table.ts';
import { type Flags, withFlags } from './options.ts';
import { EMPTY, type Question, type Tree } from './tree.ts';

/** What a group needs of the parser around it. */
export interface Enclosing {
  readonly cursor: Cursor;
  readonly groups: GroupTable;
  flags: Flags;
  groupBranches(start: number): readonly Tree[];
  groupBody(start: number, branchStart?: () => void): Tree;
  look(start: number, behind: boolean, negative: boolean): Tree & { kind: 'look' };
  verb(start: number): Tree;
  backreference(target: string, offset: number): Tree;
  call(target: string, offset: number): Tree;
  reference(target: string, offset: number): Reference;
  groupName(name: string, offset: number): string;
}

/** Reads a group with the cursor behind `(`; answers nothing for an option setting such as `(?i)`. */
export function readGroup(parser: Enclosing): Tree | undefined {
  const { cursor } = parser;
  const start = cursor.at - 1;
  if (cursor.take('*')) return parser.verb(start);
  if (!cursor.take('?')) return parser.flags.noAutoCapture ? parser.groupBody(start) : capture(parser, start);
  if (cursor.take(':')) return parser.groupBody(start);
  if (cursor.take('|')) return branchReset(parser, start);
  if (cursor.take('>')) return { kind: 'atomic', body: parser.groupBody(start) };
  if (cursor.take('=')) return parser.look(start, false, false);
  if (cursor.take('!')) return parser.look(start, false, true);
  if (cursor.take('<=')) return parser.look(start, true, false);
  if (cursor.take('<!')) return parser.look(start, true, true);
  if (cursor.take('(')) return condition(parser, start);
  return named(parser, start) ?? call(parser, start) ?? options(parser, start);
}

function capture(parser: Enclosing, start: number): Tree {
  const group = ++parser.groups.count;
  return { kind: 'capture', group, body: parser.groupBody(start) };
}

/** `(?<n>…)`, `(?'n'…)`, `(?P<n>…)`, and the reference `(?P=n)` and call `(?P>n)`. */
function named(parser: Enclosing, start: number): Tree | undefined {
  const { cursor, groups } = parser;
  const reference = cursor.match(/P=([^)]*)\)/y);
  if (reference) return parser.backreference(reference[1]!, start);
  const found = cursor.match(/P?<([^>]*)>|'([^']*)'/y);
  if (!found) return undefined;
  const name = parser.groupName((found[1] ?? found[2])!, start);
  if (!groups.name(name, groups.count + 1, parser.flags.duplicateNames)) {
    cursor.fail(`two groups are called "${name}"`, start);
  }
  return capture(parser, start);
}

/** `(?R)`, `(?1)`, `(?-1)`, `(?+1)`, `(?&n)`, `(?P>n)`. */
function call(parser: Enclosing, start: number): Tree | undefined {
  const found = parser.cursor.match(/(?:R|([+-]?\d+)|&([^)]*)|P>([^)]*))\)/y);
  return found ? parser.call(found[1] ?? found[2] ?? found[3] ?? '0', start) : undefined;
}

/** `(?|…)`: the groups of every branch are numbered from the same start. */
function branchReset(parser: Enclosing, start: number): Tree {
  const { groups } = parser;
  const first = groups.count;
  let highest = first;
  const body = parser.groupBody(start, () => {
    highest = Math.max(highest, groups.count);
    groups.count = first;
  });
  groups.count = Math.max(highest, groups.count);
  return body;
}

/** `(?i)` sets options up to the end of the group around it, `(?i:…)` for its own body. */
function options(parser: Enclosing, start: number): Tree | undefined {
  const cursor: Cursor = parser.cursor;
  const found = cursor.match(/(\^?)([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/y);
  if (!found)
    cursor.fail(`unrecognised characters after (?: ${cursor.source.slice(start, start + 6)}`, start);
  const [, unset, on = '', off = '', end] = found;
  const outer = parser.flags;
  const base = unset ? withFlags(outer, 'imnsx', false) : outer;
  const bad = /[^imnsxJU]/.exec(on + off);
  if (bad) cursor.fail(`unrecognised option (?${bad[0]})`, start);
  parser.flags = withFlags(withFlags(base, on, true), off, false);
  if (end === ')') return undefined;
  const body = parser.groupBody(start);
  parser.flags = outer;
  return body;
}

/** `(?(…)yes|no)` with the cursor behind the second parenthesis. */
function condition(parser: Enclosing, start: number): Tree {
  const question = readQuestion(parser, start);
  const branches = parser.groupBranches(start);
  if (branches.length > 2) parser.cursor.fail('a conditional group has more than two branches', start);
  return { kind: 'conditional', question, yes: branches[0]!, no: branches[1] ?? EMPTY };
}

function readQuestion(parser: Enclosing, start: number): Question {
  const { cursor } = parser;
  const look = cursor.match(/\?(<?)([=!])/y);
  if (look) return parser.look(start, look[1] === '<', look[2] === '!');
  const text = cursor.until(')', '(?(').trim();
  if (text === 'DEFINE') return { kind: 'never' };
  const called = /^R(?:(\d+)|&(.*))?$/.exec(text);
  if (called && !parser.groups.names.has(text)) {
    const target = called[1] ?? called[2];
    if (target === undefined) return { kind: 'called', group: -1 };
    const groups = referTo(parser, target, start);
    return {
      kind: 'called',
      get group() {
        return groups[0]!;
      },
    };
  }
  const name = /^(?:<(.*)>|'(.*)')$/.exec(text);
  return { kind: 'matched', groups: referTo(parser, name?.[1] ?? name?.[2] ?? text, start) };
}

function referTo(parser: Enclosing, target: string, offset: number): number[] {
  const groups: number[] = [];
  parser.groups.refer(parser.reference(target, offset), groups);
  return groups;
}
