// What a Header line does to a list of fields: set, append, merge, add, setifempty, unset, echo, edit, note.

import { lowerAscii } from '../../kit/ascii.ts';
import type { Regex, RegexMatch } from '../../kit/regex/index.ts';
import type { Waiting } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';
import type { HeaderList } from '../../wire/header-list.ts';
import { type HeaderValue, valueFor } from './value.ts';

export type ActionName =
  | 'set'
  | 'append'
  | 'merge'
  | 'add'
  | 'setifempty'
  | 'unset'
  | 'echo'
  | 'edit'
  | 'edit*'
  | 'note';

export interface Action {
  readonly name: ActionName;
  readonly field: string;
  /** Absent for unset and echo. */
  readonly value?: HeaderValue;
  /** The expression of edit, and of echo for field names. */
  readonly regex?: Regex;
}

/** Does the list (`a, b`) name the value already? Quotes are not looked into. */
function hasListValue(list: string, value: string): boolean {
  return list.split(',').some((entry) => entry.trim() === value);
}

function substitute(match: RegexMatch, replacement: string): string {
  return replacement.replace(/\\(.)|\$(\d)/gs, (_, escaped: string | undefined, digit: string | undefined) =>
    escaped !== undefined ? escaped : (match.groups[Number(digit)] ?? ''),
  );
}

/** Replaces the first match, or with `all` every one. */
function edit(text: string, regex: Regex, replacement: string, all: boolean): string {
  let done = '';
  let rest = text;
  for (let match = regex.exec(rest); match !== null; match = regex.exec(rest)) {
    done += rest.slice(0, match.index) + substitute(match, replacement);
    rest = rest.slice(match.end);
    // An empty match would be found again for ever.
    if (!all || rest === '' || match.end === match.index) break;
  }
  return done + rest;
}

function editFields(headers: HeaderList, action: Action, replacement: string): void {
  if (!headers.has(lowerAscii(action.field))) return;
  const flat = headers.flat;
  for (let i = 0; i < flat.length; i += 2) {
    if (flat[i]!.toLowerCase() !== action.field.toLowerCase()) continue;
    flat[i + 1] = edit(flat[i + 1]!, action.regex!, replacement, action.name === 'edit*');
  }
}

function echo(x: Exchange, headers: HeaderList, regex: Regex): void {
  for (const [name, value] of x.headers) if (regex.test(name)) headers.append(name, value);
}

/** The type of an answer lives beside its fields: what is sent is the type, whatever stands among them. */
function changeType(x: Exchange, headers: HeaderList, action: Action, value: string): void {
  if (headers === x.headers) return;
  if (action.name === 'set') x.contentType = value;
  else if (action.name === 'setifempty') x.contentType = headers.has('content-type') ? x.contentType : value;
  else if (action.name.startsWith('edit') && x.contentType !== undefined)
    x.contentType = edit(x.contentType, action.regex!, value, action.name === 'edit*');
}

/** Carries an action out on one list of fields. */
export function* runAction(x: Exchange, headers: HeaderList, action: Action): Waiting<void> {
  const lower = action.field.toLowerCase();
  if (action.name === 'unset') {
    if (lower === 'content-type' && headers !== x.headers) x.contentType = undefined;
    return headers.delete(lower);
  }
  if (action.name === 'echo') return echo(x, headers, action.regex!);
  const value = yield* valueFor(x, action.value!);
  if (lower === 'content-type') changeType(x, headers, action, value);
  switch (action.name) {
    case 'set':
      return headers.set(action.field, value);
    case 'add':
      return headers.append(action.field, value);
    case 'append':
      return headers.merge(action.field, value);
    case 'merge':
      // Apache: of several fields of the name, the first one is looked at, and added to.
      if (!hasListValue(headers.get(lower) ?? '', value)) headers.merge(action.field, value);
      return;
    case 'setifempty':
      if (!headers.has(lower)) headers.set(action.field, value);
      return;
    case 'note': {
      const noted = headers.get(lower);
      if (noted !== undefined) x.notes.set(value, noted);
      return;
    }
    default:
      editFields(headers, action, value);
  }
}
