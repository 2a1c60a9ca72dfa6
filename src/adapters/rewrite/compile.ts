// From texts of rules to an engine.

import type { Diagnostic } from '../../kit/diagnostic.ts';
import { CompiledRules, type RewriteEngine } from './engine.ts';
import type { CompileOptions, RewriteOptions, RewriteScope } from './options.ts';
import { type ReadProgram, readProgram } from './program.ts';
import { RewriteSyntaxError } from './syntax-error.ts';

/**
 * Compiles the text of a .htaccess file, or of the place that `context` names. Throws RewriteSyntaxError with everything
 * that is wrong.
 */
export function compile(text: string, options?: CompileOptions): RewriteEngine;
/** Several texts: those of a folder and of folders inside it, of a server and its .htaccess files. */
export function compile(scopes: readonly RewriteScope[], options?: RewriteOptions): RewriteEngine;
export function compile(
  given: string | readonly RewriteScope[],
  options: CompileOptions = {},
): RewriteEngine {
  const { program, diagnostics } = read(given, options);
  if (diagnostics.some(({ severity }) => severity === 'error')) throw new RewriteSyntaxError(diagnostics);
  return new CompiledRules(program, diagnostics);
}

/** Everything that is to be said about a text, without compiling them: errors, and warnings that `compile` lets pass. */
export function check(text: string, options?: CompileOptions): readonly Diagnostic[];
/** The same for several texts. */
export function check(scopes: readonly RewriteScope[], options?: RewriteOptions): readonly Diagnostic[];
export function check(
  given: string | readonly RewriteScope[],
  options: CompileOptions = {},
): readonly Diagnostic[] {
  return read(given, options).diagnostics;
}

function read(given: string | readonly RewriteScope[], options: CompileOptions): ReadProgram {
  const { context, directory, file } = options;
  return readProgram(
    typeof given === 'string' ? [{ text: given, context, directory, file }] : given,
    options,
  );
}
