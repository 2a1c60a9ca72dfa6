// Reads a PCRE2 pattern into a tree (pcre2pattern; Debian's PCRE2 10.42 is the measure).
// Every option is settled here; classes are in bracket.ts, escapes for bytes in escape.ts, group openings in group.ts.

import { readBracket } from './bracket.ts';
import { ANY_BYTE, type ByteSet, byteSet, complementOf, singleByte, VERTICAL_SPACE } from './byte-set.ts';
import { Cursor } from './cursor.ts';
import { readByteEscape, readClassEscape } from './escape.ts';
import { type Enclosing, readGroup } from './group.ts';
import { GroupTable, type Reference } from './group-table.ts';
import { type Flags, initialFlags, type RegexOptions } from './options.ts';
import { choiceOf, EMPTY, FAIL, fixedWidth, type Place, type Tree } from './tree.ts';

/** A pattern as read. */
export interface ParsedRegex {
  readonly tree: Tree;
  readonly groupCount: number;
  readonly groupNames: ReadonlyMap<string, number>;
}

/** Reads a pattern; throws RegexSyntaxError. */
export function parseRegex(source: string, options: RegexOptions): ParsedRegex {
  return new Parser(source, initialFlags(options)).parse();
}

/** As PCRE2's "parentheses nest limit"; keeps every recursion over the tree shallow. */
const NESTING_LIMIT = 250;
const REPEAT_LIMIT = 65535;
const NEWLINE: ByteSet = byteSet(0x0a);
const NOT_NEWLINE: ByteSet = complementOf(NEWLINE);
const CR_LF: Tree = {
  kind: 'sequence',
  items: [
    { kind: 'set', set: byteSet(0x0d) },
    { kind: 'set', set: NEWLINE },
  ],
};
const ANY_NEWLINE: Tree = {
  kind: 'atomic',
  body: { kind: 'choice', branches: [CR_LF, { kind: 'set', set: VERTICAL_SPACE }] },
};
const PLACE_ESCAPES: ReadonlyMap<string, Place> = new Map([
  ['A', 'start'],
  ['z', 'end'],
  ['Z', 'endOrNewline'],
  ['b', 'wordEdge'],
  ['B', 'noWordEdge'],
  ['G', 'from'],
]);

class Parser implements Enclosing {
  readonly cursor: Cursor;
  readonly groups: GroupTable = new GroupTable();
  flags: Flags;
  #depth = 0;
  /** Between `\Q` and `\E`. */
  #quoting = false;

  constructor(source: string, flags: Flags) {
    this.cursor = new Cursor(source);
    this.flags = flags;
  }

  parse(): ParsedRegex {
    this.#startOptions();
    const tree = choiceOf(this.#branches());
    if (!this.cursor.atEnd) this.cursor.fail('unmatched closing parenthesis');
    this.groups.settle(this.cursor);
    return { tree, groupCount: this.groups.count, groupNames: this.groups.names };
  }

  /** `(*NO_JIT)` and its like: those that only tune PCRE are passed over. */
  #startOptions(): void {
    const tuning = /\(\*(?:NO_JIT|NO_AUTO_POSSESS|NO_START_OPT|NO_DOTSTAR_ANCHOR|LF|BSR_UNICODE)\)/y;
    while (this.cursor.match(tuning));
  }

