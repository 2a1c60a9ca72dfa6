// A configuration in memory is read, and what is wrong with it is shown.
import { createMemoryIo, drawDiagnostic, modules, readSite } from 'portico';

const io = createMemoryIo({
  '/srv/site.conf': 'ServerName www.example.test\nInclude rules.conf\n',
  '/srv/rules.conf': 'RewriteEngine On\nRewriteRule ^/old/(.* /new/$1\n',
});
const { site, diagnostics } = readSite({
  sources: [{ file: '/srv/site.conf' }],
  modules,
  io,
  serverRoot: '/srv',
});
for (const diagnostic of diagnostics) console.log(drawDiagnostic(diagnostic));
console.log(site === undefined ? 'It cannot be used.' : 'Syntax OK');
