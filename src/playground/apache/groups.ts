// The capturing groups of a pattern, found by its brackets: for colours only. What a group catches is the engine's to say.

/** From where to where each capturing group of a pattern stands, brackets included; `number` counts from 1. */
export interface Group {
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

/** The groups of a pattern, outer ones first. An unclosed one ends with the pattern. */
export function groupsOf(pattern: string): readonly Group[] {
  const groups: { number: number; from: number; to: number }[] = [];
  const open: (number | undefined)[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') at += 1;
    else if (char === '[') at = endOfClass(pattern, at);
    else if (char === '(') {
      if (!captures(pattern, at)) open.push(undefined);
      else open.push(groups.push({ number: groups.length + 1, from: at, to: pattern.length }) - 1);
    } else if (char === ')') {
      const closed = open.pop();
      if (closed !== undefined) groups[closed]!.to = at + 1;
    }
  }
  return groups;
}

function captures(pattern: string, at: number): boolean {
  return pattern[at + 1] === '*'
    ? false
    : pattern[at + 1] !== '?' || /^\(\?(?:P?<[^=!]|')/.test(pattern.slice(at));
}

/** The closing bracket of a class; `]` in the first place is one of its characters, `[:alpha:]` a class inside. */
function endOfClass(pattern: string, from: number): number {
  const found = /^\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*/.exec(pattern.slice(from));
  return from + (found?.[0].length ?? pattern.length);
}
