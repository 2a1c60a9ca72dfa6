// A load generator on plain sockets: keep-alive GETs on a fixed number of connections, for a fixed time.
// Every answer is checked for status and length, so that a fast wrong answer does not count.

import { connect } from 'node:net';

/** One connection that asks again as soon as it is answered. */
class Asker {
  constructor({ port, request, expect, status, onAnswer, onError }) {
    this.status = status;
    this.request = request;
    this.expect = expect;
    this.onAnswer = onAnswer;
    this.onError = onError;
    this.stopped = false;
    this.port = port;
    this.open();
  }

  open() {
    this.held = '';
    this.socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('connect', () => this.ask());
    this.socket.on('data', (text) => this.take(text));
    this.socket.on('error', (error) => this.stopped || this.onError(error));
    this.socket.on('close', () => this.stopped || this.open());
  }

  ask() {
    this.askedAt = process.hrtime.bigint();
    this.socket.write(this.request);
  }

  take(text) {
    this.held += text;
    const end = this.held.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.held.slice(0, end + 2);
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head);
    const size = length === null ? chunkedSize(this.held, end + 4) : end + 4 + Number(length[1]);
    if (size === undefined || this.held.length < size) return;
    if (!head.startsWith(`HTTP/1.1 ${this.status} `) || !this.held.includes(this.expect)) {
      this.onError(new Error(`unexpected answer: ${this.held.slice(0, 300)}`));
      return;
    }
    this.held = this.held.slice(size);
    this.onAnswer(process.hrtime.bigint() - this.askedAt);
    if (this.stopped) return;
    if (/\r\nconnection: *close\r\n/i.test(head)) this.socket.end();
    else this.ask();
  }

  stop() {
    this.stopped = true;
    this.socket.destroy();
  }
}

/** Where a chunked message that is whole ends; undefined before. */
function chunkedSize(text, from) {
  const last = text.indexOf('0\r\n\r\n', from);
  return last < 0 ? undefined : last + 5;
}

/**
 * Asks for `seconds` on `connections` connections. Answers the number of requests, their rate, and the median time of
 * one in milliseconds.
 */
export async function load({ port, path, connections, seconds, expect, status = 200 }) {
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`;
  const times = [];
  let failure;
  const started = process.hrtime.bigint();
  const askers = [];
  for (let i = 0; i < connections; i++) {
    askers.push(
      new Asker({
        port,
        request,
        expect,
        status,
        onAnswer: (nanos) => times.push(Number(nanos)),
        onError: (error) => {
          failure ??= error;
        },
      }),
    );
  }
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  for (const asker of askers) asker.stop();
  if (failure !== undefined) throw failure;
  const elapsed = Number(process.hrtime.bigint() - started) / 1e9;
  times.sort((a, b) => a - b);
  return { requests: times.length, rate: times.length / elapsed, median: times[times.length >> 1] / 1e6 };
}
