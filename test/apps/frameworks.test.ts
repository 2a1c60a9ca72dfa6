// Applications as people write them, started, asked, replaced and stopped by the supervisor.
import { afterEach, describe, expect, it } from 'vitest';
import { part, testWith } from '../support/parts.ts';
import { until } from '../support/scene.ts';
import { obtain, type Supervised, superviseApps, untilGone, visitApp } from '../support/supervised.ts';

let apps: Supervised;

afterEach(() => apps.close());

function make(): Supervised {
  apps = superviseApps();
  return apps;
}

const CHERRYPY = `import os
import cherrypy

class Shop:
    @cherrypy.expose
    def index(self):
        return str(os.getpid())

    @cherrypy.expose
    def healthz(self):
        return 'fine'

cherrypy.config.update({
    'server.socket_host': '127.0.0.1',
    'server.socket_port': int(os.environ['PORT']),
    'engine.autoreload.on': False,
})
cherrypy.quickstart(Shop())
`;

/** A master that forks workers which share its listener, and sees them off when it is told to end, as gunicorn's does. */
const FORKING = `import os, signal, socket, sys
server = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))
workers = []
for _ in range(3):
    pid = os.fork()
    if pid == 0:
        while True:
            connection, _ = server.accept()
            connection.recv(65536)
            text = str(os.getpid()).encode()
            connection.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\nConnection: close\\r\\n\\r\\n%s' % (len(text), text))
            connection.close()
    workers.append(pid)
print('workers', *workers)

def end(*_):
    for pid in workers:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
    print('all workers are gone')
    sys.exit(0)

signal.signal(signal.SIGTERM, end)
signal.pause()
`;

const PHP = `<?php
echo getmypid();
`;

/** One that loads for five seconds, with its port open all the while. */
const SLOW = `import http.server, os, threading, time
began = time.time()
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if time.time() < began + 5:
            self.send_error(503, 'still loading')
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Page).serve_forever()
`;

describe('an application in', () => {
  testWith(['cherrypy'], 'CherryPy', async () => {
    const { supervisor } = make();
    apps.write('webserver.py', CHERRYPY);
    apps.apply({ command: [part('cherrypy')!.program, 'webserver.py'] });
    const answers = await Promise.all(Array.from({ length: 50 }, () => visitApp(supervisor)));
    const [pid = 0] = apps.pids();
    expect(new Set(answers)).toEqual(new Set([String(pid)]));
    // CherryPy looks at its port before it says so.
    await until('its line', () =>
      apps.printed.join('\n').includes('ENGINE Serving on http://127.0.0.1:') ? true : undefined,
    );
    expect(await supervisor.restart('shop')).toEqual({ isDone: true });
    expect(await visitApp(supervisor)).not.toBe(String(pid));
    await untilGone(pid);
  });

  testWith(['php'], 'PHP, with its own server', async () => {
    const { supervisor } = make();
    apps.write('index.php', PHP);
    const php = part('php')!.program;
    apps.apply({ command: [php, '-S', '127.0.0.1:$PORT', 'index.php'], probe: { kind: 'http', path: '/' } });
    const first = await visitApp(supervisor);
    expect(apps.pids()).toContain(Number(first));
    process.kill(Number(first), 'SIGKILL');
    expect(await visitApp(supervisor)).not.toBe(first);
  });

  testWith(['python3'], 'a program that forks workers', async () => {
    const { supervisor } = make();
    apps.write('fork.py', FORKING);
    apps.apply({ command: [part('python3')!.program, 'fork.py'], probe: { kind: 'tcp' } });
    const answers = await Promise.all(Array.from({ length: 30 }, () => visitApp(supervisor)));
    const workers = /workers (.*)/.exec(apps.printed.join('\n'))![1]!.split(' ');
    expect(workers.length).toBe(3);
    for (const answer of answers) expect(workers).toContain(answer);
    // Its master is gone; the workers, which still have the port, must not be left.
    const [master = 0] = apps.pids();
    process.kill(master, 'SIGKILL');
    await until('the next one', () => (apps.pids().includes(master) ? undefined : true));
    const next = await visitApp(supervisor);
    expect(workers).not.toContain(next);
    for (const worker of workers) await untilGone(Number(worker));
    await supervisor.stop('shop');
    await untilGone(Number(next));
    await until('its last words', () =>
      apps.printed.at(-1)?.endsWith('all workers are gone') ? true : undefined,
    );
  });

  testWith(['python3'], 'a program that needs five seconds', async () => {
    const { supervisor } = make();
    apps.write('slow.py', SLOW);
    apps.apply({ command: [part('python3')!.program, 'slow.py'] });
    expect(await obtain(supervisor, 'shop', 500)).toMatchObject({ kind: 'refusal', cause: 'not-ready' });
    const began = performance.now();
    await Promise.all(Array.from({ length: 20 }, () => visitApp(supervisor)));
    expect(performance.now() - began).toBeGreaterThan(4000);
    expect(supervisor.report('shop')).toMatchObject({ starts: 1, failure: undefined });
  });

  testWith(['python3'], 'a program that prints without end, of which nothing is lost', async () => {
    const lines: string[] = [];
    // What it says of the probe is left out.
    const keep = (line: string): unknown => (line.includes('GET') ? undefined : lines.push(line));
    apps = superviseApps({ logOutput: (_target, { line }) => void keep(line) });
    apps.write(
      'chatter.py',
      `import http.server, os, sys
for number in range(200000): print(number, 'x' * 40)
sys.stdout.flush()
http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), http.server.SimpleHTTPRequestHandler).serve_forever()
`,
    );
    apps.apply({
      command: [part('python3')!.program, 'chatter.py'],
      probe: { kind: 'tcp' },
      env: { PYTHONUNBUFFERED: '' },
    });
    await visitApp(apps.supervisor);
    expect(lines.length).toBe(200_000);
    expect(lines.every((line, number) => line.startsWith(`${number} `))).toBe(true);
    expect(apps.supervisor.report('shop')?.output.length).toBe(40);
  });
});

it('uses memory that is told', async () => {
  const { supervisor } = make();
  apps.apply({});
  await visitApp(supervisor);
  expect(supervisor.report('shop')?.instances[0]?.memory).toBeGreaterThan(10 * 2 ** 20);
});
