// An application of the soak: answers its name after a moment, and has a child that outlives it unless somebody cares.

import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

const { PORT, PORTICO_APP: name, START_MS = '0' } = process.env;

spawn('sleep', ['1000'], { stdio: 'ignore' }).unref();

const server = createServer((request, response) => {
  const answer = () => response.end(`${name} ${process.pid}`);
  if (request.url === '/healthz') answer();
  else setTimeout(answer, Math.random() * 30);
});
setTimeout(() => server.listen(Number(PORT), '127.0.0.1'), Number(START_MS));

// Finishes what is under way, as a server should that is told to end.
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
