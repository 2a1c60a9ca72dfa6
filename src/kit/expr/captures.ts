// The groups of the last regular expression that matched while an expression ran.

/** What `$0` to `$9` stand for; shared by expressions that run one after the other for one request, if wanted. */
export interface ExprCaptures {
  groups: readonly (string | undefined)[];
}
