// A real CherryPy application for the how-to's tests: it tells what it received, and redirects.
import { spawn } from 'node:child_process';
import { part } from './programs.ts';
import { isListening, type Scene, until } from './scene.ts';

/** Pages: `/` and any path tell what arrived as JSON; `/go` redirects to `/landing`. */
export const CHERRYPY_APP = `import json, os, sys
import cherrypy

class App:
    @cherrypy.expose
    def default(self, *path, **query):
        request = cherrypy.request
        cherrypy.response.headers['Content-Type'] = 'application/json'
        return json.dumps({
            'line': request.request_line,
            'path_info': request.path_info,
            'query': request.query_string,
            'base': request.base,
            'remote_ip': request.remote.ip,
            'headers': dict(request.headers),
        }).encode('utf-8')

    @cherrypy.expose
    def go(self):
        raise cherrypy.HTTPRedirect('/landing')

    index = default

cherrypy.config.update({
    'server.socket_host': '127.0.0.1',
    'server.socket_port': int(sys.argv[1]),
    'log.screen': False,
    'engine.autoreload.on': False,
    'tools.proxy.on': True,
})
if len(sys.argv) > 2:
    with open(sys.argv[2], 'w') as f:
        f.write(str(os.getpid()))
cherrypy.quickstart(App())
`;

/** What the application says it received. */
export interface Received {
  readonly line: string;
  readonly path_info: string;
  readonly query: string;
  readonly base: string;
  readonly remote_ip: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Starts the application on a port; the scene stops it. */
export async function startCherryPy(scene: Scene, port: number): Promise<void> {
  const python = part('cherrypy');
  if (python === undefined) throw new Error('CherryPy is missing');
  const app = scene.write('app.py', CHERRYPY_APP);
  const child = spawn(python.program, [app, String(port)], { stdio: 'ignore' });
  scene.onClose(async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  });
  await until('CherryPy', async () => ((await isListening(port)) ? true : undefined));
}
