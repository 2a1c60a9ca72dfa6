// The least that a proxy on Node can cost: bytes from socket to socket with some lines put in, and nothing of HTTP read.
// Every client has a backend connection of its own. Not a proxy that anybody could use.

import { createServer, Socket } from 'node:net';

const [port, backend] = process.argv.slice(2).map(Number);
const LINES = 'X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Host: 127.0.0.1\r\n\r\n';
const EMPTY_LINE = 2;
const SHARED = Buffer.allocUnsafeSlow(64 * 1024);

/** Reads into one buffer for all sockets, which is the cheapest way that there is. */
function reading(take) {
  return {
    buffer: SHARED,
    callback: (size) => {
      take(SHARED.latin1Slice(0, size));
      return true;
    },
  };
}

createServer({ noDelay: true, pauseOnConnect: true }, (accepted) => {
  const { _handle: handle } = accepted;
  accepted._handle = null;
  const front = new Socket({
    handle,
    onread: reading((text) => back.write(text.slice(0, -EMPTY_LINE) + LINES, 'latin1')),
  });
  const back = new Socket({ onread: reading((text) => front.write(text, 'latin1')) });
  back.connect({ port: backend, host: '127.0.0.1', noDelay: true });
  for (const [one, other] of [
    [front, back],
    [back, front],
  ]) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
  front.resume();
}).listen(port, '127.0.0.1');
