import { describe, expect, it } from 'vitest';
import { isFieldText, isToken, trimBlanks } from './field-syntax.ts';

describe('isToken', () => {
  it('takes the tchars of RFC 9110 section 5.6.2 and nothing else', () => {
    const tchars = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (let code = 0; code < 256; code++) {
      const letter = String.fromCharCode(code);
      expect(isToken(letter), `byte ${code}`).toBe(tchars.includes(letter));
    }
  });

  it('refuses the empty text and characters that are no byte', () => {
    expect(isToken('')).toBe(false);
    expect(isToken('\u0141')).toBe(false);
  });
});

describe('isFieldText', () => {
  it('refuses control bytes other than tab', () => {
    for (let code = 0; code < 256; code++) {
      const isControl = (code < 0x20 && code !== 9) || code === 0x7f;
      expect(isFieldText(`a${String.fromCharCode(code)}b`), `byte ${code}`).toBe(!isControl);
    }
  });

  it('refuses characters that would turn into a line break when cut to a byte', () => {
    expect(isFieldText('\u010d\u010a')).toBe(false);
  });
});

describe('trimBlanks', () => {
  it('takes spaces and tabs off both ends only', () => {
    expect(trimBlanks(' \ta b\t ')).toBe('a b');
    expect(trimBlanks(' \t ')).toBe('');
    expect(trimBlanks('\x0ba')).toBe('\x0ba');
  });
});