  /** Branches up to a closing parenthesis or the end; flags set inside end with it. */
  #branches(branchStart?: () => void): readonly Tree[] {
    const outer = this.flags;
    if (++this.#depth > NESTING_LIMIT) this.cursor.fail('parentheses are nested too deeply');
    const branches: Tree[] = [];
    do {
      branchStart?.();
      branches.push(this.#branch());
    } while (this.cursor.take('|'));
    this.#depth--;
    this.flags = outer;
    return branches;
  }

  #branch(): Tree {
    const items: Tree[] = [];
    for (;;) {
      this.#skip();
      const char = this.cursor.peek();
      if (char === '' || (!this.#quoting && (char === '|' || char === ')'))) break;
      const item = this.#quantified();
      if (item) items.push(item);
    }
    return items.length === 1 ? items[0]! : items.length === 0 ? EMPTY : { kind: 'sequence', items };
  }

  /** Steps over what matches nothing: comments, `\Q`, `\E`, and blanks under `(?x)`. */
  #skip(): void {
    const cursor = this.cursor;
    for (;;) {
      if (cursor.take('\\E')) this.#quoting = false;
      else if (this.#quoting) return;
      else if (cursor.take('\\Q')) this.#quoting = true;
      else if (cursor.take('(?#')) cursor.until(')', '(?#');
      else if (!this.flags.extended || !cursor.match(/[\t-\r \x85]+|#[^\n]*/y)) return;
    }
  }

  #quantified(): Tree | undefined {
    const start = this.cursor.at;
    const item = this.#item();
    this.#skip();
    const range = this.#quoting ? undefined : this.#quantifier();
    if (!range) return item;
    const isBarePlace = item?.kind === 'place' && this.cursor.source[start] !== '(';
    if (!item || isBarePlace || item.kind === 'keep') {
      this.cursor.fail('a quantifier does not follow a repeatable item', start);
    }
    return this.#repeat(item, range);
  }

  #repeat(item: Tree, range: { min: number; max: number }): Tree {
    const isLook = item.kind === 'look';
    const min = isLook ? Math.min(range.min, 1) : range.min;
    const max = isLook ? Math.min(range.max, 1) : range.max;
    const possessive = this.cursor.take('+');
    const lazy = !possessive && this.cursor.take('?') !== this.flags.ungreedy;
    const repeat: Tree = { kind: 'repeat', body: item, min, max, lazy };
    return possessive ? { kind: 'atomic', body: repeat } : repeat;
  }

  #quantifier(): { min: number; max: number } | undefined {
    const cursor = this.cursor;
    if (cursor.take('*')) return { min: 0, max: Infinity };
    if (cursor.take('+')) return { min: 1, max: Infinity };
    if (cursor.take('?')) return { min: 0, max: 1 };
    const start = cursor.at;
    const braces = cursor.match(/\{(\d+)(?:(,)(\d*))?\}/y);
    if (!braces) return undefined;
    const min = Number(braces[1]);
    const max = braces[3] ? Number(braces[3]) : braces[2] ? Infinity : min;
    if (min > REPEAT_LIMIT || (max > REPEAT_LIMIT && max !== Infinity)) {
      cursor.fail('number too big in a {} quantifier', start);
    }
    if (max < min) cursor.fail('numbers out of order in a {} quantifier', start);
    return { min, max };
  }

  #item(): Tree | undefined {
    const start = this.cursor.at;
    const char = this.cursor.next();
    if (this.#quoting) return this.#byte(char.charCodeAt(0));
    switch (char) {
      case '\\':
        return this.#escape();
      case '(':
        return readGroup(this);
      case '[':
        return this.#bracket(start);
      case '.':
        return { kind: 'set', set: this.flags.dotAll ? ANY_BYTE : NOT_NEWLINE };
      case '^':
        return { kind: 'place', place: this.flags.multiline ? 'lineStart' : 'start' };
      case '$':
        return this.#dollar();
      case '*':
      case '+':
      case '?':
        return this.cursor.fail('a quantifier does not follow a repeatable item', start);
      case '{':
        if (/\{\d+(?:,\d*)?\}/y.test(this.cursor.source.slice(start))) {
          this.cursor.fail('a quantifier does not follow a repeatable item', start);
        }
    }
    return this.#byte(char.charCodeAt(0));
  }

  #byte(byte: number): Tree {
    return { kind: 'set', set: singleByte(byte & 0xff, this.flags.nocase) };
  }

