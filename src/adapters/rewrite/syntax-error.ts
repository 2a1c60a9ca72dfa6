// What `compile` throws: everything that is wrong with the texts, drawn as the command line draws it.

import { type Diagnostic, drawDiagnostic } from '../../kit/diagnostic.ts';

/** The rules cannot be used. The message has every error with file, line, the text and a hint. */
export class RewriteSyntaxError extends Error {
  /** `RewriteSyntaxError`, for those that have lost the class. */
  override readonly name = 'RewriteSyntaxError';
  /** All findings, warnings included, in the order of the texts. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    super(errors.map((diagnostic) => drawDiagnostic(diagnostic)).join('\n\n'));
    this.diagnostics = diagnostics;
  }
}
