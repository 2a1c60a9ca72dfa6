// A page in a browser that runs one script and nothing else.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { browse } from './browser.ts';

/** The DOM that the script leaves after so many milliseconds of the browser's own time. */
export async function runInPage(script: string, milliseconds: number): Promise<string> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(
      isScript ? script : '<!DOCTYPE html><body><script type="module" src="/page.js"></script></body>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await browse(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, milliseconds);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
