// What each line of the configuration has done, from the story of a request: one mark a line, with a note in a few words.

import type { Chapter, Line, Part, RuleStory, RulesStory, Story } from '../tools/story.ts';

/** `applied` did its work, `missed` did not match or hold, `idle` was not looked at. */
export type MarkKind = 'applied' | 'missed' | 'idle';

export interface Mark {
  readonly kind: MarkKind;
  readonly note: string;
}

/** What a line did in one round. */
type Placed = Mark & { readonly at: Line };

export const SIGNS: Readonly<Record<MarkKind, string>> = { applied: '✓', missed: '✗', idle: '·' };

/** Marks by line number. `isOwn` tells the file that is shown from others; `text` is that file. */
export function marksOf(
  story: Story | undefined,
  text: string,
  isOwn: (file: string) => boolean,
): ReadonlyMap<number, Mark> {
  if (story === undefined) return new Map();
  const events = [
    ...serverEvents(story),
    ...story.chapters.flatMap((chapter) => chapterEvents(chapter)),
  ].filter(({ at }) => isOwn(at.file));
  const byLine = new Map<number, Placed[]>();
  for (const event of events) {
    const before = byLine.get(event.at.line);
    if (before === undefined) byLine.set(event.at.line, [event]);
    else before.push(event);
  }
  const marks = new Map<number, Mark>([...byLine].map(([line, found]) => [line, summary(found)]));
  for (const line of ruleLines(text))
    if (!marks.has(line)) marks.set(line, { kind: 'idle', note: 'not reached' });
  return marks;
}

/** The first time that a line did something says what it does; in which rounds it was asked stands beside. */
function summary(events: readonly Placed[]): Mark {
  const applied = events.filter(({ kind }) => kind === 'applied');
  const told = applied[0] ?? events.find(({ kind }) => kind === 'missed') ?? events[0]!;
  const all = events.length;
  if (all === 1) return { kind: told.kind, note: told.note };
  const rounds =
    applied.length === 0
      ? `in ${all} rounds`
      : applied.length === 1
        ? `in round ${events.indexOf(told) + 1} of ${all}`
        : `in ${applied.length} of ${all} rounds`;
  return { kind: told.kind, note: `${told.note}, ${rounds}` };
}

function serverEvents({ server: { line, name, why } }: Story): Placed[] {
  return line === undefined ? [] : [{ at: line, kind: 'applied', note: `${name}, ${why}` }];
}

function chapterEvents({ kind, parts }: Chapter): Placed[] {
  return kind === 'subrequest' ? [] : parts.flatMap((part) => partEvents(part));
}

function partEvents(part: Part): Placed[] {
  switch (part.kind) {
    case 'section':
      return [{ at: part.line, kind: 'applied', note: 'applies' }];
    case 'section-left':
      return [{ at: part.line, kind: 'missed', note: 'does not hold' }];
    case 'line':
      return [{ at: part.line, kind: 'applied', note: `→ ${part.result}` }];
    case 'rules':
      return part.rules.flatMap((rule) => ruleEvents(rule, part));
    default:
      return [];
  }
}

function ruleEvents(rule: RuleStory, run: RulesStory): Placed[] {
  const conditions = rule.conditions.flatMap(({ line, input, holds }): Placed[] =>
    line === undefined
      ? []
      : [
          {
            at: line,
            kind: holds ? 'applied' : 'missed',
            note: `${holds ? 'holds' : 'does not hold'}${onInput(input)}`,
          },
        ],
  );
  if (rule.line === undefined) return conditions;
  return [...conditions, { at: rule.line, ...ruleMark(rule, run) }];
}

function onInput(input: string | undefined): string {
  return input === undefined ? '' : ` on ${shown(input)}`;
}

function ruleMark(rule: RuleStory, run: RulesStory): Mark {
  const { skipped, matched, applies, subject, result, effects, conditions } = rule;
  if (skipped !== undefined) return { kind: 'idle', note: SKIPPED[skipped] };
  if (!matched) return { kind: 'missed', note: `no match for ${shown(subject ?? run.subject ?? '')}` };
  if (!applies) {
    const failed = conditions.find(({ holds }) => !holds)?.line;
    return {
      kind: 'missed',
      note: `matches ${shown(subject ?? '')}, but the condition${failed ? ` in line ${failed.line}` : ''} does not hold`,
    };
  }
  if (result !== undefined) return { kind: 'applied', note: `${shown(subject ?? '')} → ${shown(result)}` };
  return { kind: 'applied', note: [`matches ${shown(subject ?? '')}`, ...effects].join(', ') };
}

export const SKIPPED = {
  chain: 'left out: its chain has failed',
  skip: 'left out by [S] of the rule before',
  subrequest: 'left out: it does not run in subrequests',
} as const;

/** An empty text is made visible. */
export function shown(text: string): string {
  return text === '' ? "''" : text;
}

/** The lines on which rules and conditions begin. */
function* ruleLines(text: string): Iterable<number> {
  let isContinued = false;
  for (const [at, line] of text.split('\n').entries()) {
    if (!isContinued && /^\s*(?:RewriteRule|RewriteCond)\s/i.test(line)) yield at + 1;
    isContinued = /\\\r?$/.test(line);
  }
}
