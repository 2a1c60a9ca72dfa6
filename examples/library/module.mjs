// A module of one's own, with a directive and a handler, beside those of portico.
import { DECLINED, defineModule, Machine, modules, OK, readSite, startServer } from 'portico';

const hello = defineModule({
  name: 'hello',
  dirConfig: {
    create: () => /** @type {{ greeting?: string | undefined }} */ ({}),
    merge: (base, add) => ({ ...base, ...add }),
  },
  directives: [
    {
      name: 'HelloText',
      args: 'take1',
      contexts: ['server config', 'virtual host', 'directory', '.htaccess'],
      override: 'FileInfo',
      help: 'What the handler `hello` says.',
      example: 'HelloText "Good morning"',
      set: (cmd, greeting) => {
        cmd.dir.greeting = greeting;
      },
    },
  ],
  hooks: {
    handler(x) {
      if (x.handler !== 'hello') return DECLINED;
      x.contentType = 'text/plain';
      x.responseBody = `${hello.dir(x)?.greeting ?? 'Hello'}, ${x.uri}\n`;
      return OK;
    },
  },
});

const text = `
  <Location /hello>
      SetHandler hello
      HelloText "Good morning"
  </Location>
`;
const all = [...modules, hello];
const machine = new Machine((trouble) => console.error(trouble));
const server = await startServer({
  modules: all,
  machine,
  read: () =>
    readSite({ sources: [{ name: 'site.conf', text }], modules: all, io: machine, serverRoot: '/srv' }),
  listens: [{ host: '127.0.0.1', port: 0 }],
});
const answer = await fetch(`${server.urls[0]}/hello/world`);
console.log(answer.status, answer.headers.get('content-type'));
console.log(await answer.text());
await server.stop();
