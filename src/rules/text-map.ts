// The text files behind `txt:` and `rnd:` maps.

const lineLimit = 1024;

/**
 * Reads a map file: the first word of a line is the key, the second its value, the rest is ignored. Lines that begin
 * with `#` or white space, and keys without a value, are skipped; the first line of a key wins.
 */
export function parseTextMap(text: string): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  let start = 0;
  while (start < text.length) {
    const end = lineEnd(text, start);
    readLine(text.slice(start, end), map);
    start = text[end] === '\n' ? end + 1 : end;
  }
  return map;
}

// Apache reads 1024 bytes at a time: what is longer goes on as the next line.
function lineEnd(text: string, start: number): number {
  const newline = text.indexOf('\n', start);
  return Math.min(newline < 0 ? text.length : newline, start + lineLimit);
}

function readLine(line: string, map: Map<string, string>): void {
  if (line.startsWith('#')) return;
  const [, key, value] = /^(\S+)[ \t\r\v\f]+(\S+)/.exec(line) ?? [];
  if (key !== undefined && value !== undefined && !map.has(key)) map.set(key, value);
}

/** One of the values of a `rnd:` map, separated by `|`. `random` is a number in [0, 1). */
export function chooseSubvalue(value: string, random: number): string {
  if (!value.includes('|')) return value;
  const choices = value.split('|');
  return choices[Math.floor(random * choices.length)] ?? value;
}
