// The proxy that a careful programmer writes by hand: node:http in front, undici's pool behind.

import { createServer } from 'node:http';
import { Pool } from 'undici';
import { listen } from './listen.mjs';

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const [port, backend] = process.argv.slice(2).map(Number);
const pool = new Pool(`http://127.0.0.1:${backend}`, { connections: 128 });

/** Header lines as a flat list of names and values, without those of this hop. */
function forwarded(raw) {
  const lines = [];
  for (let at = 0; at < raw.length; at += 2) {
    if (!HOP_BY_HOP.has(raw[at].toLowerCase())) lines.push(raw[at], raw[at + 1]);
  }
  return lines;
}

function requestHeaders(request) {
  const { headers, rawHeaders, socket } = request;
  const before = headers['x-forwarded-for'];
  const address = before === undefined ? socket.remoteAddress : `${before}, ${socket.remoteAddress}`;
  return [...forwarded(rawHeaders), 'X-Forwarded-For', address, 'X-Forwarded-Host', headers.host ?? ''];
}

function hasBody({ headers }) {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

listen(
  createServer((request, response) => {
    pool
      .stream(
        {
          path: request.url,
          method: request.method,
          headers: requestHeaders(request),
          body: hasBody(request) ? request : null,
          responseHeaders: 'raw',
        },
        ({ statusCode, headers }) => response.writeHead(statusCode, forwarded(headers)),
      )
      .catch(() => response.destroy());
  }),
  port,
);
