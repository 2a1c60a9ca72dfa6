// A document that is being put together: what its elements have set so far, and whether it is shown at this place.

import { lowerAscii } from '../../kit/ascii.ts';
import { type LogLevelName, OPT, optionsOf } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { DEFAULT_ERROR, DEFAULT_TIME_FORMAT, DEFAULT_UNDEFINED, type IncludeDir } from './config.ts';
import type { DocumentOutput } from './output.ts';
import type { Element } from './parser.ts';
import { Variables } from './variables.ts';

export class Document {
  readonly x: Exchange;
  readonly output: DocumentOutput;
  readonly variables: Variables;
  /** IncludesNOEXEC: nothing is run. */
  readonly isWithoutExec: boolean;
  readonly hasLegacyExpressions: boolean;
  /** What follows is shown. */
  isShown = true;
  /** A branch of the conditional that is open was taken. */
  isDecided = true;
  /** Conditionals inside a part that is not shown. */
  hiddenDepth = 0;
  hasSizesInBytes = false;
  errorText: string;
  undefinedText: string;

  constructor(x: Exchange, dir: IncludeDir, output: DocumentOutput) {
    this.x = x;
    this.output = output;
    this.variables = new Variables(x, dir.timeFormat ?? DEFAULT_TIME_FORMAT);
    this.isWithoutExec = (optionsOf(x.dirConfig) & OPT.includesWithExec) === 0;
    this.hasLegacyExpressions = dir.legacyExpressions === true;
    this.errorText = dir.errorMessage ?? DEFAULT_ERROR;
    this.undefinedText = dir.undefinedEcho ?? DEFAULT_UNDEFINED;
  }

  /** Logged, with the document's name. */
  log(level: LogLevelName, text: string): void {
    logEvent(this.x, 'include', level, text.replaceAll('%FILE%', this.x.filename ?? ''));
  }

  /** Logged as an error, and seen in the document. */
  fail(text: string): Promise<void> {
    this.log('error', text);
    return this.output.write(this.errorText);
  }

  /** A text with its variables; too long a one is an error, and empty. */
  expand(text: string): string {
    const expanded = this.variables.expand(text);
    if (expanded !== undefined) return expanded;
    this.log('error', 'a variable of %FILE% has grown too long: it is taken for empty');
    return '';
  }

  /** The rule for elements that need arguments: false, and logged, where there are none or it is not shown. */
  async hasArguments(element: Element, least = 1): Promise<boolean> {
    const isMissing = element.args.length < least;
    if (isMissing) this.log(this.isShown ? 'error' : 'warn', `${MISSING[element.name]} in %FILE%`);
    if (!this.isShown) return false;
    if (isMissing) await this.output.write(this.errorText);
    return !isMissing;
  }
}

/** Apache's numbers for an element without arguments. */
const MISSING: { readonly [element: string]: string } = Object.fromEntries(
  (
    [
      ['AH01341', 'include'],
      ['AH01343', 'echo'],
      ['AH01347', 'config'],
      ['AH01350', 'fsize'],
      ['AH01351', 'flastmod'],
      ['AH01362', 'set'],
      ['AH03195', 'exec'],
    ] as const
  ).map(([code, name]) => [lowerAscii(name), `${code}: missing argument for ${name} element`]),
);
