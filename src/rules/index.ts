// The rewrite engine's front door.

export type { AuthorityRefusal } from './authority.ts';
export { type Condition, type ConditionOptions, compileCondition } from './condition.ts';
export { type DirectoryContext, runDirectoryRules } from './finish-directory.ts';
export { runServerRules } from './finish-server.ts';
export { type FlagDefinition, type RuleFlags, ruleFlagDefinitions } from './flags.ts';
export type {
  Answer,
  FileFacts,
  RequestUnderWay,
  RewriteHost,
  RewriteRequest,
  ServerIdentity,
  SubrequestResult,
} from './host.ts';
export {
  internalMap,
  type MapKind,
  type MapLocation,
  type MapSource,
  type RewriteMap,
  readMapLocation,
} from './maps.ts';
export { type RewriteOption, type RewriteOptions, rewriteOptionWords } from './options.ts';
export type { RewriteOutcome, RewriteResult } from './outcome.ts';
export { isProblem, type RewriteProblem, type RewriteWarning } from './problem.ts';
export { readLookAhead } from './read-variable.ts';
export { compileRule, type Rule } from './rule.ts';
export { emptyRuleSet, mergeRuleSets, optionsOf, type RuleSet, RuleSetBuilder } from './rule-set.ts';
export { chooseSubvalue, parseTextMap } from './text-map.ts';
export { levelOf, printTrace, type TraceArguments, type TraceEvent, type TraceName } from './trace.ts';
export { type ServerVariable, variableNames, type WaitingVariable } from './variables.ts';
