// One request through all phases of a site, with files in memory and no socket: for tests, or behind a server of one's own.
import { closeSite, createMemoryIo, Exchange, HeaderList, modules, openSite, readSite, serve } from 'portico';

const files = {
  '/srv/site.conf': 'DocumentRoot /srv/htdocs\n<Directory /srv/htdocs>\n  AllowOverride All\n</Directory>\n',
  '/srv/htdocs/.htaccess': 'RewriteEngine On\nRewriteRule ^start$ index.html\n',
  '/srv/htdocs/index.html': 'Welcome.\n',
};

/** What a site asks of its machine, without one. */
const io = {
  ...createMemoryIo(files),
  now: () => Date.now(),
  pid: process.pid,
  openLog: () => ({ write: (line) => console.error(line) }),
  openFile: (path, start, length) => files[path].slice(start, start + length),
  resolve: () => Promise.reject(new Error('no names are known here')),
  userHome: () => undefined,
  userName: () => undefined,
  groupName: () => undefined,
};

/** A connection that hands over what is sent. */
function connectionFor(take) {
  return {
    remoteAddress: '192.0.2.1',
    remotePort: 50000,
    localAddress: '192.0.2.80',
    localPort: 80,
    secure: false,
    served: 0,
    interim() {},
    send(answer) {
      take(answer);
      return { bytes: 0, wireBytes: 0, complete: true };
    },
    upgrade() {
      throw new Error('there is no connection to hand over');
    },
    drop() {},
    watch() {},
    unwatch() {},
  };
}

async function ask(site, method, path) {
  const answers = [];
  const transport = connectionFor((answer) => answers.push(answer));
  const headers = new HeaderList();
  headers.append('Host', 'www.example.test');
  const incoming = {
    requestLine: `${method} ${path} HTTP/1.1`,
    method,
    target: path,
    rawPath: path,
    args: undefined,
    hostname: 'www.example.test',
    port: undefined,
    protocol: 1001,
    headers,
    body: undefined,
  };
  const server = site.findServer(transport.localAddress, transport.localPort, incoming.hostname);
  await serve(new Exchange(site, server, transport, incoming, io.now()));
  return answers[0];
}

const { site: conf, diagnostics } = readSite({
  sources: [{ file: '/srv/site.conf' }],
  modules,
  io,
  serverRoot: '/srv',
});
if (conf === undefined) throw new Error(diagnostics[0].message);
const site = await openSite(conf, modules, io);
for (const path of ['/start', '/nowhere']) {
  const { status, headers, body } = await ask(site, 'GET', path);
  console.log(path, status, headers.get('content-type'));
  if (status === 200) console.log(body);
}
await closeSite(site, modules);
