// What is wrong with a rewrite directive's arguments: Apache's words, where, and what to write instead.

/** A refused directive. `error` is Apache's own sentence; `offset` counts bytes within the argument text. */
export interface RewriteProblem {
  readonly error: string;
  readonly offset: number;
  /** One sentence on what to write instead. */
  readonly hint?: string;
}

/** Something Apache accepts with a warning in its log. */
export interface RewriteWarning {
  readonly code: string;
  readonly message: string;
  readonly offset: number;
}

/** Tells a refusal from the thing that was asked for. */
export function isProblem(value: object): value is RewriteProblem {
  return 'error' in value && 'offset' in value;
}
