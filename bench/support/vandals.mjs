// Clients that vanish and a backend that breaks off, at speed and at random (from a seed), in a process of their own.
//
// The parent says `{ port, seconds, clients, seed }`; this says `{ backend }` at once and `{ asked, answered }` at the
// end: how many requests were sent, and how many came back whole.

import { connect, createServer } from 'node:net';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';
const LARGE = Buffer.alloc(300_000, 'x');

let state = 1;

/** A number below `n`, from the seed (xorshift). */
function below(n) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % n;
}

function anyOf(list) {
  return list[below(list.length)];
}

/** What a backend does with a request; most of the time it answers. */
const ACTS = [
  ...Array(12).fill((socket) => socket.write(`${HEAD}Content-Length: 5\r\n\r\nfine\n`)),
  ...Array(3).fill((socket) =>
    socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nfine\n\r\n0\r\n\r\n`),
  ),
  (socket) => {
    socket.write(`${HEAD}Content-Length: ${LARGE.length}\r\n\r\n`);
    socket.write(LARGE);
  },
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.end(),
  (socket) => socket.end(`${HEAD}Content-Le`),
  (socket) => breakOff(socket, `${HEAD}Content-Length: 100\r\n\r\nhalf`),
  (socket) => breakOff(socket, `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhal`),
  (socket) => socket.end(`${HEAD}Connection: close\r\nContent-Length: 5\r\n\r\nlast\n`),
  (socket) => socket.write(`${HEAD}Content-Length: 5\r\n\r\nfine\nand more`),
  (socket) => socket.write('\x00\xff no answer\r\n\r\n', 'latin1'),
  (socket) =>
    setTimeout(() => socket.destroyed || socket.write(`${HEAD}Content-Length: 5\r\n\r\nlate\n`), 50),
];

function breakOff(socket, bytes) {
  socket.write(bytes);
  setTimeout(() => socket.resetAndDestroy(), below(20));
}

/** Every request ends with `!`, be it its path or its body. */
const backend = createServer({ noDelay: true }, (socket) => {
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text = (text + chunk.toString('latin1')).slice(-4000);
    if (!isWhole(text)) return;
    text = '';
    anyOf(ACTS)(socket);
  });
});

function isWhole(text) {
  if (/^(?:GET|HEAD)[\s\S]*\r\n\r\n$/.test(text)) return true;
  return /!(?:\r\n0\r\n\r\n)?$/.test(text);
}

const FIELDS = 'Host: vandal\r\nUser-Agent: none\r\n';
const UPLOAD = `${'x'.repeat(60_000)}!`;

/** What a client sends; `wants` says how much of an answer it waits for before it goes. */
const VISITS = [
  ...Array(6).fill(() => `GET /page HTTP/1.1\r\n${FIELDS}\r\n`),
  () => `GET /page HTTP/1.1\r\n${FIELDS}\r\n`.repeat(1 + below(8)),
  () => `GET /page HT`,
  () => `GET /page HTTP/1.1\r\n${FIELDS}X-Half: `,
  () => `\x16\x03\x01 no request\r\n\r\n`,
  () => `GET /file.txt HTTP/1.1\r\n${FIELDS}\r\n`,
  () => `POST /form HTTP/1.1\r\n${FIELDS}Content-Length: 6\r\n\r\nshort!`,
  () => `POST /form HTTP/1.1\r\n${FIELDS}Content-Length: 600\r\n\r\nshort`,
  () => `PUT /form HTTP/1.1\r\n${FIELDS}Content-Length: ${UPLOAD.length}\r\n\r\n${UPLOAD}`,
  () =>
    `PUT /form HTTP/1.1\r\n${FIELDS}Content-Length: ${UPLOAD.length}\r\n\r\n${UPLOAD.slice(below(UPLOAD.length))}`,
  () => `POST /form HTTP/1.1\r\n${FIELDS}Transfer-Encoding: chunked\r\n\r\n6\r\nshort!\r\n0\r\n\r\n`,
  () => `POST /form HTTP/1.1\r\n${FIELDS}Transfer-Encoding: chunked\r\n\r\nfff\r\nshort`,
];

const told = { asked: 0, answered: 0 };

/** One connection: a few requests, then it closes, resets or ends its direction. */
function visit(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let left = 1 + below(5);
    let hasLeft = false;
    // Once only: Node forgets to close a socket that is reset while it is ending.
    const leave = () => {
      if (hasLeft) return;
      hasLeft = true;
      anyOf([() => socket.resetAndDestroy(), () => socket.destroy(), () => socket.end()])();
    };
    const ask = () => {
      told.asked += 1;
      left -= 1;
      socket.write(anyOf(VISITS)(), 'latin1');
      if (below(4) === 0) setTimeout(leave, below(30));
    };
    const late = setTimeout(() => {
      socket.destroy();
      resolve();
    }, 300);
    socket.on('error', () => {});
    socket.on('connect', ask);
    socket.on('data', (chunk) => {
      if (chunk.toString('latin1', chunk.length - 7).endsWith('fine\n')) told.answered += 1;
      if (left > 0 && !socket.destroyed) ask();
      else leave();
    });
    socket.on('close', () => {
      clearTimeout(late);
      resolve();
    });
  });
}

async function visitUntil(port, end) {
  while (performance.now() < end) await visit(port);
}

process.on('message', async ({ port, seconds, clients, seed }) => {
  state = seed;
  const end = performance.now() + seconds * 1000;
  await Promise.all(Array.from({ length: clients }, () => visitUntil(port, end)));
  process.send(told);
});
process.on('disconnect', () => process.exit());
backend.listen(0, '127.0.0.1', 1024, () => process.send({ backend: backend.address().port }));
