import { describe, expect, it } from 'vitest';
import { findWorker, GENERIC_WORKER, shareWorker, Worker, workerName } from './worker.ts';

function found(names: readonly [string, boolean?][], url: string, socket?: string): string {
  const workers = names.map(([name, isMatch]) => new Worker(name, isMatch));
  const worker = findWorker(workers, url, socket);
  return worker === GENERIC_WORKER ? 'generic' : worker.name;
}

describe('the worker of a URL', () => {
  it('is the one with the longest beginning', () => {
    const names: [string][] = [['http://a/'], ['http://a/b'], ['http://a/c']];
    expect(found(names, 'http://a/bc')).toBe('http://a/b');
    expect(found(names, 'http://a/x')).toBe('http://a/');
    expect(found(names, 'http://b/x')).toBe('generic');
  });

  it('may have any text where a pattern has put a part of the request', () => {
    const names: [string, boolean?][] = [
      ['http://$1.test/$2', true],
      ['http://a.test/x/$1/y', true],
    ];
    expect(found(names, 'http://a.test/x/1/2/y/z')).toBe('http://a.test/x/$1/y');
    expect(found(names, 'http://a.test/x/1/2')).toBe('http://$1.test/$2');
    expect(found(names, 'http://a.example/x')).toBe('generic');
  });

  it('means a dollar that no pattern has put there', () => {
    expect(found([['http://a/$1']], 'http://a/x')).toBe('generic');
    expect(found([['http://a/$1']], 'http://a/$1/x')).toBe('http://a/$1');
  });

  it('is one of the same socket, or one without; a URL without a socket may be reached by one', () => {
    const names: [string][] = [['unix:/one|http://a/'], ['unix:/two|http://a/b'], ['http://a/c']];
    expect(found(names, 'http://a/b', '/one')).toBe('unix:/one|http://a/');
    expect(found(names, 'http://a/b', '/two')).toBe('unix:/two|http://a/b');
    expect(found(names, 'http://a/c', '/three')).toBe('http://a/c');
    expect(found(names, 'http://a/x', '/three')).toBe('generic');
    expect(found(names, 'http://a/x')).toBe('unix:/one|http://a/');
  });
});

describe('workers of one address', () => {
  it('are shared, those of patterns among themselves', () => {
    const workers: Worker[] = [];
    const first = shareWorker(workers, 'http://a/').worker;
    expect(shareWorker(workers, 'http://a/b')).toEqual({ worker: first, isNew: false });
    const match = shareWorker(workers, 'http://a/$1', true);
    expect(match.isNew).toBe(true);
    expect(shareWorker(workers, 'http://a/$1', true)).toEqual({ worker: match.worker, isNew: false });
    expect(shareWorker(workers, 'http://a/x', true).isNew).toBe(true);
    expect(workers.length).toBe(3);
  });

  it('are told apart by their sockets', () => {
    const workers: Worker[] = [];
    shareWorker(workers, 'unix:/one|http://a/');
    expect(shareWorker(workers, 'unix:/two|http://a/').isNew).toBe(true);
  });

  it('have names in one form', () => {
    expect(workerName('HTTP://A.Test:80')).toBe('http://a.test/');
    expect(workerName('http://a.test:$1/x')).toBe('http://a.test:$1/x');
    expect(workerName('http://a.test:80$1')).toBe('http://a.test$1');
    expect(workerName('http://a.test:8000$1')).toBe('http://a.test:8000$1');
    expect(workerName('http://$1/$2')).toBe('http://$1/$2');
    expect(workerName('unix:/s|http:')).toBe('unix:/s|http://localhost/');
    expect(workerName('nothing')).toBeUndefined();
  });
});
