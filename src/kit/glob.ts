// Wildcards: the file-name patterns of fnmatch as Apache's library reads them, and the simpler ones of host names.
// Matching remembers only the last `*`, so a pattern costs at most its length times the text's.

import { equalsIgnoreCase, lowerAscii } from './ascii.ts';
import type { Need } from './regex/index.ts';

export interface GlobOptions {
  /** `/` is only matched by `/`. */
  readonly pathname?: boolean;
  readonly nocase?: boolean;
  /** A dot that begins the text, or with `pathname` a segment, is only matched by a dot. */
  readonly period?: boolean;
}

/** Compiles a pattern of `*`, `?`, `[…]` and `\` escapes to a test of whole texts. */
export function compileGlob(pattern: string, options: GlobOptions = {}): (text: string) => boolean {
  const steps = readSteps(options.nocase ? lowerAscii(pattern) : pattern, options);
  return (text) => matchSteps(steps, options.nocase ? lowerAscii(text) : text, options);
}

/** Compiles a pattern of `*` and `?` for server names: whole, without case. */
export function compileWildcard(pattern: string): (text: string) => boolean {
  if (!/[*?]/.test(pattern)) return (text) => equalsIgnoreCase(pattern, text);
  const steps = [...lowerAscii(pattern)].map(
    (char): Step => (char === '*' ? STAR : char === '?' ? ANYTHING : isExactly(char)),
  );
  return (text) => matchSteps(steps, lowerAscii(text), {});
}

/** True when the text has a wildcard in it that is not escaped: `*`, `?` or a `[` that a `]` follows. */
export function isGlob(text: string): boolean {
  const bare = text.replace(/\\./gs, '');
  return /[*?]|\[.*\]/s.test(bare);
}

/** What every text that a pattern matches begins with, as an index of patterns wants it (kit/pattern-index.ts). */
export function needsOfGlob(pattern: string): readonly Need[] {
  const text = /^[^*?[\\]*/.exec(pattern)![0];
  return text === '' ? [] : [{ texts: [lowerAscii(text)], atStart: true }];
}

const STAR = '*';
/** One character that passes; `plain` when it is spelled out, not matched by a class or `?`. */
interface Single {
  readonly plain: boolean;
  passes(char: string): boolean;
}
/** What one step of a pattern takes: a run of anything, or one character. */
type Step = typeof STAR | Single;

const ANYTHING: Single = { plain: false, passes: () => true };
const NO_SLASH: Single = { plain: false, passes: (char) => char !== '/' };

function readSteps(pattern: string, options: GlobOptions): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < pattern.length; ) {
    const char = pattern.charAt(at);
    const bracket = char === '[' ? readBracket(pattern, at, options) : undefined;
    if (bracket) {
      steps.push(bracket.step);
      at = bracket.end;
    } else {
      const escaped = char === '\\' && at + 1 < pattern.length;
      steps.push(escaped ? isExactly(pattern.charAt(at + 1)) : stepOf(char, options));
      at += escaped ? 2 : 1;
    }
  }
  return steps;
}

function stepOf(char: string, options: GlobOptions): Step {
  if (char === '*') return STAR;
  if (char === '?') return options.pathname ? NO_SLASH : ANYTHING;
  return isExactly(char);
}

function isExactly(char: string): Single {
  return { plain: true, passes: (other) => other === char };
}

/** Reads `[…]`; nothing when it is not closed, and then `[` is a plain character. */
function readBracket(pattern: string, start: number, options: GlobOptions) {
  let at = start + 1;
  const negated = pattern[at] === '!' || pattern[at] === '^';
  if (negated) at++;
  const ranges: [string, string][] = [];
  for (let first = true; first || pattern[at] !== ']'; first = false) {
    const low = readMember(pattern, at);
    if (!low) return undefined;
    at = low.end;
    const high = pattern[at] === '-' && pattern[at + 1] !== ']' ? readMember(pattern, at + 1) : undefined;
    if (high) at = high.end;
    ranges.push([low.char, high?.char ?? low.char]);
  }
  const passes = (char: string) =>
    !(options.pathname && char === '/') &&
    ranges.some(([low, high]) => char >= low && char <= high) !== negated;
  const step: Single = { plain: false, passes };
  return { step, end: at + 1 };
}

function readMember(pattern: string, at: number): { char: string; end: number } | undefined {
  const escaped = pattern[at] === '\\' ? 1 : 0;
  const char = pattern[at + escaped];
  return char === undefined ? undefined : { char, end: at + escaped + 1 };
}

function matchSteps(steps: readonly Step[], text: string, options: GlobOptions): boolean {
  let step = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length || step < steps.length) {
    const current = steps[step];
    if (current === STAR && !(options.period && isHiddenDot(text, at, options))) {
      star = step++;
      starAt = at;
      continue;
    }
    if (at < text.length && current !== undefined && current !== STAR && takes(current, text, at, options)) {
      step++;
      at++;
      continue;
    }
    if (star < 0 || starAt >= text.length || (options.pathname && text[starAt] === '/')) return false;
    step = star + 1;
    at = ++starAt;
  }
  return true;
}

function takes(step: Single, text: string, at: number, options: GlobOptions): boolean {
  if (options.period && !step.plain && isHiddenDot(text, at, options)) return false;
  return step.passes(text.charAt(at));
}

function isHiddenDot(text: string, at: number, options: GlobOptions): boolean {
  return text[at] === '.' && (at === 0 || (options.pathname === true && text[at - 1] === '/'));
}
