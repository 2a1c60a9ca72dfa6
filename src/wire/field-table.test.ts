import { describe, expect, it } from 'vitest';
import { FieldTable } from './field-table.ts';

describe('a table of fields', () => {
  const table = new FieldTable([
    ['Host', 1],
    ['connection', 2],
    ['keep-alive', 3],
  ] as const);

  it('knows a name in any case', () => {
    for (const name of ['Host', 'host', 'HOST', 'hOsT']) expect(table.get(name)).toBe(1);
    expect(table.get('Connection')).toBe(2);
    expect(table.get('Keep-Alive')).toBe(3);
  });

  it('takes no other name for one it knows', () => {
    for (const name of ['', 'h', 'hosts', 'hose', 'user-agent', 'keep-alivf', 'x'.repeat(100), '\xc8ost'])
      expect(table.get(name)).toBeUndefined();
  });
});
