// Writes docs/reference/ (a page per module), docs/directives.md (all of them, by name), docs/errors.md, docs/lint.md and
// docs/traps.md from the code, docs/api/ from its types, what commands print into docs/explain.md, and the modules that are
// missing into docs/from-apache.md, examples into docs/library.md and docs/rewrite.md: `npm run docs`; with --check it only
// says whether they are up to date. Reads the built package (npm run build).

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rewriteCodes } from '../dist/adapters/rewrite/codes.js';
import { directiveList, placesOf, titleOf } from '../dist/commands/directives.js';
import { confCodes } from '../dist/conf/codes.js';
import { isQuietModule, standardModules } from '../dist/conf/known-modules.js';
import { modules } from '../dist/modules/index.js';
import { checkGroups } from '../dist/tools/lint/checks/index.js';
import { apiReference } from './api-docs.mjs';
import { lintPage, trapsPage } from './lint-pages.mjs';

const docs = new URL('../docs/', import.meta.url);
const list = directiveList(modules);
const MADE = 'Made from the code by `npm run docs`; not edited by hand.';

function entry(directive) {
  const lines = [`## ${titleOf(directive)}`, '', sentence(directive.help), ''];
  lines.push(`Where: ${placesOf(directive).replaceAll('<', '\\<')}.`);
  if (directive.default !== undefined) lines.push(`Default: \`${directive.default}\`.`);
  if (directive.noEffect !== undefined) lines.push(`Accepted without effect: ${directive.noEffect}.`);
  lines.push('', '```apache', directive.example, '```', '');
  return lines.join('\n');
}

function sentence(text) {
  const capital = text[0].toUpperCase() + text.slice(1);
  return /[.!?)]$/.test(capital) ? capital : `${capital}.`;
}

/** `mod_rewrite`; the core and portico's parts of the MPMs have no such name. */
function moduleTitle(module) {
  return ['core', 'http'].includes(module) || module.startsWith('mpm_') ? module : `mod_${module}`;
}

/** Modules that Apache does not have, and the page that explains them. */
const OWN = { app: 'apps.md' };

function introduction(module) {
  const title = `The directives of ${moduleTitle(module)}`;
  const page = OWN[module];
  if (page !== undefined) return [`${title}, a module of portico's own: [${page}](../${page}). ${MADE}`];
  return [
    `${title}. What they do is what Apache's manual says, where`,
    `[differences.md](../differences.md) says nothing else. ${MADE}`,
  ];
}

function modulePage(module) {
  const parts = [
    `# ${moduleTitle(module)}`,
    '',
    ...introduction(module),
    '',
    ...list.filter((directive) => directive.module === module).map(entry),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
}

/** As GitHub makes it from a heading. */
function anchor(title) {
  return title.toLowerCase().replace(/[^a-z0-9_-]/g, '');
}

function directivesPage() {
  const names = [...list].sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const rows = names.map((directive) => {
    const title = titleOf(directive);
    const link = `[${title.replaceAll('<', '\\<')}](reference/${moduleTitle(directive.module)}.md#${anchor(title)})`;
    const effect = directive.noEffect === undefined ? '' : 'accepted, no effect';
    return `| ${link} | ${moduleTitle(directive.module)} | ${effect} |`;
  });
  return [
    '# Directives',
    '',
    `Every directive that portico knows; \`portico directives\` lists them, too. ${MADE}`,
    '',
    '| directive | module | |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function errorsPage() {
  const rows = Object.entries({ ...confCodes, ...rewriteCodes }).map(
    ([code, text]) => `| \`${code}\` | ${text} |`,
  );
  return [
    '# Error codes',
    '',
    "What portico says about a configuration. The first line of a message is in Apache's words; the code never changes",
    `its meaning. ${MADE}`,
    '',
    '| code | meaning |',
    '| --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** A page written by hand in which `$ portico …` lines are run, in a folder of examples/, and show what they print. */
function shownPage(name, folder) {
  const cwd = fileURLToPath(new URL(`../examples/${folder}/`, import.meta.url));
  return currentText(new URL(name, docs)).replace(
    /(```console\n)(.*?)(```)/gs,
    (_whole, open, block, close) => {
      const commands = block.split('\n').filter((line) => line.startsWith('$ '));
      return open + commands.map((line) => `${line}\n${printed(line.slice(2), cwd)}`).join('\n') + close;
    },
  );
}

function printed(command, cwd) {
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map((found) => found[1] ?? found[2]);
  const { stdout, stderr } = spawnSync(process.execPath, [cli, ...words.slice(1)], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, TZ: 'UTC', PWD: cwd.slice(0, -1) },
  });
  return (stdout + stderr).replaceAll(cwd, '/srv/shop/');
}

/** A page written by hand with the text of each module of examples/ in the block behind its link. */
function withExamples(name) {
  return currentText(new URL(name, docs)).replace(
    /^(\[.*\]\((.*\.mjs)\)\n\n```js\n)[\s\S]*?^```$/gm,
    (_whole, head, example) => `${head}${currentText(new URL(example, docs))}\`\`\``,
  );
}

/** A page written by hand with one quoted line: Apache's modules that are not here. */
function withMissingModules(name) {
  const here = new Set(
    modules.flatMap(({ name, aliases = [] }) => [
      name,
      ...aliases.map((alias) => alias.replace(/_module$/, '')),
    ]),
  );
  const missing = standardModules.filter((module) => !here.has(module) && !isQuietModule(module)).sort();
  return currentText(new URL(name, docs)).replace(/^> .*$/m, () => `> ${missing.join(', ')}`);
}

const pages = {
  'explain.md': shownPage('explain.md', 'explain'),
  'library.md': withExamples('library.md'),
  'rewrite.md': withExamples('rewrite.md'),
  'from-apache.md': withMissingModules('from-apache.md'),
  'directives.md': directivesPage(),
  'errors.md': errorsPage(),
};
pages['lint.md'] = lintPage(checkGroups, MADE);
pages['traps.md'] = await trapsPage(MADE);
for (const module of new Set(list.map((directive) => directive.module)))
  pages[`reference/${moduleTitle(module)}.md`] = modulePage(module);

const api = apiReference(fileURLToPath(new URL('..', import.meta.url)), MADE);
Object.assign(pages, api.pages);

const isCheck = process.argv.includes('--check');
let status = 0;
for (const folder of ['reference/', 'api/']) {
  mkdirSync(new URL(folder, docs), { recursive: true });
  for (const name of readdirSync(new URL(folder, docs))) {
    if (pages[folder + name] !== undefined) continue;
    if (isCheck) complain(folder + name);
    else rmSync(new URL(folder + name, docs));
  }
}
for (const [name, text] of Object.entries(pages)) {
  const file = new URL(name, docs);
  if (!isCheck) writeFileSync(file, text);
  else if (currentText(file) !== text) complain(name);
}
for (const fault of api.faults) fail(fault);
process.exitCode = status;

function complain(name) {
  fail(`docs/${name} is stale: npm run docs`);
}

function fail(text) {
  console.error(text);
  status = 1;
}

function currentText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
