// A case of test/conformance as the linter reads it: its configuration and its .htaccess files, on a machine in memory.
import { createMemoryIo } from '../../src/conf/memory-io.ts';
import { type Finding, lint, readConfigTarget, readHtaccessTarget } from '../../src/tools/lint/index.ts';
import type { Case } from './case-file.ts';
import { commonBeginning, loadModuleLines } from './prelude.ts';
import { expandNames } from './request-template.ts';

const NAMES = new Map([
  ['PORT', '8080'],
  ['ECHO', '9001'],
  ['ECHO2', '9002'],
  ['DEAD', '9003'],
  ['FCGI', '9004'],
  ['SOCK', '/srv/echo.sock'],
  ['FSOCK', '/srv/fastcgi.sock'],
  ['DOCROOT', '/srv/htdocs'],
  ['CGIBIN', '/srv/cgi-bin'],
  ['ROOT', '/srv'],
]);

/** What the linter finds in all files of a case; they stand below /srv. */
export function lintCase(testCase: Case): readonly Finding[] {
  const io = { ...createMemoryIo(filesOf(testCase)), assumesDocumentRoots: true };
  const targets = [
    readConfigTarget({ sources: [{ file: '/srv/conf/httpd.conf' }], io, serverRoot: '/srv' }),
    ...testCase.entries.flatMap((entry) => {
      if (entry.kind !== 'file' || !entry.path.endsWith('.htaccess')) return [];
      const path = `/srv/${entry.path}`;
      const directory = path.slice(0, path.lastIndexOf('/'));
      const source = { path: entry.path, text: expandNames(entry.text, NAMES), directory };
      return [readHtaccessTarget({ ...source, documentRoot: '/srv/htdocs' }, io)];
    }),
  ];
  return targets.flatMap((target) => lint(target));
}

function filesOf({ conf, hasPrelude, modules, entries }: Case): Record<string, string> {
  const names = new Map([...NAMES, ['MODULES', loadModuleLines(modules)]]);
  const files: Record<string, string> = {
    '/srv/conf/httpd.conf': expandNames(`${hasPrelude ? commonBeginning : ''}${conf}`, names),
    '/srv/conf/mime.types': '',
    '/srv/htdocs/index.html': '',
    '/srv/cgi-bin/env.cgi': '',
  };
  for (const entry of entries)
    if (entry.kind === 'file' || entry.kind === 'raw file')
      files[`/srv/${expandNames(entry.path, NAMES)}`] = expandNames(entry.text, NAMES);
  return files;
}
