// The rewrite engine's front door.

export type { AuthorityRefusal } from './authority.ts';
export type { Condition } from './condition.ts';
export {
  type DirectiveLine,
  rewriteBaseLine,
  rewriteCondLine,
  rewriteEngineLine,
  rewriteMapLine,
  rewriteOptionsLine,
  rewriteRuleLine,
} from './directive-lines.ts';
export { escapeUrl } from './escape.ts';
export { runDirectoryRules } from './finish-directory.ts';
export { runServerRules } from './finish-server.ts';
export type {
  FileFacts,
  RequestUnderWay,
  RewriteHost,
  RewriteRequest,
  ServerIdentity,
  SubrequestResult,
} from './host.ts';
export {
  internalMap,
  type MapLocation,
  type MapSource,
  type RewriteMap,
  readMapLocation,
} from './maps.ts';
export type { RewriteOutcome, RewriteResult } from './outcome.ts';
export { isProblem, type RewriteProblem, type RewriteWarning } from './problem.ts';
export type { Rule } from './rule.ts';
export { emptyRuleSet, mergeRuleSets, type RuleSet, RuleSetBuilder } from './rule-set.ts';
export { parseTextMap } from './text-map.ts';
export { levelOf, printTrace } from './trace.ts';
export type { TraceArguments, TraceEvent, TraceName } from './trace-events.ts';
export type { ServerVariable, WaitingVariable } from './variables.ts';
