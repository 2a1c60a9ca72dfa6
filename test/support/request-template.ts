// The requests of a case: from the short line of `=== get` or the text of `=== request` to the bytes
// that go out, with placeholders replaced and escapes undone.

export interface RequestTemplate {
  readonly kind: 'get' | 'lines' | 'raw';
  /** How the request is named in recorded answers. */
  readonly label: string;
  readonly text: string;
  readonly isNewConnection: boolean;
  readonly needsContentLength: boolean;
}

export interface BuiltRequest {
  readonly bytes: Buffer;
  /** The method, as far as the first line shows one; a HEAD answer has no body. */
  readonly method: string;
}

/** Placeholder names (without braces) and what stands for them in one run of a case. */
export type Names = ReadonlyMap<string, string>;

/** Reads `[METHOD] TARGET [HTTP/1.0] [| Header: value]... [| body=TEXT]`. */
export function readGetLine(line: string, isNewConnection: boolean): RequestTemplate {
  return { kind: 'get', label: line.trim(), text: line.trim(), isNewConnection, needsContentLength: false };
}

/** Replaces `{NAME}` by its value; names nobody has given stay as they are. */
export function expandNames(text: string, names: Names): string {
  return text.replace(/\{([A-Z][A-Z0-9]*)\}/g, (whole, name: string) => names.get(name) ?? whole);
}

/** Undoes `\xNN \r \n \t \\`; any other backslash stays. */
export function undoEscapes(text: string): string {
  const letters: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|([rnt\\]))/g, (whole, hex?: string, letter?: string) =>
    hex === undefined ? (letters[letter ?? ''] ?? whole) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Turns a template into the bytes to send. */
export function buildRequest(template: RequestTemplate, names: Names): BuiltRequest {
  const text = expandNames(template.text, names);
  const defaultHost = expandNames('localhost:{PORT}', names);
  if (template.kind === 'raw') return built(undoEscapes(text));
  if (template.kind === 'lines') return built(fromLines(text, template.needsContentLength, defaultHost));
  return built(fromGetLine(text, defaultHost));
}

function built(message: string): BuiltRequest {
  return { bytes: Buffer.from(message, 'latin1'), method: /^[^\s]*/.exec(message)?.[0] ?? '' };
}

function fromGetLine(line: string, defaultHost: string): string {
  const [start = '', ...extras] = line.split(/\s+\|\s+/);
  const words = start.split(/\s+/);
  const version = /^HTTP\/\d/.test(words.at(-1) ?? '') ? words.pop() : 'HTTP/1.1';
  const method = words.length > 1 && /^[A-Za-z-]+$/.test(words[0] ?? '') ? words.shift() : 'GET';
  const headers = extras.filter((extra) => !extra.startsWith('body=')).map(undoEscapes);
  const body = extras.find((extra) => extra.startsWith('body='));
  const requestLine = undoEscapes(`${method} ${words.join(' ')} ${version}`);
  return message(
    requestLine,
    headers,
    body === undefined ? undefined : undoEscapes(body.slice(5)),
    true,
    defaultHost,
  );
}

function fromLines(text: string, needsContentLength: boolean, defaultHost: string): string {
  const lines = text.split('\n').map(undoEscapes);
  const blank = lines.indexOf('');
  const [first = '', ...headers] = blank < 0 ? lines : lines.slice(0, blank);
  const body = blank < 0 ? undefined : lines.slice(blank + 1).join('\n');
  const requestLine = / HTTP\/\d/.test(first) ? first : `${first} HTTP/1.1`;
  return message(requestLine, headers, body, needsContentLength, defaultHost);
}

function message(
  requestLine: string,
  headers: readonly string[],
  body: string | undefined,
  needsContentLength: boolean,
  defaultHost: string,
): string {
  const hasHost = headers.some((header) => /^host\s*:/i.test(header));
  const lines = [
    requestLine,
    ...(hasHost ? [] : [`Host: ${defaultHost}`]),
    ...headers,
    ...(body !== undefined && needsContentLength ? [`Content-Length: ${body.length}`] : []),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}
