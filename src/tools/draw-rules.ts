// Rules in the order of their lines: conditions above their rule, as in the file, each with what it said.

import type { Pen, Row } from './pen.ts';
import type { ConditionStory, RuleStory, RulesStory } from './story.ts';

/** More rules than this that do not match, one after the other, become one line. */
const MOST_MISSES = 3;

export function drawRules(story: RulesStory, pen: Pen): Row[] {
  const { painter, show } = pen;
  const head: Row[] = [
    { at: '', text: '' },
    { at: '', text: titleOf(story, pen) },
  ];
  const told = story.untold === 0 ? [story.rules] : [story.rules.slice(0, -1), story.rules.slice(-1)];
  const [rows = [], lastRows = []] = told.map((rules) => rowsOf(rules, pen));
  const between =
    story.untold === 0 ? [] : [{ at: '', text: painter.faint(`… ${story.untold} tries more, then`) }];
  const end = shownResult(story);
  return [
    ...head,
    ...rows,
    ...between,
    ...lastRows,
    ...(end === undefined ? [] : [{ at: '', text: painter.away(`= ${show(end)}`) }]),
    { at: '', text: '' },
  ];
}

function rowsOf(rules: readonly RuleStory[], pen: Pen): Row[] {
  return runsOf(rules, pen.isVerbose).flatMap((run) =>
    run.length > MOST_MISSES && !pen.isVerbose
      ? foldedRows(run, pen)
      : run.flatMap((rule) => ruleRows(rule, pen)),
  );
}

function titleOf(
  { directory, base, count, engine, subject, rules }: RulesStory,
  { painter, show, name }: Pen,
): string {
  const whose = directory === undefined ? 'of the server' : `for ${show(folderName(directory, name))}`;
  if (!engine) return painter.faint(`${counted(count)} ${whose} not run: RewriteEngine is off`);
  if (rules.length === 0) return painter.faint(`${counted(count)} ${whose} not run`);
  const based = base === undefined ? '' : painter.faint(`  RewriteBase ${show(base)}`);
  return `rules ${whose} on ${painter.strong(quoted(subject ?? '', show))}${based}`;
}

/** The prefix of `<Location>`, `<Files>` and `<If>` is no folder. */
function folderName(directory: string, name: (file: string) => string): string {
  if (!directory.startsWith('/') || directory === '/') return directory;
  const short = name(directory.slice(0, -1));
  return short === '' ? directory : `${short}/`;
}

function counted(count: number): string {
  return count === 1 ? '1 rule' : `${count} rules`;
}

function quoted(text: string, show: (text: string) => string): string {
  return text === '' ? "''" : show(text);
}

/** What the outcome or the next chapter says anyhow is not said twice. */
function shownResult({ result }: RulesStory): string | undefined {
  return result === undefined || /^(?:redirect|proxy|internal redirect|status) /.test(result)
    ? undefined
    : result;
}

/** Neighbours that do not match stand together, all others alone. */
function runsOf(rules: readonly RuleStory[], isVerbose: boolean): RuleStory[][] {
  if (isVerbose) return rules.map((rule) => [rule]);
  const runs: RuleStory[][] = [];
  for (const rule of rules) {
    const last = runs.at(-1);
    if (isMiss(rule) && last !== undefined && isMiss(last[0]!)) last.push(rule);
    else runs.push([rule]);
  }
  return runs;
}

function isMiss({ matched, skipped }: RuleStory): boolean {
  return !matched && skipped === undefined;
}

function foldedRows(rules: readonly RuleStory[], pen: Pen): Row[] {
  const first = pen.place(rules[0]?.line);
  const last = rules.at(-1)?.line;
  const at = last === undefined ? first : `${first}–${last.line}`;
  return [{ at, text: pen.painter.faint(`✗ ${rules.length} rules whose patterns do not match`) }];
}

const SKIPPED = {
  chain: 'left out: its chain has failed',
  skip: 'left out by [S] of the rule before',
  subrequest: 'left out: it does not run in subrequests',
};

function ruleRows(rule: RuleStory, pen: Pen): Row[] {
  const { painter, show } = pen;
  const at = pen.place(rule.line);
  const text = show(rule.line?.text ?? 'a rule');
  if (rule.skipped !== undefined) return [{ at, text: painter.faint(`– ${text}  ${SKIPPED[rule.skipped]}`) }];
  if (!rule.matched) return [{ at, text: painter.faint(`✗ ${text}`) }];
  const conditions = rule.conditions.map((condition) => conditionRow(condition, pen));
  if (!rule.applies) return [...conditions, { at, text: `${painter.bad('✗')} ${text}` }];
  return [
    ...conditions,
    { at, text: `${painter.good('✓')} ${painter.strong(text)}` },
    ...detailsOf(rule, pen).map((detail) => ({ at: '', text: `    ${detail}` })),
  ];
}

function conditionRow({ line, input, holds, captures }: ConditionStory, pen: Pen): Row {
  const { painter, show } = pen;
  const mark = holds ? painter.good('✓') : painter.bad('✗');
  const value =
    input === undefined ? '' : painter.faint(`  ${input === '' ? 'on nothing' : `on ${show(input)}`}`);
  const found = groupsOf(captures, '%', show);
  const groups = found === '' ? '' : painter.faint(`  ${found}`);
  return { at: pen.place(line), text: `  ${mark} ${show(line?.text ?? 'a condition')}${value}${groups}` };
}

function detailsOf({ subject, result, captures, effects }: RuleStory, { painter, show }: Pen): string[] {
  const groups = groupsOf(captures, '$', show);
  return [
    ...(groups === '' ? [] : [painter.faint(groups)]),
    ...(result === undefined
      ? []
      : [`${quoted(subject ?? '', show)} → ${painter.away(quoted(result, show))}`]),
    ...effects.map((effect) => painter.faint(show(effect))),
  ];
}

/** `$1 = users  $2 = 7`; the whole match is no news. */
function groupsOf(
  captures: readonly (string | undefined)[],
  sign: '$' | '%',
  show: (text: string) => string,
): string {
  return captures
    .slice(1, 10)
    .map((value, at) => (value === undefined ? '' : `${sign}${at + 1} = ${quoted(value, show)}`))
    .filter((text) => text !== '')
    .join('  ');
}
