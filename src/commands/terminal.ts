// What commands say on standard error: findings, trouble, single lines. Colours only where a person looks.

import pc from 'picocolors';
import { type Diagnostic, drawDiagnostic, type Painter } from '../kit/diagnostic.ts';
import { ConfigurationError } from '../server/instance.ts';
import { messageOf, StartError } from '../server/start-error.ts';

const colors = pc.createColors(process.stderr.isTTY === true && pc.isColorSupported);

const painter: Painter = {
  error: (text) => colors.red(text),
  warning: (text) => colors.yellow(text),
  info: (text) => colors.cyan(text),
  faint: (text) => colors.dim(text),
};

/** Latin1 strings are bytes, and bytes they stay. */
function writeBytes(text: string): void {
  process.stderr.write(Buffer.from(text, 'latin1'));
}

/** One line about portico itself. */
export function say(text: string): void {
  process.stderr.write(`portico: ${text}\n`);
}

export function sayWarning(text: string): void {
  process.stderr.write(`portico: ${colors.yellow('warning:')} ${text}\n`);
}

export function showFindings(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) writeBytes(`${drawDiagnostic(diagnostic, painter)}\n`);
}

/** Why something could not be done: what, why, what to do. A defect of portico's shows its stack. */
export function showFailure(error: unknown): void {
  if (error instanceof ConfigurationError) {
    showFindings(error.diagnostics);
    return;
  }
  if (error instanceof StartError) {
    say(colors.red(error.message));
    if (error.hint !== undefined) process.stderr.write(`  ${error.hint}\n`);
    return;
  }
  say(colors.red(error instanceof Error ? (error.stack ?? error.message) : messageOf(error)));
}
