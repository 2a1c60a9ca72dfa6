import { describe, expect, it } from 'vitest';
import { buildRequest, type RequestTemplate, readGetLine, undoEscapes } from './request-template.ts';

const names = new Map([['PORT', '12345']]);

function bytesOf(template: RequestTemplate): string {
  return buildRequest(template, names).bytes.toString('latin1');
}

describe('a request', () => {
  it('is a GET with a Host field where only a target is given', () => {
    expect(bytesOf(readGetLine('/a?b', false))).toBe('GET /a?b HTTP/1.1\r\nHost: localhost:12345\r\n\r\n');
  });

  it('takes method, version, fields and body from its line', () => {
    expect(bytesOf(readGetLine('POST /a HTTP/1.0 | Host: h | X: 1 | body=a\\nb', false))).toBe(
      'POST /a HTTP/1.0\r\nHost: h\r\nX: 1\r\nContent-Length: 3\r\n\r\na\nb',
    );
  });

  it('goes out exactly as written where it is raw', () => {
    const raw: RequestTemplate = {
      kind: 'raw',
      label: '',
      text: 'GET /\\x00 {PORT} {NONE}\\r\\n',
      isNewConnection: false,
      needsContentLength: false,
    };
    expect(bytesOf(raw)).toBe('GET /\x00 12345 {NONE}\r\n');
  });

  it('knows only the five escapes', () => {
    expect(undoEscapes('\\x41\\r\\n\\t\\\\\\d\\xzz')).toBe('A\r\n\t\\\\d\\xzz');
  });
});
