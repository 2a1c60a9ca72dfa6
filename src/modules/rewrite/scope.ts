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
  #hasLines: boolean;

  constructor(set?: RuleSet, hasLines = false) {
    this.#set = set;
    this.#hasLines = hasLines;
  }

  /** Whether a line of this module stands in this server, its sections included. */
  get hasLines(): boolean {
    return this.#hasLines;
  }

  noteLine(): void {
    this.#hasLines = true;
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

/** The same for a virtual host over the main server. One without lines keeps the maps for its folders, but runs no rule. */
export function mergeServers(main: RewriteScope, host: RewriteScope): RewriteScope {
  return host.hasLines
    ? new RewriteScope(mergeRuleSets(main.set, host.set), true)
    : new RewriteScope(main.set, false);
}
