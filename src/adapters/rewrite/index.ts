// `portico/rewrite`: Apache's rewrite rules as a library, for Node and for browsers. What it has of files, maps and
// requests, its caller has given.

export { type Diagnostic, drawDiagnostic } from '../../kit/diagnostic.ts';
export type { TraceArguments, TraceEvent, TraceName } from '../../rules/index.ts';
export { check, compile } from './compile.ts';
export type { EvaluateOptions, RewriteEngine } from './engine.ts';
export { memoryFiles, type RewriteFileFacts, type RewriteFiles } from './files.ts';
export type {
  CompileOptions,
  RewriteContext,
  RewriteMapFunction,
  RewriteMapSource,
  RewriteOptions,
  RewriteScope,
  RewriteServer,
} from './options.ts';
export type { EvaluatedRequest, HeadersLike, RewriteHeaders } from './request.ts';
export type {
  FileResult,
  LoopResult,
  ProxyResult,
  RedirectResult,
  RewriteAppliedRule,
  RewriteResult,
  RewrittenResult,
  StatusResult,
  UnchangedResult,
} from './result.ts';
export { RewriteSyntaxError } from './syntax-error.ts';
export { printTrace, type RewritePlace, type TraceContext, type TraceStep } from './trace.ts';
