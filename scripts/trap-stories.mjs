// What `portico explain` says of the cases in test/conformance/traps: each laid out in a folder of its own, put to the
// functions behind the command, and told with /srv/htdocs in the place of that folder.

import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readSite } from '../dist/conf/site.js';
import { modules } from '../dist/modules/index.js';
import { Machine } from '../dist/server/machine.js';
import { drawStory } from '../dist/tools/draw-story.js';
import { explainQuestion } from '../dist/tools/explain.js';
import { openRehearsal } from '../dist/tools/inject.js';
import { PLAIN } from '../dist/tools/pen.js';

const SHOWN = '/srv/htdocs';

/** The name by which the story's printer knows lines that are not the reader's own, and passes over them. */
const AROUND = '--htaccess';

const MIME_TYPES = 'text/html html\ntext/css css\nimage/png png\nimage/jpeg jpg\n';

/**
 * The command and what it prints, for one request of a case. `sections` are those of the case: keyword, words behind it,
 * text. Throws where the configuration cannot be read.
 */
export async function storyOf(sections, request) {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'portico-trap-'));
  try {
    const root = join(folder, 'htdocs');
    mkdirSync(root);
    layOut(root, sections);
    writeFileSync(join(folder, 'mime.types'), MIME_TYPES);
    const site = await open(root, sections);
    try {
      const { url, method, fields } = readRequest(request);
      const { story } = await explainQuestion(site, { url, headers: fields, ...(method ? { method } : {}) });
      const drawn = drawStory(story, { painter: PLAIN, shorten: (file) => shortName(file, root) });
      return `${commandOf(sections, { url, method, fields })}\n${shortened(drawn).replaceAll(root, SHOWN)}`;
    } finally {
      await site.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function layOut(folder, sections) {
  for (const { keyword, words, text } of sections) {
    if (keyword === 'tree')
      for (const name of text.split(/\s+/).filter(Boolean))
        place(join(folder, name), `FILE ${name}\n`, 0o644);
    if (keyword === 'htaccess') place(join(folder, '.htaccess'), `${text}\n`, 0o644);
    if (keyword !== 'file') continue;
    const [name, mode = '644'] = words;
    place(join(folder, name.replace(/^htdocs\//, '')), `${text}\n`, Number.parseInt(mode, 8));
  }
}

function place(path, text, mode) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

/** The case's own lines keep their numbers: they are a file of their own behind the lines around them. */
async function open(folder, sections) {
  const around = [
    ...loadModuleLines(sections),
    `TypesConfig ${join(dirname(folder), 'mime.types')}`,
    'ServerName localhost',
    `DocumentRoot ${folder}`,
    '<Directory />',
    'AllowOverride None',
    '</Directory>',
    `<Directory ${folder}>`,
    'AllowOverride All',
    'Require all granted',
    '</Directory>',
    '',
  ].join('\n');
  const own = sections.filter(({ keyword }) => keyword === 'conf').map(({ text }) => `${text}\n`);
  const sources = [{ name: AROUND, text: around }, ...own.map((text) => ({ name: 'httpd.conf', text }))];
  const machine = new Machine(() => undefined);
  const { site, diagnostics } = readSite({ sources, modules, io: machine, serverRoot: folder });
  const faults = diagnostics.filter(({ severity }) => severity === 'error');
  if (site === undefined || faults.length > 0)
    throw new Error(faults.map(({ message }) => message).join('\n'));
  return openRehearsal(site, machine);
}

/** Without LoadModule lines portico has all of its modules on. */
function loadModuleLines(sections) {
  const missing = sections.find(({ keyword }) => keyword === 'modules')?.words ?? [];
  if (missing.length === 0) return [];
  return modules
    .map(({ name }) => name)
    .filter((name) => !missing.includes(`-${name}`) && !['core', 'http'].includes(name))
    .map((name) => `LoadModule ${name}_module modules/mod_${name}.so`);
}

/** `PUT /run.cgi | Name: value`, as cases write it. */
function readRequest(request) {
  const [line, ...fields] = request.split(' | ');
  const words = line.split(' ');
  const [method, path] = words.length === 2 ? words : [undefined, words[0]];
  return {
    url: path,
    method,
    fields: fields.map((field) => [
      field.slice(0, field.indexOf(': ')),
      field.slice(field.indexOf(': ') + 2),
    ]),
  };
}

function commandOf(sections, { url, method, fields }) {
  const source = sections.some(({ keyword }) => keyword === 'htaccess')
    ? '--htaccess .htaccess'
    : '-f httpd.conf';
  const words = [
    ...(method === undefined ? [] : [`-X ${method}`]),
    ...fields.map(([name, value]) => `-H '${name}: ${value}'`),
    /[?&]/.test(url) ? `'${url}'` : url,
  ];
  return `$ portico explain ${source} ${words.join(' ')}`;
}

function shortName(file, folder) {
  return file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file;
}

/** Without the request, which stands in the command already, and the fields of which only a backend takes notice. */
function shortened(drawn) {
  return drawn
    .replace(/^[A-Z]+ .*\n\n/, '')
    .replace(/^(→ proxy .*\n {2}[A-Z]+ .*\n)(?: {2}.*\n)+/m, '$1  …\n')
    .trimEnd();
}
