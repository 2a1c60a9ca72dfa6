// The least that a server on Node can hold of a connection: sockets of node:net, with listeners that all of them share,
// and one answer to everything. What portico holds above it is portico's own.

import { createServer } from 'node:net';
import { HELLO } from './backend.mjs';

const ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${HELLO.length}\r\n\r\n${HELLO}`;

const open = new Set();

function answer() {
  this.write(ANSWER, 'latin1');
}

function close() {
  open.delete(this);
}

function ignore() {}

createServer({ noDelay: true }, (socket) => {
  open.add(socket);
  socket.on('data', answer);
  socket.on('error', ignore);
  socket.on('close', close);
}).listen(Number(process.argv[2]), '127.0.0.1', 511);
