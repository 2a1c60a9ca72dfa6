// The rewrite configuration of one server or one section: lines collected while reading, one rule set afterwards.

import { emptyRuleSet, mergeRuleSets, type RuleSet, RuleSetBuilder } from '../../rules/index.ts';

/** Where the lines stand: a server's have no directory, a section's prefix ends in a slash. */
export interface ScopePlace {
  readonly directory: string | undefined;
  readonly htaccess: boolean;
}

/** Filled through `builder`; read through `set`, which is made once. */
export class RewriteScope {
  #builder: RuleSetBuilder | undefined = undefined;
  #set: RuleSet | undefined;

  constructor(set?: RuleSet) {
    this.#set = set;
  }

  /** The collector of this scope's lines; the place is the same for all of them. */
  builder(place: ScopePlace): RuleSetBuilder {
    this.#builder ??= new RuleSetBuilder(place.directory, place.htaccess);
    return this.#builder;
  }

  get set(): RuleSet {
    this.#set ??= this.#builder?.build() ?? emptyRuleSet;
    return this.#set;
  }
}

/** A child scope's rules over its parent's, as Inherit and its kin say. */
export function mergeScopes(parent: RewriteScope, child: RewriteScope): RewriteScope {
  return new RewriteScope(mergeRuleSets(parent.set, child.set));
}
