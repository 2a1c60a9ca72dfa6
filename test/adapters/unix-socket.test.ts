// Requests that come by a Unix socket: whoever sends them has no address.
import { createServer, get } from 'node:http';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { forNode } from '../../src/adapters/index.ts';
import { atEnd, endTests, folderOf } from './hono-scene.ts';

endTests();

it('is neither this machine nor any other', async () => {
  const socketPath = join(folderOf({}), 'socket');
  const rules = forNode({
    configuration: [
      '<Location /local>\nRequire local\n</Location>',
      '<Location /ip>\nRequire ip 127.0.0.0/8 ::1 10.0.0.0/8\n</Location>',
      '<Location /all>\nRequire all granted\n</Location>',
    ].join('\n'),
    log: () => undefined,
  });
  const server = createServer((request, response) => rules(request, response, () => response.end('in')));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  atEnd(async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    await rules.close();
  });
  const statusOf = (path: string) =>
    new Promise((resolve, reject) => {
      get({ socketPath, path, agent: false }, (response) => resolve(response.resume().statusCode)).on(
        'error',
        reject,
      );
    });
  expect([await statusOf('/local'), await statusOf('/ip'), await statusOf('/all')]).toEqual([403, 403, 200]);
});
