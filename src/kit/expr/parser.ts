// Reads an expression into a tree, by Apache's grammar and with its messages. Names are looked up here, once.
//
//   or > and > not > (condition) | comparison;   comparison = word OP word | -u word | word in list | word =~ /re/

import { lowerAscii, upperAscii } from '../ascii.ts';
import { compileRegex, RegexSyntaxError } from '../regex/index.ts';
import { ExprSyntaxError } from './error.ts';
import { Lexer, type Token } from './lexer.ts';
import {
  DOCUMENT_FUNCTIONS,
  EXPR_VARIABLES,
  FUNCTION_NAMES,
  type FunctionName,
  HEADER_VARIABLES,
  HEALTH_FUNCTIONS,
  HEALTH_PREFIX,
  LIST_FUNCTIONS,
  RESTRICTED_FUNCTIONS,
} from './names.ts';
import type { Condition, FileOperator, IntegerOperator, List, StringOperator, Word } from './tree.ts';

export interface ParserOptions {
  /** In .htaccess: functions that read files are refused. */
  readonly restricted?: boolean;
  /** In a document with variables of its own, which `v` reads. */
  readonly document?: boolean;
  /** About the answer to a health check: variables that begin with `HC_`, and the function `hc`, tell of it. */
  readonly healthCheck?: boolean;
  /** Says whether a text names addresses (`10.0.0.0/8`); any constant is taken when absent. */
  readonly isAddressRange?: (text: string) => boolean;
}

const STRING_OPERATORS: ReadonlyMap<string, StringOperator> = new Map([
  ['T_OP_STR_EQ', '=='],
  ['T_OP_STR_NE', '!='],
  ['T_OP_STR_LT', '<'],
  ['T_OP_STR_LE', '<='],
  ['T_OP_STR_GT', '>'],
  ['T_OP_STR_GE', '>='],
]);
const INTEGER_OPERATORS: ReadonlyMap<string, IntegerOperator> = new Map([
  ['T_OP_EQ', 'eq'],
  ['T_OP_NE', 'ne'],
  ['T_OP_LT', 'lt'],
  ['T_OP_LE', 'le'],
  ['T_OP_GT', 'gt'],
  ['T_OP_GE', 'ge'],
]);
const WORD_STARTS: ReadonlySet<string> = new Set([
  'T_STR_BEGIN',
  'T_VAR_BEGIN',
  'T_REGEX_BACKREF',
  'T_DIGIT',
  'T_ID',
]);
/** Deeper nesting is refused, so that reading and running never exhaust the stack. */
const NESTING_LIMIT = 200;

/** Reads a condition; throws ExprSyntaxError. */
export function parseCondition(text: string, options: ParserOptions): Condition {
  return new Parser(text, options).parseCondition();
}

/** Reads a text with `%{…}` and `$1` in it; throws ExprSyntaxError. */
export function parseString(text: string, options: ParserOptions): Word {
  return new Parser(text, options).parseString();
}

class Parser {
  readonly #lexer: Lexer;
  readonly #options: ParserOptions;
  #token: Token = { name: '$end', text: '', offset: 0 };
  #depth = 0;

  constructor(text: string, options: ParserOptions) {
    this.#lexer = new Lexer(text);
    this.#options = options;
  }

  parseCondition(): Condition {
    this.#advance();
    const condition = this.#or();
    if (this.#token.name !== '$end') this.#unexpected('$end');
    return condition;
  }

  parseString(): Word {
    return this.#pieces('');
  }

  #advance(): Token {
    const token = this.#token;
    this.#token = this.#lexer.next();
    return token;
  }

  #take(name: string): boolean {
    if (this.#token.name !== name) return false;
    this.#advance();
    return true;
  }

