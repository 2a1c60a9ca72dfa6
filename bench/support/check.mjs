// Is a contestant's answer right? Asked before anything is timed: a wrong answer is not compared.

import { readFileSync } from 'node:fs';
import { ask, requestBytes } from './load.mjs';

function must(isTrue, what, found) {
  if (!isTrue) throw new Error(`${what}:\n${found.slice(0, 1000)}`);
}

function mustMatch(patterns, text, what) {
  const lines = text.replaceAll('\r\n', '\n');
  for (const pattern of patterns) must(pattern.test(lines), `${what} ${pattern}`, lines);
}

/** What the backend has seen of the last of some requests. */
async function askSeen(port, headers) {
  const { body } = await ask(port, requestBytes({ port, path: '/seen', headers }), 4);
  return body.latin1Slice();
}

async function checkBodyArrives(port, request) {
  const { head } = await ask(port, requestBytes({ ...request, port, path: `${request.path}-seen` }));
  mustMatch([/^x-body-is-whole: yes$/im], head, 'the backend has not seen the body:');
}

async function checkLog(log, path) {
  for (let i = 0; i < 40; i++) {
    const text = readFileSync(log, 'latin1');
    if (text.includes(path)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no log line has ${path}`);
}

/** The lines by which a browser asks whether what it holds is still right. */
async function conditions(port, request) {
  const { status, head } = await ask(port, requestBytes({ ...request, port }));
  const etag = /^etag: *(.*)\r$/im.exec(head)?.[1];
  const modified = /^last-modified: *(.*)\r$/im.exec(head)?.[1];
  must(status === 200 && etag && modified, 'no answer that can be revalidated', head);
  return [`If-None-Match: ${etag}`, `If-Modified-Since: ${modified}`];
}

/** Throws unless the front answers a row's request as it should; answers the request's bytes. */
export async function checkedRequest({ row, front, site }) {
  const { port } = front;
  const headers = row.revalidates
    ? [...row.request.headers, ...(await conditions(port, row.request))]
    : row.request.headers;
  const request = requestBytes({ ...row.request, headers, port });
  const { status, head, body } = await ask(port, request);
  must(status === row.answer.status, `status ${status} instead of ${row.answer.status}`, head);
  const due = row.answer.body ?? '';
  must(
    row.hasAnyBody || body.latin1Slice() === due,
    `a body of ${body.length} bytes that is not the one due`,
    head,
  );
  mustMatch(row.headers ?? [], head, 'no header line is');
  if (row.seen !== undefined) mustMatch(row.seen, await askSeen(port, headers), 'the backend has not seen');
  if (row.request.body !== undefined) await checkBodyArrives(port, row.request);
  if (row.log !== undefined) await checkLog(site.log, row.log);
  return request;
}
