// Words that decide about framing, and bytes that decide about words: what the fuzzer puts into messages.

/** Whole field lines, without their line end. */
export const FIELD_LINES: readonly string[] = [
  'Host: a.test',
  'Host: b.test:80',
  'Host: a b',
  'Content-Length: 0',
  'Content-Length: 3',
  'Content-Length: 5',
  'Content-Length: 03',
  'Content-Length: 3, 3',
  'Content-Length: +3',
  'content-length: 4',
  'Content-Length : 3',
  'Content-Length: 9007199254740993',
  'Transfer-Encoding: chunked',
  'transfer-encoding: CHUNKED',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: ,chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding:\tchunked',
  'Connection: close',
  'Connection: keep-alive',
  'Connection: Upgrade',
  'Connection: Transfer-Encoding, Content-Length',
  'Upgrade: websocket',
  'Expect: 100-continue',
  'Trailer: X',
  'TE: trailers',
  'Cookie: a=b',
  'X: y',
  ' folded',
  '\tContent-Length: 5',
  ': y',
  'X',
];

/** First lines. */
export const FIRST_LINES: readonly string[] = [
  'GET /b HTTP/1.1',
  'POST /up HTTP/1.1',
  'POST /up HTTP/1.0',
  'HEAD / HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'CONNECT a.test:80 HTTP/1.1',
  'GET http://b.test/ HTTP/1.1',
  'FOO /x HTTP/1.2',
  'GET /a',
  'PRI * HTTP/2.0',
  'HTTP/1.1 200 OK',
  'HTTP/1.0 200 OK',
  'HTTP/1.1 204 X',
  'HTTP/1.1 304 X',
  'HTTP/1.1 100 Continue',
  'HTTP/1.1 101 X',
];

/** Pieces of bodies. */
export const BODY_PIECES: readonly string[] = [
  '0\r\n\r\n',
  '5\r\nhello\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
  'a\r\nhellohello\r\n',
  '5;a=b\r\nhello\r\n',
  '5;a="b\r\nhello\r\n',
  '5 \r\nhello\r\n',
  '0\r\nX: y\r\n\r\n',
  '0\r\nContent-Length: 5\r\n\r\n',
  'ffffffffffffffff\r\n',
  'GET /inner HTTP/1.1\r\nHost: inner.test\r\n\r\n',
];

/** What stands between words. */
export const SEPARATORS: readonly string[] = [
  ' ',
  '\t',
  '  ',
  ':',
  ': ',
  ' :',
  ',',
  ', ',
  ';',
  '=',
  '"',
  '\\',
  '/',
  '#',
  '?',
  '@',
  '%',
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  '\n\n',
  '\r\r\n',
  '\n\r',
  '\r\n ',
  '\r\n\t',
  '\r\n \r\n',
];

/** Single bytes worth trying anywhere. */
export const ODD_BYTES =
  '\x00\x01\x08\t\n\x0b\x0c\r\x1f !"#%,-./0159:;<=>?@AF[\\]_afgxz{|}~\x7f\x80\x85\xa0\xff';
