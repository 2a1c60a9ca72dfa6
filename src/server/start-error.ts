// Why a server cannot start, in words for the person who started it.

/** `message` says what and why, `hint` what to do; both go to standard error. */
export class StartError extends Error {
  /** What to do about it, where that is known. */
  readonly hint: string | undefined;

  /** `cause`: the error that it comes from. */
  constructor(message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
  }
}

/** The system's code of an error (`EACCES`), or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What an error says about itself. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
