// Writes docs/directives.md and docs/errors.md from the code: `npm run docs`; with --check it only says whether they
// are up to date. Reads the built package (npm run build).

import { readFileSync, writeFileSync } from 'node:fs';
import { confCodes } from '../dist/conf/codes.js';
import { ownDirectives } from '../dist/conf/own.js';
import { modules } from '../dist/modules/index.js';

const docs = new URL('../docs/', import.meta.url);

function entry(directive) {
  const lines = [`### ${'open' in directive ? `<${directive.name}>` : directive.name}`, ''];
  if (directive.help) lines.push(sentence(directive.help), '');
  lines.push(`Where: ${directive.contexts.join(', ')}${overrideText(directive)}.`);
  if (directive.default !== undefined) lines.push(`Default: \`${directive.default}\`.`);
  lines.push('', '```apache', directive.example, '```', '');
  return lines.join('\n');
}

function sentence(text) {
  const capital = text[0].toUpperCase() + text.slice(1);
  return /[.!?)]$/.test(capital) ? capital : `${capital}.`;
}

function overrideText(directive) {
  if (directive.override === undefined) return '';
  return ` (AllowOverride ${[directive.override].flat().join(' or ')})`;
}

function byName(a, b) {
  return a.name.localeCompare(b.name, 'en');
}

function directivesPage() {
  const parts = [
    '# Directives',
    '',
    'Every directive that portico knows, by module. Made from the code by `npm run docs`; not edited by hand.',
    "What they do is what Apache's manual says, where docs/differences.md says nothing else.",
    '',
    '## Read by the language itself',
    '',
    ...[...ownDirectives].sort(byName).map(entry),
  ];
  for (const module of modules) {
    if (module.directives.length === 0) continue;
    parts.push(`## mod_${module.name}`, '', ...[...module.directives].sort(byName).map(entry));
  }
  return `${parts.join('\n').trimEnd()}\n`;
}

function errorsPage() {
  const rows = Object.entries(confCodes).map(([code, text]) => `| \`${code}\` | ${text} |`);
  return [
    '# Error codes',
    '',
    "What portico says about a configuration. The first line of a message is in Apache's words; the code never changes",
    'its meaning. Made from the code by `npm run docs`; not edited by hand.',
    '',
    '| code | meaning |',
    '| --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

const pages = { 'directives.md': directivesPage(), 'errors.md': errorsPage() };
let stale = 0;
for (const [name, text] of Object.entries(pages)) {
  const file = new URL(name, docs);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (currentText(file) !== text) {
    console.error(`docs/${name} is stale: npm run docs`);
    stale = 1;
  }
}
process.exitCode = stale;

function currentText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
