import { describe, expect, it } from 'vitest';
import { suggest } from './suggest.ts';

const names = ['RewriteRule', 'RewriteCond', 'ServerName', 'ServerAlias', 'Options'];

describe('suggest', () => {
  it('finds the name that was meant', () => {
    expect(suggest('RewritRule', names)).toBe('RewriteRule');
    expect(suggest('rewritecon', names)).toBe('RewriteCond');
    expect(suggest('SevrerName', names)).toBe('ServerName');
  });

  it('counts a swap of neighbours as one mistake', () => {
    expect(suggest('ab', ['ba'])).toBe('ba');
  });

  it('stays silent when nothing is near', () => {
    expect(suggest('Foo', names)).toBeUndefined();
    expect(suggest('', names)).toBeUndefined();
    expect(suggest('Options', [])).toBeUndefined();
  });

  it('takes the first of several that are equally near', () => {
    expect(suggest('aaab', ['aaac', 'aaad'])).toBe('aaac');
  });
});
