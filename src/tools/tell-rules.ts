// From the events of the rule engine to the story of its run: which rules were tried, what their conditions said, and
// what they made of the URL. Pure, so that it also serves where there is no server.

import type { TraceEvent } from '../rules/index.ts';
import { lineOf } from './line.ts';
import type { ConditionStory, RuleStory, RulesStory } from './story.ts';

type Growing<T> = { -readonly [K in keyof T]: T[K] };

interface GrowingRule extends Growing<Omit<RuleStory, 'conditions' | 'effects'>> {
  readonly place: unknown;
  readonly conditions: ConditionStory[];
  readonly effects: string[];
}

/** What is known of the rules before the first event. */
export type RulesFacts = Pick<RulesStory, 'directory' | 'base' | 'count' | 'engine'>;

/** What is told of one run: more tries, or longer texts, have only loops whose next round says nothing new. */
const MOST_TRIES = 5000;
const MOST_CHARACTERS = 1_000_000;

/** Collects one run. */
export class RulesTeller {
  readonly #facts: RulesFacts;
  readonly #rules: GrowingRule[] = [];
  #characters = 0;
  #untold = 0;
  #subject: string | undefined = undefined;
  #result: string | undefined = undefined;
  /** What was told of look-ups before the condition or the result they are for. */
  #lookups: string[] = [];

  constructor(facts: RulesFacts) {
    this.#facts = facts;
  }

  get story(): RulesStory {
    return {
      kind: 'rules',
      ...this.#facts,
      subject: this.#subject,
      rules: this.#rules.map(({ place: _place, ...rule }) => rule),
      untold: this.#untold,
      result: this.#result,
    };
  }

  take(event: TraceEvent): void {
    if (this.#takeRule(event) || this.#takeEffect(event)) return;
    this.#takeResult(event);
  }

  #takeRule(event: TraceEvent): boolean {
    switch (event.name) {
      case 'applyPattern':
        this.#subject ??= event.args[1];
        this.#begin(event.place, event.args[1], undefined);
        return true;
      case 'patternResult':
        this.#change({ matched: event.args[0], captures: event.args[1] });
        return true;
      case 'ruleSkipped':
        this.#begin(event.place, undefined, event.args[0]);
        return true;
      case 'condition':
        this.#addCondition(event);
        return true;
      case 'ruleApplies':
        this.#change({ applies: true });
        this.#giveLookups();
        return true;
      case 'rewrite':
        this.#change({ result: event.args[1] });
        this.#giveLookups();
        return true;
      default:
        return false;
    }
  }

  #begin(place: unknown, subject: string | undefined, skipped: RuleStory['skipped']): void {
    this.#lookups = [];
    this.#makeRoom();
    this.#rules.push({
      place,
      line: lineOf(place),
      subject,
      matched: false,
      captures: [],
      conditions: [],
      applies: false,
      skipped,
      result: undefined,
      effects: [],
    });
  }

  /** Where enough is told, the last try gives way to the next one. */
  #makeRoom(): void {
    const last = this.#rules.at(-1);
    if (last === undefined) return;
    this.#characters += lengthOf(last);
    if (this.#rules.length < MOST_TRIES && this.#characters < MOST_CHARACTERS) return;
    this.#rules.pop();
    this.#untold += 1;
  }

  #change(change: Partial<Growing<Pick<RuleStory, 'matched' | 'captures' | 'applies' | 'result'>>>): void {
    Object.assign(this.#rules.at(-1) ?? {}, change);
  }

  #giveLookups(): void {
    this.#rules.at(-1)?.effects.push(...this.#lookups);
    this.#lookups = [];
  }

  #addCondition({ args, place }: Extract<TraceEvent, { name: 'condition' }>): void {
    const [input, , , holds, captures = []] = args;
    this.#rules.at(-1)?.conditions.push({ line: lineOf(place), input: input ?? undefined, holds, captures });
    this.#giveLookups();
  }

  #takeEffect(event: TraceEvent): boolean {
    const text = effectText(event);
    if (text === undefined) return false;
    if (isLookup(event)) this.#lookups.push(text);
    else this.#rules.at(-1)?.effects.push(text);
    return true;
  }

  #takeResult(event: TraceEvent): void {
    const text = resultText(event);
    if (text !== undefined) this.#result = text;
  }
}

function lengthOf({ subject, result, captures, conditions, effects }: GrowingRule): number {
  const inputs = conditions.flatMap((condition) => [condition.input, ...condition.captures]);
  const texts = [subject, result, ...captures, ...inputs, ...effects];
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

/** They are told before what they were asked for. */
function isLookup({ name }: TraceEvent): boolean {
  return /^(map|cache|lookAhead|probe|conditionFailed)/.test(name);
}

/** What a rule does besides substituting. */
function effectText(event: TraceEvent): string | undefined {
  switch (event.name) {
    case 'setEnv':
      return `sets ${event.args[0]} to '${event.args[1]}'`;
    case 'unsetEnv':
      return `unsets ${event.args[0]}`;
    case 'setCookie':
      return `sets the cookie ${event.args[0]}`;
    case 'skipCookie':
      return `leaves the cookie ${event.args[0]}, which a rule has set already`;
    case 'rememberType':
      return `makes it ${event.args[1]}`;
    case 'rememberHandler':
      return `gives it to the handler ${event.args[1]}`;
    case 'mapFound':
    case 'cacheFound':
      return `${event.args[0]} has '${event.args[1]}': '${event.args[2]}'`;
    case 'mapMissed':
      return `${event.args[0]} has nothing for '${event.args[1]}'`;
    case 'lookAhead':
      return `looks ahead at ${event.args[0]}: ${event.args[1]} is '${event.args[2]}'`;
    case 'probeUri':
      return `asks itself for ${event.args[0]}: ${event.args[1]}`;
    case 'probeFile':
      return `asks itself for the file ${event.args[0]}: ${event.args[2]}`;
    case 'conditionFailed':
      return `the expression cannot be evaluated: ${event.args[1]}`;
    case 'patternGaveUp':
      return 'gives up: the pattern takes too many steps on this text';
    default:
      return undefined;
  }
}

/** What a run ends with; the last of these counts. */
function resultText(event: TraceEvent): string | undefined {
  switch (event.name) {
    case 'redirect':
      return `redirect ${event.args[1]} to ${event.args[0]}`;
    case 'proxy':
      return `proxy ${event.args[0]}`;
    case 'goAhead':
      return `file ${event.args[0]}`;
    case 'passToNext':
      return `${event.args[0]}, for Alias, ProxyPass and their kin`;
    case 'internalRedirect':
      return `internal redirect to ${event.args[0]}`;
    case 'ignored':
      return 'nothing new: the result is what the request names already';
    case 'forceStatus':
      return `status ${event.args[0]}`;
    case 'documentRootFailed':
      return 'a path outside of DocumentRoot';
    case 'declineEnded':
      return 'not run: a rule with [END] has ended rewriting for this request';
    default:
      return undefined;
  }
}