  #fail(message: string, offset: number = this.#token.offset): never {
    throw new ExprSyntaxError(message, offset);
  }

  #unexpected(expected = '', token: Token = this.#token): never {
    const expecting = expected && `, expecting ${expected}`;
    const detail = token.name === 'T_ERROR' ? `: ${token.value}` : '';
    throw new ExprSyntaxError(`syntax error, unexpected ${token.name}${expecting}${detail}`, token.offset);
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > NESTING_LIMIT) this.#fail('expression is nested too deeply');
    const result = read();
    this.#depth--;
    return result;
  }

  #or(): Condition {
    let left = this.#and();
    while (this.#take('T_OP_OR')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#take('T_OP_AND')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Condition {
    if (this.#take('T_OP_NOT')) return { kind: 'not', of: this.#nested(() => this.#not()) };
    if (this.#take('T_TRUE')) return { kind: 'constant', value: true };
    if (this.#take('T_FALSE')) return { kind: 'constant', value: false };
    if (this.#token.name === 'T_ERROR') this.#fail(this.#token.value!);
    if (this.#token.name === 'T_OP_UNARY') return this.#unary();
    return this.#take("'('") ? this.#nested(() => this.#inParentheses()) : this.#comparison();
  }

  #inParentheses(): Condition {
    const condition = this.#or();
    if (!this.#take("')'")) this.#unexpected("T_OP_OR or T_OP_AND or ')'");
    return condition;
  }

  #unary(): Condition {
    const { text, offset } = this.#advance();
    const word = this.#word();
    switch (text) {
      case '-d':
      case '-e':
      case '-f':
      case '-s':
      case '-L':
      case '-h':
      case '-x':
        return { kind: 'file', operator: text satisfies FileOperator, path: word };
      case '-F':
        return { kind: 'access', by: 'file', path: word };
      case '-U':
      case '-A':
        return { kind: 'access', by: 'uri', path: word };
      case '-z':
        return { kind: 'empty', word };
      case '-n':
        return { kind: 'not', of: { kind: 'empty', word } };
      case '-T':
        return { kind: 'truth', word };
      case '-R':
        return { kind: 'ip', address: undefined, range: this.#range('-R', word, offset) };
      default:
        return this.#fail(`Unary operator '${text}' does not exist`, offset);
    }
  }

  #range(operator: string, word: Word, offset: number): string {
    if (word.kind !== 'literal') {
      this.#fail(`${operator} requires subnet/netmask as constant argument`, offset);
    }
    if (this.#options.isAddressRange?.(word.text) === false) {
      this.#fail('parsing of subnet/netmask failed', offset);
    }
    return word.text;
  }

  #comparison(): Condition {
    const left = this.#word();
    const { name } = this.#token;
    const string = STRING_OPERATORS.get(name);
    if (string && this.#advance()) return { kind: 'string', operator: string, left, right: this.#word() };
    const integer = INTEGER_OPERATORS.get(name);
    if (integer && this.#advance()) return { kind: 'integer', operator: integer, left, right: this.#word() };
    if (name === 'T_OP_BINARY') return this.#binary(left);
    if (this.#take('T_OP_IN')) return { kind: 'in', word: left, list: this.#list() };
    if (this.#take('T_OP_REG')) return this.#regex(left, false);
    if (this.#take('T_OP_NRE')) return this.#regex(left, true);
    return this.#unexpected();
  }

  #binary(word: Word): Condition {
    const { text, offset } = this.#advance();
    const right = this.#word();
    switch (lowerAscii(text)) {
      case '-ipmatch':
        return { kind: 'ip', address: word, range: this.#range('-ipmatch', right, offset) };
      case '-strmatch':
        return { kind: 'glob', word, pattern: right, pathname: false, nocase: false };
      case '-strcmatch':
        return { kind: 'glob', word, pattern: right, pathname: false, nocase: true };
      case '-fnmatch':
        return { kind: 'glob', word, pattern: right, pathname: true, nocase: false };
      default:
        return this.#fail(`Binary operator '${text}' does not exist`, offset);
    }
  }

  #regex(word: Word, negated: boolean): Condition {
    const token = this.#token;
    if (token.name !== 'T_REGEX' && token.name !== 'T_REGEX_I') this.#unexpected('T_REGEX or T_REGEX_I');
    this.#advance();
    try {
      const regex = compileRegex(token.value!, { nocase: token.name === 'T_REGEX_I' });
      return { kind: 'regex', word, regex, negated };
    } catch (error) {
      if (!(error instanceof RegexSyntaxError)) throw error;
      return this.#fail('Failed to compile regular expression', token.offset);
    }
  }

  #list(): List {
    if (this.#token.name === 'T_ID') return this.#listFunction();
    if (!this.#take("'{'")) this.#unexpected("T_ID or '{'");
    const words = [this.#word()];
    while (this.#take("','")) words.push(this.#word());
    if (!this.#take("'}'")) this.#unexpected("'}' or ','");
    return { kind: 'words', words };
  }

  #listFunction(): List {
    const { text, offset } = this.#advance();
    const argument = this.#argument();
    const name = LIST_FUNCTIONS.get(lowerAscii(text));
    if (!name) this.#fail(`List-returning function '${text}' does not exist`, offset);
    return { kind: 'function', name, argument };
  }

  /** `(word)` behind a function's name. */
  #argument(): Word {
    if (!this.#take("'('")) this.#unexpected("'('");
    const argument = this.#nested(() => this.#word());
    if (!this.#take("')'")) this.#unexpected("T_OP_CONCAT or ')'");
    return argument;
  }

  /** Words joined by dots. */
  #word(): Word {
    const parts = [this.#part()];
    while (this.#take('T_OP_CONCAT')) parts.push(this.#part());
    return parts.length === 1 ? parts[0]! : { kind: 'join', parts };
  }

  #part(): Word {
    const token = this.#token;
    if (!WORD_STARTS.has(token.name)) this.#unexpected();
    // The lexer has not gone on yet: what follows a quote or %{ is not made of ordinary tokens.
    if (token.name === 'T_STR_BEGIN') return this.#then(this.#pieces(token.text));
    if (token.name === 'T_VAR_BEGIN') return this.#then(this.#variable());
    this.#advance();
    if (token.name === 'T_ID') return this.#call(token, this.#argument());
    if (token.name === 'T_DIGIT') return { kind: 'literal', text: token.text };
    return { kind: 'capture', group: Number(token.text.slice(1)) };
  }

  #then(word: Word): Word {
    this.#advance();
    return word;
  }

  /** The pieces of a string up to its end. */
  #pieces(end: string): Word {
    const parts: Word[] = [];
    for (;;) {
      const token = this.#lexer.stringPiece(end);
      if (token.name === 'T_STRING') parts.push({ kind: 'literal', text: token.value! });
      else if (token.name === 'T_VAR_BEGIN') parts.push(this.#variable());
      else if (token.name === 'T_REGEX_BACKREF') {
        parts.push({ kind: 'capture', group: Number(token.text.slice(1)) });
      } else if (token.name === 'T_VAR_END' && parts.length === 0) {
        this.#unexpected('T_ERROR or T_STRING or T_REGEX_BACKREF or T_VAR_BEGIN', token);
      } else break;
    }
    if (parts.length === 0) return { kind: 'literal', text: '' };
    return parts.length === 1 ? parts[0]! : { kind: 'join', parts };
  }

  /** `NAME}` or `function:text}`, behind `%{`. */
  #variable(): Word {
    const name = this.#lexer.variableName();
    if (name.name !== 'T_ID') this.#unexpected('T_ID', name);
    const after = this.#lexer.variableName();
    if (after.name === 'T_VAR_END') return this.#named(name);
    if (after.name !== "':'") this.#unexpected("T_VAR_END or ':'", after);
    return this.#call(
      name,
      this.#nested(() => this.#pieces('}')),
    );
  }

  #named(token: Token): Word {
    const name = upperAscii(token.text);
    if (HEADER_VARIABLES.has(name) || EXPR_VARIABLES.has(name)) return { kind: 'variable', name };
    if (this.#options.healthCheck === true && name.startsWith(HEALTH_PREFIX))
      return { kind: 'variable', name };
    return this.#fail(`Variable '${token.text}' does not exist`, token.offset);
  }

  #call(token: Token, argument: Word): Word {
    const name = functionNamed(lowerAscii(token.text));
    if (!name || !this.#isAtHome(name)) this.#fail(`Function '${token.text}' does not exist`, token.offset);
    if (this.#options.restricted && RESTRICTED_FUNCTIONS.has(name)) {
      this.#fail(`${token.text} not available in restricted context`, token.offset);
    }
    return { kind: 'call', name, argument };
  }

  /** Some functions are only known where there is something that they tell of. */
  #isAtHome(name: FunctionName): boolean {
    if (DOCUMENT_FUNCTIONS.has(name)) return this.#options.document === true;
    return !HEALTH_FUNCTIONS.has(name) || this.#options.healthCheck === true;
  }
}

function functionNamed(name: string): FunctionName | undefined {
  return FUNCTION_NAMES.find((one) => one === name);
}
