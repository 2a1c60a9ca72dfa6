// Asks the Apache on this machine for its directives (`apache2 -L` with every module that it has) and writes them to
// test/reference/apache-directives.txt: a line each with module, name, places and what AllowOverride has to include.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFolder } from './apache.mjs';
import { withSupport } from './support.mjs';

const MODULES = '/usr/lib/apache2/modules';
/** Those that cannot be loaded beside the others, or not without more lines. */
const LEFT_OUT = ['mpm_prefork', 'mpm_worker', 'cgid'];
const target = new URL('../test/reference/apache-directives.txt', import.meta.url);

await withSupport(['programs'], async ({ apacheProgram, part }) => {
  const program = apacheProgram();
  const lists = [];
  for (const mpm of ['mpm_event', 'mpm_prefork']) lists.push(...(await ask(program, mpm)));
  lists.push(...(await ask(program, 'mpm_event', ['cgid'])));
  const lines = [...new Set(lists)].sort();
  mkdirSync(new URL('.', target), { recursive: true });
  writeFileSync(
    target,
    `# Directives of Apache ${part('apache2').version}, made by scripts/record-directives.mjs\n${lines.join('\n')}\n`,
  );
  console.log(`${lines.length} directives`);
});

function ask(program, mpm, only) {
  return withFolder((folder) => {
    const names = readdirSync(MODULES)
      .map((file) => /^mod_(.*)\.so$/.exec(file)?.[1])
      .filter((name) => name !== undefined && (only?.includes(name) ?? !LEFT_OUT.includes(name)))
      .filter((name) => name !== mpm && !name.startsWith('mpm_'));
    const wanted = orderOf([mpm, ...names]);
    const confFile = join(folder, 'httpd.conf');
    writeFileSync(
      confFile,
      [
        `ServerRoot ${folder}`,
        ...wanted.map((name) => `LoadModule ${name}_module ${MODULES}/${fileOf(name)}`),
        `DefaultRuntimeDir ${folder}`,
        'Listen 127.0.0.1:1',
        'ServerName localhost',
        'ErrorLog error.log',
        '',
      ].join('\n'),
    );
    const told = spawnSync(program, ['-f', confFile, '-L'], {
      encoding: 'latin1',
      env: { PATH: '/usr/bin:/bin' },
    });
    if (told.status !== 0) throw new Error(`${program} -L ended with ${told.status}:\n${told.stderr}`);
    return parse(told.stdout);
  });
}

/** Some need others before them. */
function orderOf(names) {
  const first = [
    'mpm_event',
    'mpm_prefork',
    'slotmem_shm',
    'socache_shmcb',
    'ldap',
    'dbd',
    'session',
    'cache',
    'dav',
    'proxy',
    'proxy_balancer',
    'authn_core',
    'authz_core',
    'xml2enc',
    'ssl',
    'http2',
  ];
  return [...first.filter((name) => names.includes(name)), ...names.filter((name) => !first.includes(name))];
}

function fileOf(name) {
  return name === 'dump_io' ? 'mod_dumpio.so' : `mod_${name}.so`;
}

function parse(text) {
  return text
    .trimEnd()
    .split(/\n(?=\S+ \(\w+\.c\)$)/m)
    .map((entry) => {
      const [, name, file] = /^(\S+) \((\S+)\)/.exec(entry);
      const words = entry.replace(/\s+/g, ' ');
      const [, where] = / Allowed in \*\.conf (anywhere|only outside|only inside)/.exec(words);
      const override = / when AllowOverride includes (.*)$/.exec(words)?.[1].replaceAll(' or ', ',');
      const all = words.endsWith("when AllowOverride isn't None") ? 'All' : undefined;
      return `${moduleOf(file)} ${name} ${where.replace('only ', '')} ${override ?? all ?? '-'}`;
    });
}

function moduleOf(file) {
  const own = {
    'core.c': 'core',
    'http_core.c': 'http',
    'event.c': 'mpm_event',
    'prefork.c': 'mpm_prefork',
    'util_ldap.c': 'ldap',
  };
  return own[file] ?? file.replace(/^mod_/, '').replace(/\.c$/, '');
}
