// The tree of an expression: conditions are true or false, words are strings.

import type { Regex } from '../regex/index.ts';
import type { FunctionName } from './names.ts';

export type StringOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type IntegerOperator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
export type FileOperator = '-d' | '-e' | '-f' | '-s' | '-L' | '-h' | '-x';

export type Word =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'capture'; readonly group: number }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly argument: Word }
  | { readonly kind: 'join'; readonly parts: readonly Word[] };

export type List =
  | { readonly kind: 'words'; readonly words: readonly Word[] }
  | { readonly kind: 'function'; readonly name: string; readonly argument: Word };

export type Condition =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'string'; readonly operator: StringOperator; readonly left: Word; readonly right: Word }
  | {
      readonly kind: 'integer';
      readonly operator: IntegerOperator;
      readonly left: Word;
      readonly right: Word;
    }
  | { readonly kind: 'regex'; readonly word: Word; readonly regex: Regex; readonly negated: boolean }
  | { readonly kind: 'in'; readonly word: Word; readonly list: List }
  | { readonly kind: 'ip'; readonly address: Word | undefined; readonly range: string }
  | {
      readonly kind: 'glob';
      readonly word: Word;
      readonly pattern: Word;
      readonly pathname: boolean;
      readonly nocase: boolean;
    }
  | { readonly kind: 'file'; readonly operator: FileOperator; readonly path: Word }
  | { readonly kind: 'access'; readonly by: 'file' | 'uri'; readonly path: Word }
  | { readonly kind: 'empty'; readonly word: Word }
  | { readonly kind: 'truth'; readonly word: Word };
