// A run of rules: conditions above their rule, as in the file, each with what it was held against and what it said.

import type { ComponentChild, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ConditionStory, RuleStory, RulesStory } from '../../tools/story.ts';
import { groupKind } from '../apache/tokens.ts';
import { SKIPPED, shown } from '../marks.ts';
import { Code } from './code.tsx';
import { Step } from './step.tsx';
import type { Surroundings } from './surroundings.ts';

/** More rules than this that do not match, one after the other, are folded. */
const MOST_MISSES = 3;

export function Rules({ run, ...around }: Surroundings & { readonly run: RulesStory }): JSX.Element {
  return (
    <div class="rules">
      <RulesTitle run={run} shorten={around.shorten} />
      {foldedRuns(run.rules).map((rules) =>
        rules.length > MOST_MISSES ? (
          <Folded {...around} rules={rules} />
        ) : (
          rules.map((rule) => <RuleSteps {...around} rule={rule} />)
        ),
      )}
    </div>
  );
}

/** Drawn when somebody looks: there may be thousands. */
function Folded({ rules, ...around }: Surroundings & { readonly rules: readonly RuleStory[] }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="folded" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{rules.length} rules whose patterns do not match</summary>
      {isOpen ? rules.map((rule) => <RuleSteps {...around} rule={rule} />) : null}
    </details>
  );
}

interface TitleProps extends Pick<Surroundings, 'shorten'> {
  readonly run: RulesStory;
}

function RulesTitle({ run, shorten }: TitleProps): JSX.Element {
  const { directory, base, count, engine, subject, rules } = run;
  const whose = directory === undefined ? 'of the server' : `for ${shorten(directory) || directory}`;
  const counted = `${count} ${count === 1 ? 'rule' : 'rules'} ${whose}`;
  if (!engine) return <p class="rules-title">{counted} not run: RewriteEngine is off</p>;
  if (rules.length === 0) return <p class="rules-title">{counted} not run</p>;
  return (
    <p class="rules-title">
      Rules {whose}, on <code>{shown(subject ?? '')}</code>
      {base === undefined ? null : (
        <span class="faint">
          {' '}
          RewriteBase <code>{base}</code>
        </span>
      )}
    </p>
  );
}

/** Neighbours that do not match stand together, all others alone. */
function foldedRuns(rules: readonly RuleStory[]): RuleStory[][] {
  const isMiss = ({ matched, skipped }: RuleStory): boolean => !matched && skipped === undefined;
  const runs: RuleStory[][] = [];
  for (const rule of rules) {
    const last = runs.at(-1);
    if (isMiss(rule) && last !== undefined && isMiss(last[0]!)) last.push(rule);
    else runs.push([rule]);
  }
  return runs.flatMap((run) => (run.length > MOST_MISSES ? [run] : run.map((rule) => [rule])));
}

function RuleSteps({ rule, ...around }: Surroundings & { readonly rule: RuleStory }): JSX.Element {
  const { line, skipped, applies, conditions } = rule;
  const sign = skipped !== undefined ? 'idle' : applies ? 'applied' : 'missed';
  return (
    <>
      {conditions.map((condition) => (
        <ConditionStep {...around} condition={condition} />
      ))}
      <Step {...around} line={line} sign={sign} note={ruleNote(rule)}>
        <Code text={line?.text ?? 'a rule'} />
      </Step>
    </>
  );
}

function ruleNote(rule: RuleStory): ComponentChild {
  const { skipped, matched, applies, subject, result, captures, effects } = rule;
  if (skipped !== undefined) return SKIPPED[skipped];
  if (!matched) return undefined;
  if (!applies) return 'the pattern matches, a condition does not hold';
  return (
    <>
      <Groups captures={captures} sign="$" />
      {result === undefined ? null : (
        <span class="way">
          <code>{shown(subject ?? '')}</code> → <code class="result">{shown(result)}</code>
        </span>
      )}
      {effects.map((effect) => (
        <span class="effect">{effect}</span>
      ))}
    </>
  );
}

function ConditionStep({
  condition,
  ...around
}: Surroundings & { readonly condition: ConditionStory }): JSX.Element {
  const { line, input, holds, captures } = condition;
  return (
    <Step
      {...around}
      isInner
      line={line}
      sign={holds ? 'applied' : 'missed'}
      note={
        input === undefined ? undefined : (
          <>
            on <code>{shown(input)}</code> <Groups captures={captures} sign="%" />
          </>
        )
      }
    >
      <Code text={line?.text ?? 'a condition'} />
    </Step>
  );
}

/** What the groups have caught, in the colours that they have in the pattern; the whole match is no news. */
function Groups({
  captures,
  sign,
}: {
  readonly captures: readonly (string | undefined)[];
  readonly sign: '$' | '%';
}): JSX.Element {
  return (
    <>
      {captures.slice(1, 10).map((value, at) =>
        value === undefined ? null : (
          <span class={`group code-${groupKind(at + 1)}`}>
            {sign}
            {at + 1} = <code>{shown(value)}</code>
          </span>
        ),
      )}
    </>
  );
}
