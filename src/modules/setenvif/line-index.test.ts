import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRegex, type Regex } from '../../kit/regex/index.ts';
import { settle } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';
import { HeaderList } from '../../wire/header-list.ts';
import type { Line, Subject } from './line.ts';
import { indexOf } from './line-index.ts';
import { runLines } from './run-lines.ts';

type Names = { readonly [name: string]: string };

function exchange(headers: Names, env: Names): Exchange {
  const list = new HeaderList();
  for (const [name, value] of Object.entries(headers)) list.set(name, value);
  const variables = new Map(Object.entries(env));
  return {
    headers: list,
    env: variables,
    hasEnv: () => variables.size > 0,
    method: 'GET',
    uri: '/a',
    clientAddress: '198.51.100.7',
  } as unknown as Exchange;
}

const known = new Map<string, Regex>();
function compiled(source: string, nocase: boolean): Regex {
  const regex = known.get(`${source} ${nocase}`) ?? compileRegex(source, { nocase });
  known.set(`${source} ${nocase}`, regex);
  return regex;
}

const value = fc.stringMatching(/^(bot|crawl|x|Bot|yes){0,3}$/);
const attribute = fc.constantFrom('User-Agent', 'Referer', 'Remote_Addr', 'one', 'two', '^X-.*');
const pattern = fc.constantFrom(
  'bot',
  '^bot',
  'crawl.*x',
  '^$',
  '.',
  'yes',
  '(bot|crawl)x',
  '^198\\.51\\.',
  '!',
);
const variable = fc.constantFrom('one', 'two', 'three');
const assignment = fc
  .tuple(variable, fc.constantFrom('1', 'bot', 'yes', '<$0>'), fc.boolean())
  .map(([name, text, unset]) => ({ name, value: text, unset }));
const subjects = new Map<string, Subject>();
function subjectOf(attribute: string): Subject {
  const isPattern = attribute.startsWith('^');
  const made = { name: attribute.toLowerCase(), pattern: isPattern ? compiled(attribute, false) : undefined };
  const subject = subjects.get(attribute) ?? made;
  subjects.set(attribute, subject);
  return subject;
}

const line: fc.Arbitrary<Line> = fc
  .tuple(attribute, pattern, fc.boolean(), fc.array(assignment, { minLength: 1, maxLength: 2 }))
  .map(([name, source, nocase, assignments]) => ({
    test: { kind: 'value', subject: subjectOf(name), regex: compiled(source, nocase), isLiteral: false },
    assignments,
  }));
const names = fc.dictionary(fc.constantFrom('User-Agent', 'Referer', 'X-One'), value, {
  noNullPrototype: true,
});
const variables = fc.dictionary(variable, value, { noNullPrototype: true });

describe('a long list of SetEnvIf lines', () => {
  it('sets what it sets in pieces', () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 24, maxLength: 50 }),
        names,
        variables,
        (lines, headers, env) => {
          const together = exchange(headers, env);
          settle(runLines(together, lines));
          // Lines that look at the same thing in a row share what they see; a piece is such a row.
          const inPieces = exchange(headers, env);
          for (let from = 0; from < lines.length; ) {
            let to = from + 1;
            while (to < lines.length && to - from < 20 && lookAtSame(lines[to]!, lines[from]!)) to++;
            settle(runLines(inPieces, lines.slice(from, to)));
            from = to;
          }
          expect(together.env).toEqual(inPieces.env);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('tries few of eight thousand', () => {
    const subject: Subject = { name: 'user-agent', pattern: undefined };
    const lines = Array.from({ length: 8000 }, (_, i): Line => {
      const regex = compileRegex(`Robot${i}/`, { nocase: true });
      const test = { kind: 'value', subject, regex, isLiteral: true } as const;
      return { test, assignments: [{ name: 'bad', value: '1', unset: false }] };
    });
    const index = indexOf(lines)!;
    expect(index.candidates(exchange({ 'User-Agent': 'robot77/2' }, {}))).toEqual([77]);
    expect(index.candidates(exchange({}, {}))).toEqual([]);
    expect(indexOf(lines.slice(0, 5))).toBeUndefined();
  });
});

function lookAtSame(a: Line, b: Line): boolean {
  return a.test.kind === 'value' && b.test.kind === 'value' && a.test.subject === b.test.subject;
}
