// One element of the field Forwarded (RFC 7239 section 4): `for=192.0.2.60;proto=http;by=203.0.113.43`.

/** Parameters by name in lower case, quoted strings without their quotes. */
export type ForwardedElement = ReadonlyMap<string, string>;

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"((?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t \\x21-\\x7e\\x80-\\xff])*)"';
const PAIR = new RegExp(`(${TOKEN})=(?:(${TOKEN})|${QUOTED})`, 'y');
// The RFC has no blanks here; parameters of other fields may have them, and many write them.
const SEPARATOR = /[\t ]*(?:;[\t ]*)+/y;

/** The longest element that is read, in bytes. */
const LONGEST = 2048;

/** Reads an element; undefined where it breaks the grammar or names a parameter twice. */
export function parseForwardedElement(text: string): ForwardedElement | undefined {
  if (text.length > LONGEST) return undefined;
  const parameters = new Map<string, string>();
  let at = lengthOf(SEPARATOR, text, 0);
  while (at < text.length) {
    PAIR.lastIndex = at;
    const [pair = '', name = '', token, quoted = ''] = PAIR.exec(text) ?? [];
    if (pair === '' || parameters.has(name.toLowerCase())) return undefined;
    parameters.set(name.toLowerCase(), token ?? quoted.replace(/\\(.)/g, '$1'));
    at += pair.length;
    const separator = lengthOf(SEPARATOR, text, at);
    if (separator === 0 && at < text.length) return undefined;
    at += separator;
  }
  return parameters;
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
