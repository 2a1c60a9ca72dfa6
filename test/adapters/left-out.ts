// What of test/conformance says nothing of a framework's programs: requests that node:http answers or refuses by itself,
// and cases about the server around the phases.
import type { RawOutcome } from '../support/raw-client.ts';
import type { Framework } from './host-process.ts';

/** Stands for an answer that was not portico's. */
export const NOT_OURS = '(answered before the rules)';

/** What node:http, Fastify and node-server answer to requests that they refuse themselves: nothing of it is portico's. */
export function isNotOurs(outcome: RawOutcome): boolean {
  if (outcome.kind !== 'answer' || ![400, 413, 417, 431].includes(outcome.status)) return false;
  return !outcome.headers.some(([name]) => name.toLowerCase() === 'server');
}

/** Lines of an answer that node:http decides. */
export function isConnectionLine(line: string): boolean {
  return /^(?:connection: |keep-alive: |\(connection: )/.test(line);
}

interface LeftOut {
  /** Inside one framework alone. */
  readonly framework?: Framework;
  /** Of `TOPIC | CASE | REQUEST`. */
  readonly what: RegExp;
  readonly why: string;
}

const LEFT_OUT: readonly LeftOut[] = [
  {
    what: /^modules\/remoteip \| proxy-protocol-.* \| $/,
    why: 'PROXY headers come before HTTP, where node:http reads already',
  },
  { what: /^proxy\/balancer-status \| for-people /, why: 'the connections of a server are no middleware’s' },
  {
    what: /^proxy\/upgrade \| one-protocol \| (?:\/x \| Upgrade: websocket(?: \| Connection: keep-alive)?|POST .*)$/,
    why: 'for node:http a request with Upgrade and a body, or without Connection: Upgrade, is none that leaves HTTP',
  },
  {
    what: /^proxy\/upgrade \| bodies /,
    why: 'node:http hands over the bytes behind the head, whatever they are',
  },
  {
    what: /^(?:proxy\/upgrade|hostile) \| (?:a-request-behind-a-refused-upgrade|upgrade-with-a-second-request) /,
    why: 'node:http reads no request behind one that wants to leave HTTP',
  },
  {
    what: /^wire\/bad-requests \| (?:request-lines|http-0-9|methods) \| GET {2}| \| GET \/a.txt {2}| \| GET \/a.txt\\r| \| CONNECT /,
    why: 'the request line is node:http’s to read',
  },
  {
    what: /^modules\/log-format \| (?:response-fields|connections) \| \/cgi-bin\/log.cgi$/,
    why: 'node:http decides how long a connection is kept, and says so itself',
  },
  {
    what: /^modules\/log-format \| (?:hostile-bytes|refused-requests) \| \/cgi-bin\/log.cgi$/,
    why: 'what node:http has refused is in no log of portico’s',
  },
  {
    framework: 'hono',
    what: /^modules\/log-format \| names-of-the-client \| \/cgi-bin\/log.cgi$/,
    why: 'node-server refuses requests without Host, which are in no log of portico’s',
  },
  {
    framework: 'hono',
    what: /^core\/error-pages \| statuses-of-scripts \| \/cgi-bin\/status.cgi\?205$/,
    why: 'a web Response with status 205 has no body',
  },
  {
    framework: 'hono',
    what: /^(?:modules\/substitute \| no length, no ranges, the file's own validators|wire\/connection \| (?:chunked-answer|answer-without-length)) /,
    why: 'node-server gives a short body a length',
  },
  {
    framework: 'hono',
    what: /^proxy\/answers \| framing-of-the-backend \| \/_raw\/cut/,
    why: 'node-server answers 500 for a short body that breaks off',
  },
  {
    framework: 'hono',
    what: /^proxy\/(?:answers \| odd-status-lines \| \/_raw\/s999|fcgi-answers \| statuses \| \/app\/_raw\/odd)/,
    why: 'no web Response has a status beyond 599',
  },
  { what: / Expect: 100-continue/i, why: 'node:http tells clients to go on before anybody is asked' },
];

/** Why a request, or with '' a whole case, is left out; undefined where it is not. */
export function whyLeftOut(
  topic: string,
  name: string,
  request: string,
  inside?: Framework,
): string | undefined {
  const key = `${topic} | ${name} | ${request}`;
  return LEFT_OUT.find(({ framework, what }) => (framework ?? inside) === inside && what.test(key))?.why;
}
