// A load generator on plain sockets: the same request again and again on a fixed number of connections that are kept,
// for a fixed time. Every answer is compared with the one that is due, all of its body included, so that a fast wrong
// answer does not count; a head that is byte for byte the one before is not read again, so that this costs little.

import { Asker } from './asker.mjs';
import { quantile } from './numbers.mjs';

/** A request as bytes. `headers` are lines; Host and what frames the body are added. */
export function requestBytes({ method = 'GET', port, path, headers = [], body, chunk }) {
  const framing = [];
  if (chunk !== undefined) framing.push('Transfer-Encoding: chunked');
  else if (body !== undefined) framing.push(`Content-Length: ${body.length}`);
  const lines = [`${method} ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...headers, ...framing, '', ''];
  return Buffer.from(
    lines.join('\r\n') + (chunk === undefined ? (body ?? '') : inChunks(body, chunk)),
    'latin1',
  );
}

function inChunks(body, size) {
  let text = '';
  for (let at = 0; at < body.length; at += size) {
    const part = body.slice(at, at + size);
    text += `${part.length.toString(16)}\r\n${part}\r\n`;
  }
  return `${text}0\r\n\r\n`;
}

/** One request, or the same `times` over, on a connection of its own: the last answer as `{ status, head, body }`. */
export async function ask(port, request, times = 1) {
  let fail;
  const failed = new Promise((_, reject) => {
    fail = reject;
  });
  const asker = new Asker({ port, request, answer: { collect: true }, onError: fail });
  const late = setTimeout(() => asker.fail(new Error('no answer within 10 seconds')), 10_000);
  try {
    let answer;
    for (let i = 0; i < times; i++) answer = await Promise.race([asker.once(), failed]);
    return answer;
  } finally {
    clearTimeout(late);
    asker.close();
  }
}

/** Connections that each have had one answer and rest. */
async function openAskers({ connections, ...options }) {
  const askers = [];
  for (let i = 0; i < connections; i++) askers.push(new Asker(options));
  await Promise.all(askers.map((asker) => asker.once()));
  return askers;
}

/**
 * Asks for `seconds` on `connections` connections. Answers the number of requests, their rate, and times of one in
 * milliseconds. `answer` says what is due: a `status`, text in the `head`, the whole `body`. `meter` is read when all
 * connections stand and when the last answer is in; its difference is `used`.
 */
export async function load({ port, request, answer, connections, seconds, meter = () => 0 }) {
  const times = [];
  let fail;
  const failed = new Promise((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  const opening = openAskers({ port, request, answer, connections, onError: fail, reopens: true });
  const askers = await Promise.race([opening, failed]);
  try {
    const before = meter();
    const started = performance.now();
    const end = started + seconds * 1000;
    await Promise.race([failed, Promise.all(askers.map((asker) => askUntil(asker, end, times)))]);
    const elapsed = (performance.now() - started) / 1000;
    return {
      requests: times.length,
      elapsed,
      rate: times.length / elapsed,
      median: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      used: meter() - before,
      reopened: askers.reduce((sum, asker) => sum + asker.reopened, 0),
    };
  } finally {
    for (const asker of askers) asker.close();
  }
}

function askUntil(asker, end, times) {
  return new Promise((resolve) => {
    let askedAt = performance.now();
    asker.onAnswer = () => {
      const now = performance.now();
      times.push(now - askedAt);
      if (now >= end) {
        resolve();
        return;
      }
      askedAt = now;
      asker.ask();
    };
    asker.ask();
  });
}

/** Opens `count` connections, a few at a time, each of which asks once and then rests. */
export async function openIdle({ port, request, answer, count }) {
  const idle = [];
  let fail;
  const failed = new Promise((_, reject) => {
    fail = reject;
  });
  while (idle.length < count) {
    const connections = Math.min(20, count - idle.length);
    const opening = openAskers({ port, request, answer, connections, onError: (error) => fail(error) });
    idle.push(...(await Promise.race([opening, failed])));
  }
  failed.catch(() => {});
  return {
    open: () => idle.filter((asker) => asker.isOpen).length,
    close: () => {
      for (const asker of idle) asker.close();
    },
  };
}
