import { describe, expect, it } from 'vitest';
import { ListTail } from './list-tail.ts';

function readAll(tail: ListTail): string[] {
  const elements: string[] = [];
  for (let element = tail.next(); element !== undefined; element = tail.next()) elements.push(element);
  return elements;
}

describe('a list read from its end', () => {
  it.each<[string, string[]]>([
    ['', []],
    [' \t', []],
    [',,,', []],
    ['a', ['a']],
    ['a,b', ['b', 'a']],
    [' a\t, b ,', ['b', 'a']],
    [',a,,b,,', ['b', 'a']],
    ['"a,b"', ['b"', '"a']],
  ])('%j has the words %j', (text, elements) => {
    expect(readAll(ListTail.ofWords(text))).toEqual(elements);
  });

  // Quoted strings: RFC 9110 section 5.6.4.
  it.each<[string, string[]]>([
    ['a, b', ['b', 'a']],
    ['x="a,b", c', ['c', 'x="a,b"']],
    ['c, x="a,b"', ['x="a,b"', 'c']],
    [String.raw`c, x="a\",b"`, [String.raw`x="a\",b"`, 'c']],
    [String.raw`c, x="\"", y="\\"`, [String.raw`y="\\"`, String.raw`x="\""`, 'c']],
    ['x=""', ['x=""']],
    // What somebody opened and did not close takes nothing of what stands behind it.
    ['x=", for=b', ['for=b', 'x="']],
    ['x=", for="[::1]"', ['for="[::1]"', 'x="']],
    [String.raw`x="\, for=b`, ['for=b', String.raw`x="\ `.trim()]],
    // What nobody opened cannot be told from what stands before it.
    ['a, b"', ['a, b"']],
    ['"', ['"']],
  ])('%j has the elements %j', (text, elements) => {
    expect(readAll(ListTail.ofQuotables(text))).toEqual(elements);
  });

  it('says what has not been read', () => {
    const tail = ListTail.ofWords('a, b, c');
    tail.next();
    expect(tail.rest).toBe('a, b');
    readAll(tail);
    expect(tail.rest).toBe('');
  });
});
