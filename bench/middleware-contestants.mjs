// Who is compared inside one program: portico's middleware, those that people use in its place, and none at all. Each
// program is a process of its own (support/program.mjs).

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installPeers, nodeOptionsFor, porticoVersion } from './contestants.mjs';
import { freePort, startProcess } from './support/processes.mjs';
import { ROOT } from './support/servers.mjs';

const PROGRAM = join(ROOT, 'bench/peers/program.mjs');
const require = createRequire(PROGRAM);

/** Of a package as the program finds it; undefined where it does not. */
function versionOf(name) {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).version;
    } catch {
      // It may lie in the next one.
    }
  }
  return undefined;
}

async function startProgram(name, { lines, site, cores, ...asked }) {
  const port = await freePort();
  const told = JSON.stringify({ ...lines, middleware: name, port });
  const args = [...nodeOptionsFor(asked), PROGRAM, told];
  const output = join(site.folder, `program-${port}.out`);
  return startProcess({ name, port, command: process.execPath, args, output, cores });
}

function contestant(name, version, more = {}) {
  return { name, language: name, version, start: (asked) => startProgram(name, asked), ...more };
}

function fromPackage(name, more = {}) {
  return contestant(name, () => versionOf(name), {
    install: installPeers,
    missing: `not installed: npm run bench:middleware -- --peers ${name}`,
    ...more,
  });
}

function isNodeFor4() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 15);
}

export const MIDDLEWARE = [
  contestant('none', () => `Express ${versionOf('express')}`),
  contestant('portico', () => porticoVersion),
  fromPackage('connect-modrewrite'),
  fromPackage('http-proxy-middleware'),
  fromPackage('http-proxy-middleware-4', {
    language: 'http-proxy-middleware',
    ...(isNodeFor4() ? {} : { version: () => undefined, install: undefined, missing: 'it needs Node 22.15' }),
  }),
  fromPackage('http-proxy'),
  contestant('express.static', () => `serve-static ${versionOf('serve-static')}`),
];
