// A crowd of slow peers in a process of its own, so that what it costs is not what the measured client pays: clients
// that take their time with heads, bodies and answers, that rest, and that wait for a backend which is slow or silent.
// A connection that the server closes is opened again.
//
// Its parent says `{ port, counts }` or, with counts of nothing, that all shall leave; it says `{ backend }` once, and
// `{ standing }` when it has done what it was told.

import { connect, createServer } from 'node:net';

const STEP_MS = 2000;
const HELD = Buffer.alloc(1 << 20, 'x');

/** The slow backend: `/silent` is never answered, `/drops` bit by bit, `/much` as fast as it is taken. */
const backend = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', (bytes) => {
    const path = bytes.toString('latin1', 0, 200).split(' ')[1];
    if (path.endsWith('/drops')) drip(socket);
    else if (path.endsWith('/much')) {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${HELD.length * 4}\r\n\r\n`);
      for (let i = 0; i < 4; i++) socket.write(HELD);
    }
  });
});

function drip(socket) {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n');
  every(socket, () => socket.write('drop'));
}

/** Does something again and again, until the socket is closed. */
function every(socket, action) {
  const timer = setInterval(action, STEP_MS);
  socket.on('close', () => clearInterval(timer));
}

const GET = (path) => `GET ${path} HTTP/1.1\r\nHost: slow\r\n\r\n`;

/** What each kind of client does on its connection. */
const KINDS = {
  heads(socket) {
    socket.write('GET /hello HTTP/1.1\r\nHost: slow\r\n');
    every(socket, () => socket.write('X-Slow: yes\r\n'));
  },
  bodies(socket) {
    socket.write('POST /slow/silent HTTP/1.1\r\nHost: slow\r\nContent-Length: 1000000\r\n\r\n');
    every(socket, () => socket.write('drop'));
  },
  readers(socket) {
    socket.pause();
    socket.write(GET('/slow/much'));
    every(socket, () => socket.read(1024));
  },
  resting(socket) {
    socket.write(GET('/hello'));
  },
  waiting(socket) {
    socket.write(GET('/slow/silent'));
  },
  trickles(socket) {
    socket.write(GET('/slow/drops'));
  },
};

const standing = new Set();
let isLeaving = false;

function open(port, kind) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    standing.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      standing.delete(socket);
      resolve();
      setTimeout(() => isLeaving || open(port, kind), STEP_MS);
    });
    socket.on('connect', () => {
      if (kind !== 'readers') socket.resume();
      KINDS[kind](socket);
      resolve();
    });
  });
}

/** A few at a time. */
async function gather({ port, counts }) {
  const kinds = Object.entries(counts).flatMap(([kind, count]) => Array(count).fill(kind));
  isLeaving = kinds.length === 0;
  if (isLeaving) for (const socket of standing) socket.resetAndDestroy();
  for (let at = 0; at < kinds.length; at += 50)
    await Promise.all(kinds.slice(at, at + 50).map((kind) => open(port, kind)));
  process.send({ standing: standing.size });
}

process.on('message', gather);
process.on('disconnect', () => process.exit());
backend.listen(0, '127.0.0.1', 1024, () => process.send({ backend: backend.address().port }));
