// A server takes a new configuration while it serves, and keeps the old one where the new one is wrong.
import { ConfigurationError, drawDiagnostic, Machine, modules, readSite, startServer } from 'portico';

let text = 'Redirect /here http://example.test/one\n';
const machine = new Machine((trouble) => console.error(trouble));
const server = await startServer({
  modules,
  machine,
  read: () => readSite({ sources: [{ name: 'site.conf', text }], modules, io: machine, serverRoot: '/srv' }),
  listens: [{ host: '127.0.0.1', port: 0 }],
});

async function show() {
  const answer = await fetch(`${server.urls[0]}/here`, { redirect: 'manual' });
  console.log(answer.status, answer.headers.get('location'));
}

await show();
text = 'Redirect /here http://example.test/two\n';
await server.reload();
await show();
text = 'Redirekt /here http://example.test/three\n';
try {
  await server.reload();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  for (const diagnostic of error.diagnostics) console.log(drawDiagnostic(diagnostic));
}
await show();
await server.stop();
