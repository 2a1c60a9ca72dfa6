// Records src/rules/recorded.txt: what the Apache httpd on this machine answers and logs.
//   node scripts/record-rewrite.mjs [--check]
// Cases, files and requests in the file are kept; only what stands under each request is made anew. The file speaks
// of the folder /srv and of port 18080; the recording takes place in a folder of its own and on a free port.

import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { apacheIn, ask, withFolder, writeBytes } from './apache.mjs';
import { withSupport } from './support.mjs';

const file = new URL('../src/rules/recorded.txt', import.meta.url);
const isCheck = process.argv.includes('--check');
const MODULES = ['authz_host', 'rewrite', 'alias', 'dir', 'mime', 'env', 'setenvif', 'headers', 'actions'];
const PROXY_MODULES = ['proxy', 'proxy_http'];
const PORT = '18080';

/** The blocks of the file by case; each a head line and the lines under it. */
function readCases(text) {
  const cases = [];
  for (const block of text.split(/^=== /m).slice(1)) {
    const [head, ...body] = block.replace(/\n$/, '').split('\n');
    if (head.startsWith('case ')) cases.push([]);
    cases.at(-1).push({ head, word: head.split(' ')[0], rest: head.split(' ').slice(1).join(' '), body });
  }
  return cases;
}

/** The case with its requests asked again. */
async function record(blocks, program, port) {
  return withFolder(async (folder) => {
    const place = { folder, port: String(port) };
    const { modules, lines } = layOut(blocks, place);
    const apache = apacheIn({ program, folder: `${folder}/httpd`, port, modules, lines });
    const complaint = apache.complaint();
    if (complaint !== '') throw new Error(`${blocks[0].head}: ${complaint}`);
    const showsAll = blocks.some(({ word }) => word === 'everyline');
    return apache.during(async () => {
      const recorded = [];
      for (const block of blocks)
        recorded.push(block.word === 'request' ? await repeatRequest(block, place, apache, showsAll) : block);
      return recorded;
    });
  });
}

function layOut(blocks, place) {
  const blockOf = (wanted) => blocks.find(({ word }) => word === wanted);
  writeBytes(`${place.folder}/www/plain.txt`, 'plain\n');
  writeBytes(`${place.folder}/www/p/f.txt`, 'f\n');
  writeBytes(`${place.folder}/al/f`, 'al\n');
  for (const { word, rest, body } of blocks) {
    const text = `${toPlace(body.join('\n'), place)}\n`;
    if (word === 'file') writeBytes(`${place.folder}/www/${rest}`, text);
    if (word === 'htaccess') writeBytes(`${place.folder}/www/${rest}/.htaccess`, text);
  }
  const lines = `ServerName ${blockOf('servername')?.rest ?? 'www.test'}
ErrorLogFormat "[%-m:%l] %M"
LogLevel warn rewrite:trace8
TypesConfig /etc/mime.types
DocumentRoot /srv/www
Alias /al /srv/al
DirectoryIndex disabled
<Directory /srv>
AllowOverride All
Options FollowSymLinks
Require all granted
</Directory>
RewriteEngine On
${blockOf('conf')?.body.join('\n') ?? ''}`;
  return {
    modules: [...MODULES, ...(blockOf('noproxy') ? [] : PROXY_MODULES)],
    lines: toPlace(lines, place).split('\n'),
  };
}

function toPlace(text, { folder, port }) {
  return text
    .replace(/(?<![\w/])\/srv(?=[/\s>]|$)|(?<=(?:txt|rnd):|\$1)\/srv(?=\/)/gm, folder)
    .replaceAll(`:${PORT}`, `:${port}`);
}

/** What was said in the folder, as if it had been /srv. A name without its slash and the first segment are it too. */
function fromPlace(text, { folder, port }) {
  const [, first] = folder.split('/');
  return text
    .replaceAll(folder.slice(1), 'srv')
    .replaceAll(`statpath /${first} `, 'statpath /srv ')
    .replaceAll(`, /${first}) `, ', /srv) ')
    .replaceAll(`:${port}`, `:${PORT}`);
}

async function repeatRequest(block, place, apache, showsAll) {
  const [line, ...headers] = block.rest.split(' | ');
  const [, method, target] = /^(\S+) (.*)$/.exec(line);
  const fields = [`Host: www.test:${PORT}`, ...headers, 'Connection: close'];
  apache.emptyLog();
  const message = `${method} ${target} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`;
  const answer = await ask(place.port, toPlace(message, place));
  await sleep(15);
  const [head] = answer.split('\r\n\r\n');
  const [statusLine, ...answered] = head.split('\r\n');
  const body = [
    `> ${statusLine.split(' ')[1]}`,
    ...answered.filter((field) => /^(?:Location|Vary|Set-Cookie):/.test(field)).map((field) => `> ${field}`),
    ...apache
      .log()
      .split('\n')
      .flatMap((text) => tracedLine(text, showsAll)),
  ];
  return { ...block, body: body.map((text) => fromPlace(text, place)) };
}

/** A line of the error log as the file has it: trace lines with their level, and what went wrong behind a `!`. */
function tracedLine(text, showsAll) {
  const trace = /^\[rewrite:trace(\d)\] \S+ \S+ \S+ \[[^\]]*\]\[rid#\w+\/([^\]]*)\] (.*)$/.exec(text);
  if (trace) {
    const [, level, phase, words] = trace;
    const isUsual =
      /^(?:\[perdir [^\]]*\] )?(?:applying pattern|strip per-dir prefix|add path info postfix|init rewrite)/;
    const isLeftOut = phase.startsWith('subreq') || (!showsAll && isUsual.test(words));
    return isLeftOut ? [] : [`${level} ${phase} ${words}`];
  }
  if (!/^\[rewrite:(?:error|warn)\]|^\[core:alert\].*htaccess/.test(text)) return [];
  return [`! ${text.replace(/^\[[^\]]*\] (?:\/\S*\/\.htaccess: )?/, '')}`];
}

process.exitCode = await withSupport(['programs', 'ports'], async (support) => {
  const program = support.apacheProgram();
  const before = readFileSync(file, 'latin1');
  const cases = [];
  for (const blocks of readCases(before)) cases.push(await record(blocks, program, await support.freePort()));
  const after = `${cases
    .flat()
    .map(({ head, body }) => [`=== ${head}`, ...body].join('\n'))
    .join('\n')}\n`;
  if (isCheck) {
    console.log(after === before ? 'recorded.txt agrees' : 'recorded.txt differs');
    return after === before ? 0 : 1;
  }
  writeFileSync(file, after, 'latin1');
  console.log(`${cases.length} cases recorded`);
  return 0;
});
