// What the rewrite directives of one scope add up to, and how a child scope's merge with its parent's.

import { type Condition, compileCondition } from './condition.ts';
import type { RewriteMap } from './maps.ts';
import { noOptions, type RewriteOptions, readOptions } from './options.ts';
import { isProblem, type RewriteProblem, type RewriteWarning } from './problem.ts';
import { compileRule, type Rule } from './rule.ts';

/** The rewrite configuration of a server or of one section, merged or not. */
export interface RuleSet {
  /** RewriteEngine; undefined when the scope has no such line. */
  readonly engine: boolean | undefined;
  /** RewriteOptions; undefined when the scope has no such line. */
  readonly options: RewriteOptions | undefined;
  /** RewriteBase, per-directory only. */
  readonly base: string | undefined;
  /** Whether a merge with MergeBase sees that there is one: Apache loses sight of it in every merge without. */
  readonly isBaseSet: boolean;
  /** The prefix taken off in per-directory context, with its final slash; undefined in a server's set. */
  readonly directory: string | undefined;
  readonly rules: readonly Rule[];
  readonly maps: ReadonlyMap<string, RewriteMap>;
}

/** A scope without a rewrite directive. */
export const emptyRuleSet: RuleSet = {
  engine: undefined,
  options: undefined,
  base: undefined,
  isBaseSet: false,
  directory: undefined,
  rules: [],
  maps: new Map(),
};

/** The options in force. */
export function optionsOf(set: RuleSet): RewriteOptions {
  return set.options ?? noOptions;
}

/** Collects the directives of one scope in the order they stand there. */
export class RuleSetBuilder {
  #engine: boolean | undefined;
  #options: RewriteOptions | undefined;
  #base: string | undefined;
  readonly #directory: string | undefined;
  readonly #htaccess: boolean;
  #pending: Condition[] = [];
  readonly #rules: Rule[] = [];
  readonly #maps = new Map<string, RewriteMap>();

  /** `directory` is undefined for a server; a folder's ends in a slash, `<Location /x>` gives `/x/`. */
  constructor(directory?: string, htaccess = false) {
    this.#directory = directory;
    this.#htaccess = htaccess;
  }

  setEngine(on: boolean): void {
    this.#engine = on;
  }

  addOptions(words: readonly string[]): readonly RewriteWarning[] | RewriteProblem {
    const read = readOptions(words);
    if (isProblem(read)) return read;
    this.#options = new Set([...(this.#options ?? []), ...read.options]);
    return read.warnings;
  }

  setBase(path: string): RewriteProblem | undefined {
    if (this.#directory === undefined)
      return { error: 'RewriteBase: only valid in per-directory config files', offset: 0 };
    if (path === '') return { error: 'RewriteBase: empty URL not allowed', offset: 0 };
    if (!path.startsWith('/'))
      return {
        error: 'RewriteBase: argument is not a valid URL',
        offset: 0,
        hint: `write the URL-path of the folder: RewriteBase /${path}`,
      };
    this.#base = path;
    return undefined;
  }

  addMap(name: string, map: RewriteMap): void {
    this.#maps.set(name, map);
  }

  addCondition(args: string, place?: unknown): readonly RewriteWarning[] | RewriteProblem {
    const condition = compileCondition(args, { htaccess: this.#htaccess, place });
    if (isProblem(condition)) return condition;
    this.#pending.push(condition);
    return condition.warnings;
  }

  addRule(args: string, place?: unknown): RewriteProblem | undefined {
    const rule = compileRule(args, this.#pending, place);
    if (isProblem(rule)) return rule;
    this.#pending = [];
    this.#rules.push(rule);
    return undefined;
  }

  /** Conditions no rule follows are dropped. */
  build(): RuleSet {
    return {
      engine: this.#engine,
      options: this.#options,
      base: this.#base,
      isBaseSet: this.#base !== undefined,
      directory: this.#directory,
      rules: [...this.#rules],
      maps: new Map(this.#maps),
    };
  }
}

/**
 * A child scope's set over its parent's. Without an inheritance option the child's rules and maps replace the
 * parent's, even when it has none; the engine state and the options come from the parent where the child is silent.
 */
export function mergeRuleSets(parent: RuleSet, child: RuleSet): RuleSet {
  const options = child.options ?? parent.options;
  const own = options ?? noOptions;
  return {
    engine: child.engine ?? parent.engine,
    options,
    ...mergeBases(parent, child, own),
    directory: child.directory,
    ...mergeLists(parent, child, own),
  };
}

function mergeBases(
  parent: RuleSet,
  child: RuleSet,
  own: RewriteOptions,
): Pick<RuleSet, 'base' | 'isBaseSet'> {
  if (!own.has('MergeBase')) return { base: child.base, isBaseSet: false };
  return {
    base: child.isBaseSet ? child.base : parent.base,
    isBaseSet: child.isBaseSet || parent.isBaseSet,
  };
}

function mergeLists(parent: RuleSet, child: RuleSet, own: RewriteOptions): Pick<RuleSet, 'rules' | 'maps'> {
  const down = own.has('IgnoreInherit') ? noOptions : optionsOf(parent);
  if (own.has('Inherit') || down.has('InheritDown'))
    return { rules: [...child.rules, ...parent.rules], maps: new Map([...parent.maps, ...child.maps]) };
  if (own.has('InheritBefore') || down.has('InheritDownBefore'))
    return { rules: [...parent.rules, ...child.rules], maps: new Map([...child.maps, ...parent.maps]) };
  return { rules: child.rules, maps: child.maps };
}
