// Type maps: header fields that describe the variants of a resource, an empty line behind each variant.
// Written by whoever writes the site, and read for every request; nothing of a request is in it.

import { lowerAscii } from '../../kit/ascii.ts';
import { TokenReader } from './accept.ts';
import { newVariant, setType, type Variant } from './variant.ts';

export interface TypeMap {
  readonly variants: Variant[];
  /** What is wrong with it, in Apache's words; `isFatal` where it cannot be used at all. */
  readonly problem?: { readonly text: string; readonly isFatal: boolean };
}

/** How far the end of a `Body:` may be from its beginning: Apache's buffer. */
const LONGEST_BODY = 8191;

/** A line that is read with its continuations; undefined at the end, '' between variants. */
class MapReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): string | undefined {
    let line = this.#line();
    while (line?.startsWith('#')) line = this.#line();
    if (line === undefined) return undefined;
    if (line.trim() === '') return '';
    return /^body:/i.test(line) ? line : line + this.#continuations();
  }

  #line(): string | undefined {
    if (this.#at >= this.#text.length) return undefined;
    const end = this.#text.indexOf('\n', this.#at);
    const next = end < 0 ? this.#text.length : end + 1;
    const line = this.#text.slice(this.#at, next);
    this.#at = next;
    return line;
  }

  /** Lines that begin with a blank go on with the one before; remarks between them do not count. */
  #continuations(): string {
    let more = '';
    for (;;) {
      const start = this.#at;
      const line = this.#line();
      if (line === undefined) return more;
      if (line.startsWith('#')) continue;
      if (/^\s/.test(line) && line.trim() !== '') more += line.trimStart();
      else {
        this.#at = start;
        return more;
      }
    }
  }

  /** What stands before `tag`, whose line is over, too; undefined where there is no such tag. */
  body(tag: string): string | undefined {
    const rest = this.#text.slice(this.#at, this.#at + LONGEST_BODY);
    const end = tag === '' ? 0 : rest.indexOf(tag);
    if (end < 0) return undefined;
    const newline = rest.indexOf('\n', end + tag.length);
    this.#at += newline < 0 ? rest.length : newline + 1;
    return rest.slice(0, end);
  }
}

/** A list of names, in lower case. */
function readNames(text: string): string[] {
  const reader = new TokenReader(text);
  const names: string[] = [];
  while (!reader.isOver) {
    names.push(lowerAscii(reader.token()));
    reader.skip(',;');
  }
  return names;
}

/** Apache: remarks in parentheses become blanks; they do not nest, and quotes do not hide them. */
function withoutRemarks(text: string): string {
  return text.replace(/\([^)]*\)?/g, (remark) => ' '.repeat(remark.length));
}

type SetField = (variant: Variant, value: string) => string | undefined;

/** Fields that say something of the content: without one of them an entry does not count. */
const CONTENT_FIELDS: Readonly<Record<string, SetField>> = {
  'content-type': (variant, value) => {
    setType(variant, value);
    return undefined;
  },
  'content-language': (variant, value) => {
    variant.languages = readNames(value);
    return undefined;
  },
  'content-encoding': (variant, value) => {
    variant.encoding = new TokenReader(value).token();
    return undefined;
  },
  'content-length': (variant, value) => {
    const length = new TokenReader(value).token();
    if (!/^[0-9]{1,18}$/.test(length)) return length;
    variant.bytes = Number(length);
    return undefined;
  },
};

const OTHER_FIELDS: Readonly<Record<string, (variant: Variant, value: string) => void>> = {
  uri: (variant, value) => {
    variant.fileName = new TokenReader(value).token();
  },
  description: (variant, value) => {
    variant.description = value.replace(/\n/g, ' ').slice(0, -1);
  },
};

/** Reads a map; `path` is its file, for messages. */
export function readTypeMap(text: string, path: string): TypeMap {
  const reader = new MapReader(text);
  const variants: Variant[] = [];
  let variant = newVariant();
  let hasContent = false;
  for (;;) {
    const line = reader.next();
    if (line === undefined || line === '') {
      if (variant.fileName !== '' && hasContent) variants.push(variant);
      if (line === undefined) return { variants };
      variant = newVariant();
      hasContent = false;
      continue;
    }
    const colon = line.indexOf(':');
    const fatal = problemOf(line, colon, path);
    if (fatal !== undefined) return { variants, problem: { text: fatal, isFatal: true } };
    const name = lowerAscii(line.slice(0, colon));
    const value = withoutRemarks(line.slice(colon + 1).trimStart());
    const setContent = Object.hasOwn(CONTENT_FIELDS, name) ? CONTENT_FIELDS[name] : undefined;
    if (setContent !== undefined) {
      const bad = setContent(variant, value);
      if (bad !== undefined) return { variants, problem: { text: badLength(bad, path), isFatal: false } };
      hasContent = true;
    } else if (name === 'body') {
      const tag = value.trimEnd();
      const body = reader.body(tag);
      if (body === undefined) return { variants, problem: { text: noEndTag(tag, path), isFatal: false } };
      variant.body = body;
      variant.bytes = body.length;
      variant.fileName = path.slice(path.lastIndexOf('/') + 1);
    } else if (Object.hasOwn(OTHER_FIELDS, name)) OTHER_FIELDS[name]!(variant, value);
  }
}

function problemOf(line: string, colon: number, path: string): string | undefined {
  if (colon < 0) return `AH00681: Syntax error in type map, no ':' in ${path} for header ${line.trimEnd()}`;
  if (line.slice(colon + 1).trim() === '')
    return `AH00682: Syntax error in type map --- no header body: ${line.trimEnd()} for ${path}`;
  return undefined;
}

function badLength(length: string, path: string): string {
  return `AH00684: Parse error in type map, Content-Length: '${length}' in ${path} is invalid.`;
}

function noEndTag(tag: string, path: string): string {
  return `AH00685: Syntax error in type map, no end tag '${tag}' found in ${path} for Body: content.`;
}
