import { describe, expect, it } from 'vitest';
import { MessageError } from './message-error.ts';
import { parseRequestLine, parseTarget } from './request-line.ts';

describe('parseRequestLine', () => {
  it.each([
    ['GET /t.txt HTTP/1.1', 'GET', '/t.txt', '1.1', 1],
    ['GET /t.txt HTTP/1.0', 'GET', '/t.txt', '1.0', 0],
    ['GET /t.txt HTTP/1.2', 'GET', '/t.txt', '1.1', 2],
    ['get /t.txt HTTP/1.1', 'get', '/t.txt', '1.1', 1],
    ['FOO /t.txt HTTP/1.1', 'FOO', '/t.txt', '1.1', 1],
    ['GET /\x80\xff HTTP/1.1', 'GET', '/\x80\xff', '1.1', 1],
    ['GET /"<>\\^{}|` HTTP/1.1', 'GET', '/"<>\\^{}|`', '1.1', 1],
    ['GET /t.txt', 'GET', '/t.txt', '0.9', 9],
    ['GET /t.txt ', 'GET', '/t.txt', '0.9', 9],
  ])('reads %j', (text, method, target, version, minor) => {
    expect(parseRequestLine(text)).toEqual({ text, method, target, version, minor });
  });

  it.each([
    ...[
      'GET',
      'GET ',
      '',
      'POST /t.txt',
      'get /t.txt',
      ' GET / HTTP/1.1',
      'GET  / HTTP/1.1',
      'GET /  HTTP/1.1',
    ],
    ...[
      'GET / HTTP/1.1 ',
      'GET\t/ HTTP/1.1',
      'GET /\tHTTP/1.1',
      'GET / http/1.1',
      'GET / HTTP/1.10',
      'GET / HTTP/1.',
    ],
    ...[
      'GET / HTP/1.1',
      'GET / x',
      'GET / HTTP/1.1 x',
      'GET /a b HTTP/1.1',
      'GET / HTTP/0.9',
      'GET / HTTP/a.1',
    ],
    ...['G(T / HTTP/1.1', 'G:T / HTTP/1.1', 'G\xe9T / HTTP/1.1', 'GET /#x HTTP/1.1', 'GET #x HTTP/1.1'],
    ...['GET /\x01 HTTP/1.1', 'GET /\x7f HTTP/1.1', 'GET /\x00 HTTP/1.1'],
  ])('answers 400 to %j', (text) => {
    const result = parseRequestLine(text);
    expect(result).toBeInstanceOf(MessageError);
    expect(result).toHaveProperty('status', 400);
  });

  it.each(['GET / HTTP/2.0', 'PRI * HTTP/2.0', 'GET / HTTP/9.9'])('answers 505 to %j', (text) => {
    expect(parseRequestLine(text)).toHaveProperty('status', 505);
  });
});

describe('parseTarget', () => {
  it('takes a path as it is', () => {
    expect(parseTarget('GET', '//a?b')).toEqual({ path: '//a?b', scheme: undefined, authority: undefined });
  });

  it('takes * from OPTIONS only', () => {
    expect(parseTarget('OPTIONS', '*')?.path).toBe('*');
    expect(parseTarget('GET', '*')).toBeUndefined();
    expect(parseTarget('OPTIONS', '*x')).toBeUndefined();
  });

  it.each([
    ['http://b.test/t.txt', 'http', 'b.test', undefined, '/t.txt'],
    ['HTTP://B.test/t.txt', 'http', 'b.test', undefined, '/t.txt'],
    ['https://b.test:99/x?y', 'https', 'b.test', 99, '/x?y'],
    ['http://b.test', 'http', 'b.test', undefined, '/'],
    ['http://b.test?x', 'http', 'b.test', undefined, '/?x'],
    ['http://b.test:/x', 'http', 'b.test', undefined, '/x'],
    ['http://[::1]:8/x', 'http', '[::1]', 8, '/x'],
    ['http://unix:/x|http://127.0.0.1:1/', 'http', 'unix', undefined, '/x|http://127.0.0.1:1/'],
    ['http://b.test/a:b@c', 'http', 'b.test', undefined, '/a:b@c'],
  ])('splits %s', (target, scheme, host, port, path) => {
    expect(parseTarget('GET', target)).toEqual({ path, scheme, authority: { host, port } });
  });

  it.each([
    ...[
      'x',
      '?x',
      '@host/x',
      ':@host:80/x',
      'ftp://b.test/x',
      'foo:bar',
      'http:/x',
      'http:x',
      'http:///x',
      'http://',
    ],
    ...[
      'http://u:p@b.test/x',
      'http://b@c@d/x',
      'http://b%41/x',
      'http://b:x/',
      'http://b:99999/',
      'http://a,b/',
    ],
    'javascript://b.test/',
  ])('refuses %s', (target) => {
    expect(parseTarget('GET', target)).toBeUndefined();
  });

  it('takes host and port from CONNECT', () => {
    expect(parseTarget('CONNECT', 'a.test:80')).toEqual({
      path: '',
      scheme: undefined,
      authority: { host: 'a.test', port: 80 },
    });
  });

  it.each(['a.test', '/x', 'a:b:c', 'http://a/', 'a.test:', 'a.test:80x', '*'])(
    'refuses %s from CONNECT',
    (target) => {
      expect(parseTarget('CONNECT', target)).toBeUndefined();
    },
  );
});