  #dollar(): Tree {
    const { multiline, dollarEndOnly } = this.flags;
    return { kind: 'place', place: multiline ? 'lineEnd' : dollarEndOnly ? 'end' : 'endOrNewline' };
  }

  #bracket(start: number): Tree {
    if (/^\[([:.=])[^\]\\]*\1\]/.test(this.cursor.source.slice(start))) {
      this.cursor.fail('POSIX classes are supported only within a class', start);
    }
    const { nocase, extendedMore: blanks } = this.flags;
    return { kind: 'set', set: readBracket(this.cursor, { nocase, blanks }) };
  }

  #escape(): Tree {
    const cursor = this.cursor;
    const place = PLACE_ESCAPES.get(cursor.peek());
    if (place && cursor.next()) return { kind: 'place', place };
    if (cursor.take('K')) return { kind: 'keep' };
    if (cursor.take('R')) return ANY_NEWLINE;
    // A brace behind it is a quantifier, or else a character's name, which only Unicode has.
    if (cursor.match(/N(?!\{(?!\d+(?:,\d*)?\}))/y)) return { kind: 'set', set: NOT_NEWLINE };
    const set = readClassEscape(cursor);
    if (set) return { kind: 'set', set };
    return this.#reference() ?? this.#byte(readByteEscape(cursor));
  }

  /** `\1`, `\g{…}`, `\k…`, and the calls `\g<…>` and `\g'…'`; the cursor is behind the backslash. */
  #reference(): Tree | undefined {
    const start = this.cursor.at - 1;
    const called = this.cursor.match(/g(?:<([^>]*)>|'([^']*)')/y);
    if (called) return this.call((called[1] ?? called[2])!, start);
    const named = this.cursor.match(/k(?:\{([^}]*)\}|<([^>]*)>|'([^']*)')/y);
    if (named) return this.backreference((named[1] ?? named[2] ?? named[3])!, start);
    const general = this.cursor.match(/g(?:\{([^}]*)\}|([+-]?\d+))/y);
    if (general) return this.backreference((general[1] ?? general[2])!, start);
    return this.#numbered(start);
  }

  /** Digits are a reference below 10, after an 8 or 9, or when that many groups have been opened; else octal. */
  #numbered(start: number): Tree | undefined {
    const digits = this.cursor.match(/[1-9]\d*/y)?.[0];
    if (!digits) return undefined;
    const number = Number(digits);
    const isReference = number < 10 || number <= this.groups.count || /^[89]/.test(digits);
    if (isReference) return this.backreference(digits, start);
    this.cursor.at = start + 1;
    return undefined;
  }

  /** A back-reference to a group by number, relative number or name. */
  backreference(target: string, offset: number): Tree {
    const groups: number[] = [];
    this.groups.refer(this.reference(target, offset), groups);
    return { kind: 'backreference', groups, nocase: this.flags.nocase };
  }

  /** A call of a group as a subroutine. */
  call(target: string, offset: number): Tree {
    const groups: number[] = [];
    this.groups.refer(this.reference(target, offset), groups);
    return {
      kind: 'call',
      get group() {
        return groups[0]!;
      },
    };
  }

  /** Reads the target of a reference: `3`, `-1`, `+1` or a name. */
  reference(target: string, offset: number): Reference {
    const relative = /^([+-]?)(\d+)$/.exec(target);
    if (!relative) return { name: this.groupName(target, offset), offset };
    const number = Number(relative[2]);
    if (relative[1] === '') return { number, offset };
    const absolute = this.groups.count + (relative[1] === '-' ? 1 - number : number);
    if (number === 0 || absolute < 1) this.cursor.fail('reference to a group that does not exist', offset);
    return { number: absolute, offset };
  }

  /** Checks a group name. */
  groupName(name: string, offset: number): string {
    if (!/^[A-Za-z_]\w{0,31}$/.test(name)) this.cursor.fail(`"${name}" is not a group name`, offset);
    return name;
  }

  /** The branches of a group up to and over its closing parenthesis. */
  groupBranches(start: number, branchStart?: () => void): readonly Tree[] {
    const branches = this.#branches(branchStart);
    if (!this.cursor.take(')')) this.cursor.fail('missing closing parenthesis', start);
    return branches;
  }

  groupBody(start: number, branchStart?: () => void): Tree {
    return choiceOf(this.groupBranches(start, branchStart));
  }

  /** A look-around; a look-behind wants branches of a fixed width each. */
  look(start: number, behind: boolean, negative: boolean): Tree & { kind: 'look' } {
    const branches = this.groupBranches(start);
    if (behind && branches.some((branch) => fixedWidth(branch) === undefined)) {
      this.cursor.fail('a look-behind assertion is not of fixed length', start);
    }
    return { kind: 'look', behind, negative, body: choiceOf(branches) };
  }

  /** `(*FAIL)`; the other verbs steer PCRE's backtracking and are not supported. */
  verb(start: number): Tree {
    const name = this.cursor.until(')', '(*');
    if (/^F(?:AIL)?$/.test(name)) return FAIL;
    return this.cursor.fail(`the verb (*${name}) is not supported`, start);
  }
}
