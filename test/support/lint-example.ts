// The examples of checks as the linter reads them: texts on a machine in memory, DocumentRoot at /srv/www.
import { createMemoryIo } from '../../src/conf/memory-io.ts';
import type { Example } from '../../src/tools/lint/index.ts';
import { readConfigTarget, readHtaccessTarget, type Target } from '../../src/tools/lint/index.ts';

/** Reads an example. */
export function readExample({ kind, text, files = {} }: Example): Target {
  const own = { '/srv/www/index.html': '', ...files };
  if (kind === 'config') {
    const io = { ...createMemoryIo({ ...own, '/etc/portico/httpd.conf': text }), assumesDocumentRoots: true };
    return readConfigTarget({
      sources: [{ file: '/etc/portico/httpd.conf' }],
      io,
      serverRoot: '/etc/portico',
    });
  }
  const io = { ...createMemoryIo({ ...own, '/srv/www/.htaccess': text }), assumesDocumentRoots: true };
  return readHtaccessTarget(
    { path: '/srv/www/.htaccess', text, directory: '/srv/www', documentRoot: '/srv/www' },
    io,
  );
}
