// Lines of an access log (common, combined, or with the virtual host in front) → the requests that they speak of.

/** One request, as far as the log tells it. Byte strings. */
export interface LoggedRequest {
  readonly method: string;
  /** The target as sent. */
  readonly target: string;
  /** `%v:%p` where the log has it. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** The client's address; undefined for a name. */
  readonly remote: string | undefined;
  readonly referer: string | undefined;
  readonly agent: string | undefined;
  /** What was answered then. */
  readonly status: number;
}

/** `host ident user [time] "request" status bytes`, perhaps with `vhost:port` before and two quoted fields behind. */
const LINE =
  /^(?:(?<host>[^\s:"]+):(?<port>\d+) )?(?<remote>\S+) \S+ (?:\S+|"(?:[^"\\]|\\.)*") \[[^\]]+\] "(?<request>(?:[^"\\]|\\.)*)" (?<status>\d{3}) \S+(?: "(?<referer>(?:[^"\\]|\\.)*)" "(?<agent>(?:[^"\\]|\\.)*)")?/;

/** Undefined for a line that is none of these, or that speaks of no request. */
export function readLogLine(line: string): LoggedRequest | undefined {
  const found = LINE.exec(line)?.groups;
  if (found === undefined) return undefined;
  const request = unescapeLog(found.request ?? '');
  const parts = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) (\S+)(?: HTTP\/[0-9.]+)?$/.exec(request);
  if (parts === null) return undefined;
  const remote = found.remote ?? '';
  return {
    method: parts[1]!,
    target: parts[2]!,
    host: found.host,
    port: found.port === undefined ? undefined : Number(found.port),
    remote: /^[0-9.]+$|:/.test(remote) ? remote : undefined,
    referer: field(found.referer),
    agent: field(found.agent),
    status: Number(found.status),
  };
}

function field(text: string | undefined): string | undefined {
  return text === undefined || text === '-' ? undefined : unescapeLog(text);
}

const NAMED: { readonly [letter: string]: string } = { n: '\n', r: '\r', t: '\t', b: '\b', v: '\v' };

/** Apache writes `\"`, `\\`, `\n` and `\xhh`. */
function unescapeLog(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_whole, hex: string | undefined, letter: string) =>
    hex === undefined ? (NAMED[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
