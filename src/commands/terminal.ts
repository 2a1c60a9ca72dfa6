// What commands say on standard error: findings, trouble, single lines. Colours only where a person looks.

import pc from 'picocolors';
import { type Diagnostic, drawDiagnostic, type Painter } from '../kit/diagnostic.ts';
import { ConfigurationError } from '../server/instance.ts';
import { messageOf, StartError } from '../server/start-error.ts';
import { latin1 } from '../tools/bytes.ts';

const colors = colorsOf(process.stderr);

const painter: Painter = painterWith(colors);

/** For commands whose result is findings. */
export const standardOutputPainter: Painter = painterWith(colorsOf(process.stdout));

function colorsOf({ isTTY }: { readonly isTTY?: boolean }): ReturnType<typeof pc.createColors> {
  return pc.createColors(isTTY === true && pc.isColorSupported);
}

function painterWith({ red, yellow, cyan, dim }: ReturnType<typeof pc.createColors>): Painter {
  return { error: red, warning: yellow, info: cyan, faint: dim };
}

/** Latin1 strings are bytes, and bytes they stay. */
type WriteBytes = (text: string) => void;

const toStandardError: WriteBytes = (text) => {
  process.stderr.write(Buffer.from(text, 'latin1'));
};

let writeBytes: WriteBytes = toStandardError;

/** Sends what commands say elsewhere; undefined: to standard error again. */
export function redirectTerminal(write: WriteBytes | undefined): void {
  writeBytes = write ?? toStandardError;
}

function writeText(text: string): void {
  writeBytes(latin1(text));
}

/** One line about portico itself. */
export function say(text: string): void {
  writeText(`portico: ${text}\n`);
}

/** Least severe finding that is shown (-e); a line of warning is one of them. */
let shown: Diagnostic['severity'] = 'warning';

export function showFrom(severity: Diagnostic['severity']): void {
  shown = severity;
}

const SEVERITIES: readonly Diagnostic['severity'][] = ['error', 'warning', 'info'];

function isShown(severity: Diagnostic['severity']): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(shown);
}

export function sayWarning(text: string): void {
  if (isShown('warning')) writeText(`portico: ${colors.yellow('warning:')} ${text}\n`);
}

/** Draws what somebody who starts a server should know: no mere information, and missing modules in one line. */
export function showFindings(diagnostics: readonly Diagnostic[]): void {
  const missing = diagnostics.filter(isMissingModule);
  if (missing.length > 0) sayWarning(missingModules(missing));
  showEveryFinding(diagnostics.filter((found) => isShown(found.severity) && !isMissingModule(found)));
}

/** Draws every finding by itself. Those without a place say whose they are. */
export function showEveryFinding(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) {
    const speaker = diagnostic.place === undefined ? 'portico: ' : '';
    writeBytes(`${speaker}${drawDiagnostic(diagnostic, painter)}\n`);
  }
}

/** A name that may be misspelled is shown by itself, with its line. */
function isMissingModule({ code, severity, hint }: Diagnostic): boolean {
  return code === 'conf/unknown-module' && severity === 'warning' && hint === undefined;
}

/** Each message ends with the name of its module. */
function missingModules(missing: readonly Diagnostic[]): string {
  const names = missing.map(({ message }) => message.slice(message.lastIndexOf(' ') + 1));
  const lines = `${missing.length} LoadModule ${missing.length === 1 ? 'line' : 'lines'}`;
  const whose =
    missing.length === 1 ? 'its directives are unknown and its' : 'their directives are unknown and their';
  return `no module here for: ${names.join(', ')} (${lines}): ${whose} work is not done`;
}

/** Why something could not be done: what, why, what to do. A defect of portico's shows its stack. */
export function showFailure(error: unknown): void {
  if (error instanceof ConfigurationError) {
    showFindings(error.diagnostics);
    return;
  }
  if (error instanceof StartError) {
    say(colors.red(error.message));
    if (error.hint !== undefined) writeText(`  ${error.hint}\n`);
    return;
  }
  say(colors.red(error instanceof Error ? (error.stack ?? error.message) : messageOf(error)));
}
