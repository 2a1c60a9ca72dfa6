// Expectations of rules as plain text: a request, indented below it the fields that it has besides, and what it is to come
// to. Owns the language; whether they are met is check-expectation.ts.
//
//   GET https://www.example.info/old/page?x=1
//     -> 301 https://example.info/new/page?x=1
//   GET /app/users  Host: shop.test
//     -> proxy http://127.0.0.1:8000/users  X-Forwarded-Host: shop.test

import type { Question } from './question.ts';

/** One request, and what it is to come to. Byte strings. */
export interface Expectation {
  /** Of the request. */
  readonly line: number;
  readonly question: Question;
  /** As written: `301 https://…`, `file static/logo.svg`, `404`. */
  readonly outcome: string;
  /** Fields that are to be there, or, without a value, are not. */
  readonly fields: readonly ExpectedField[];
}

export interface ExpectedField {
  readonly name: string;
  /** Undefined: there is to be none. */
  readonly value: string | undefined;
}

/** What cannot be read. */
export interface ExpectationFault {
  readonly line: number;
  readonly message: string;
}

export interface ExpectationFile {
  readonly expectations: readonly Expectation[];
  readonly faults: readonly ExpectationFault[];
}

const REQUEST = /^(?:([A-Z]+) )?(https?:\/\/\S+|\/\S*)(?:\s+(.*))?$/;
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):\s*(.*)$/;

interface Draft {
  readonly line: number;
  readonly method: string | undefined;
  readonly url: string;
  readonly headers: (readonly [string, string])[];
}

/** Reads a file; what is wrong in it is in the answer, with its lines. */
export function readExpectations(text: string): ExpectationFile {
  const expectations: Expectation[] = [];
  const faults: ExpectationFault[] = [];
  let draft: Draft | undefined;
  const fault = (line: number, message: string): void => void faults.push({ line, message });
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const words = raw.replace(/\s+$/, '');
    if (words === '' || /^\s*#/.test(words)) continue;
    if (!/^\s/.test(words)) {
      if (draft !== undefined)
        fault(draft.line, 'nothing is expected of this request: write -> and what it comes to');
      draft = readRequest(words, line);
      if (draft === undefined) fault(line, 'not a request: write METHOD URL, or a path from /');
      continue;
    }
    const arrow = /^\s+->\s+(.*)$/.exec(words)?.[1];
    if (draft === undefined) {
      if (!faults.some((known) => known.line === line - 1)) fault(line, 'there is no request above');
    } else if (arrow === undefined) {
      const field = FIELD.exec(words.trim());
      if (field === null) fault(line, "not a field ('Name: value') and no expectation (-> …)");
      else draft.headers.push([field[1]!, field[2]!]);
    } else {
      expectations.push(expectationOf(draft, arrow));
      draft = undefined;
    }
  }
  if (draft !== undefined)
    fault(draft.line, 'nothing is expected of this request: write -> and what it comes to');
  return { expectations, faults };
}

function readRequest(text: string, line: number): Draft | undefined {
  const found = REQUEST.exec(text);
  if (found === null) return undefined;
  const headers: (readonly [string, string])[] = [];
  for (const part of (found[3] ?? '').split(/\s{2,}/)) {
    const field = FIELD.exec(part);
    if (field !== null) headers.push([field[1]!, field[2]!]);
    else if (part !== '') return undefined;
  }
  return { line, method: found[1], url: found[2]!, headers };
}

function expectationOf({ line, method, url, headers }: Draft, text: string): Expectation {
  const [outcome = '', ...rest] = text.split(/\s{2,}/);
  const fields = rest.map((part): ExpectedField => {
    if (part.startsWith('!')) return { name: part.slice(1), value: undefined };
    const field = FIELD.exec(part);
    return field === null ? { name: part, value: '' } : { name: field[1]!, value: field[2]! };
  });
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  const question: Question = {
    url,
    headers,
    ...(method === undefined ? {} : { method }),
    ...(host === undefined || !url.startsWith('/') ? {} : { host }),
  };
  return { line, question, outcome, fields };
}
