import { describe, expect, it } from 'vitest';
import { Environment } from './environment.ts';

describe('the variables of a request', () => {
  it('are found in any case and keep the first', () => {
    const env = new Environment([
      ['proto', 'https'],
      ['PROTO', 'http'],
    ]);
    expect([...env]).toEqual([['proto', 'http']]);
    expect(env.get('Proto')).toBe('http');
    expect(env.has('PROTO')).toBe(true);
    expect(env.has('PROT')).toBe(false);
    expect(env.get('PROT')).toBeUndefined();
    env.delete('pRoTo');
    expect(env.size).toBe(0);
    env.delete('proto');
    expect(env.has('proto')).toBe(false);
  });

  it('are copied', () => {
    const env = new Environment([['a', '1']]);
    const copy = new Environment(env);
    copy.set('A', '2');
    expect(env.get('a')).toBe('1');
    expect([...copy]).toEqual([['a', '2']]);
  });
});
