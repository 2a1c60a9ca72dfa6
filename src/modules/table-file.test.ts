import { describe, expect, it } from 'vitest';
import type { ConfIo, FileFacts } from '../conf/io.ts';
import { splitAtColon, TableFiles, tableLines } from './table-file.ts';

describe('tableLines', () => {
  it.each([
    ['a\nb\n', ['a', 'b']],
    ['a\nb', ['a', 'b']],
    ['  a \t\r\n\n \t\n# c\n  # d\nb', ['a', 'b']],
    ['a\\\nb\\\r\nc\nd', ['abc', 'd']],
    ['a\\', ['a\\']],
    ['a\0b\nc', ['a', 'c']],
    ['a\0b\\\nc', ['a', 'c']],
    ['\xa0a\x85\n', ['\xa0a\x85']],
    ['', []],
  ])('of %j are %j', (text, lines) => {
    expect([...tableLines(text, 100)]).toEqual(lines);
  });

  it('end at a line that is too long, as Apache stops reading there', () => {
    expect([...tableLines(`a\n${'x'.repeat(9)}\nb\n`, 10)]).toEqual(['a', 'x'.repeat(9), 'b']);
    expect([...tableLines(`a\n${'x'.repeat(10)}\nb\n`, 10)]).toEqual(['a']);
    expect([...tableLines(`a\n${'xxxx\\\n'.repeat(3)}\nb\n`, 10)]).toEqual(['a']);
  });
});

describe('splitAtColon', () => {
  it.each([
    ['a:b:c', ['a', 'b:c']],
    ['a::b', ['a', 'b']],
    [':b', ['', 'b']],
    ['a', ['a', '']],
    ['a:', ['a', '']],
  ])('of %j is %j', (text, parts) => {
    expect(splitAtColon(text)).toEqual(parts);
  });
});

describe('TableFiles', () => {
  const facts: FileFacts = {
    kind: 'file',
    size: 3,
    mtime: 1,
    ctime: 1,
    inode: 1,
    device: 1,
    uid: 0,
    gid: 0,
    mode: 0o644,
  };

  /** A machine whose one file changes as the test says. */
  function machine(now: { facts: FileFacts | undefined; text: string; reads: number }): ConfIo {
    return {
      read() {
        now.reads++;
        return now.text;
      },
      stat: () => now.facts,
      list: () => [],
      env: () => undefined,
    };
  }

  it('reads a file once, and again when it has changed', () => {
    const now = { facts, text: 'one', reads: 0 };
    const files = new TableFiles((text) => text);
    const io = machine(now);
    expect([files.read(io, '/f'), files.read(io, '/f'), now.reads]).toEqual(['one', 'one', 1]);
    now.text = 'two';
    now.facts = { ...facts, inode: 2 };
    expect([files.read(io, '/f'), files.read(io, '/f'), now.reads]).toEqual(['two', 'two', 2]);
    now.text = 'ten';
    now.facts = { ...now.facts, ctime: 2 };
    expect([files.read(io, '/f'), now.reads]).toEqual(['ten', 3]);
    now.text = 'six';
    now.facts = { ...facts, inode: 2, mtime: 2 };
    expect([files.read(io, '/f'), now.reads]).toEqual(['six', 4]);
  });

  it('remembers a hundred files', () => {
    const now = { facts, text: 'one', reads: 0 };
    const files = new TableFiles((text) => text);
    const io = machine(now);
    for (let i = 0; i <= 100; i++) files.read(io, `/${i}`);
    files.read(io, '/100');
    expect(now.reads).toBe(101);
    files.read(io, '/0');
    expect(now.reads).toBe(102);
  });

  it.each([
    [undefined, '(2)No such file or directory'],
    [{ ...facts, kind: 'other' as const }, 'not a regular file'],
    [{ ...facts, kind: 'directory' as const }, 'not a regular file'],
    [{ ...facts, size: 64 * 1024 * 1024 + 1 }, 'larger than 67108864 bytes'],
  ])('refuses %j', (found, message) => {
    const files = new TableFiles((text) => text);
    expect(() => files.read(machine({ facts: found, text: '', reads: 0 }), '/f')).toThrow(message);
  });

  it('says what the system says', () => {
    const io: ConfIo = {
      ...machine({ facts, text: '', reads: 0 }),
      stat: () => {
        throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', errno: -13 });
      },
    };
    expect(() => new TableFiles((text) => text).read(io, '/f')).toThrow('(13)Permission denied');
  });
});
