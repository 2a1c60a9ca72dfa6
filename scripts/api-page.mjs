// A page of docs/api/: the exports of one entry with their declarations, comments and members. What is made Markdown,
// and how, is api-text.mjs's.

import { ApiItemKind } from '@microsoft/api-extractor-model';
import { cell, firstSentence, linkedCode, meaningOf, meaningOfParameter, tsBlock } from './api-text.mjs';

const KINDS = {
  [ApiItemKind.Function]: 'Functions',
  [ApiItemKind.Class]: 'Classes',
  [ApiItemKind.Interface]: 'Interfaces',
  [ApiItemKind.TypeAlias]: 'Types',
  [ApiItemKind.Variable]: 'Values',
};

/** docs/api/README.md: all entries. */
export function contentsPage(name, entries, made) {
  return lines([
    `# The library`,
    '',
    `What \`${name}\` exports, entry by entry. A type that a page links to in the sources has no name outside of the`,
    `package. ${made}`,
    '',
    '| import from | |',
    '| --- | --- |',
    ...entries.map(
      ({ specifier, page, about }) => `| [\`${specifier}\`](${page}) | ${cell(firstSentence(about))} |`,
    ),
  ]);
}

export function entryPage(entry, linkTo, made) {
  const { specifier, about, exported } = entry;
  return lines([
    `# ${specifier}`,
    '',
    `${firstSentence(about)} ${made}`,
    '',
    ...contents(entry),
    ...exported.flatMap((item) => [...section(item, entry, linkTo), '']),
  ]);
}

function lines(all) {
  return `${all.join('\n').trimEnd()}\n`;
}

function contents({ specifier, exported, slugs }) {
  return Object.entries(KINDS).flatMap(([kind, title]) => {
    const items = exported.filter((item) => item.kind === kind);
    if (items.length === 0) return [];
    const rows = items.map(
      (item) =>
        `| [\`${item.displayName}\`](#${slugs.get(item)}) | ${cell(firstSentence(meaningOf(item)))} |`,
    );
    return [`| ${title} of \`${specifier}\` | |`, '| --- | --- |', ...rows, ''];
  });
}

function section(item, entry, linkTo) {
  if (KINDS[item.kind] === undefined)
    throw new Error(
      `${entry.specifier}: ${item.displayName} is a ${item.kind}, which api-page.mjs cannot draw`,
    );
  const link = linksOf(entry, linkTo);
  const source = entry.sources.get(item);
  const file = source?.replace('../../', '');
  return [
    `## ${item.displayName}`,
    '',
    meaningOf(item, link),
    '',
    ...tsBlock(declaration(item)),
    '',
    ...parameterRows(item, link),
    ...namesUsed(item, link),
    ...memberRows(item, entry, link),
    ...(source === undefined ? [] : [`Source: [${file}](${source})`]),
  ];
}

function linksOf(entry, linkTo) {
  const link = (reference) => linkTo(entry, reference);
  link.named = (name) => {
    const item = [...entry.items.values()].find(({ displayName }) => displayName === name);
    return item && link(item.canonicalReference);
  };
  return link;
}

function declaration(item) {
  const text = item.excerpt.text
    .replace(/^export /, '')
    .replace(/^declare /, '')
    .trim();
  return item.kind === ApiItemKind.Variable ? `const ${text};` : text;
}

function parameterRows(item, link) {
  if (item.kind !== ApiItemKind.Function) return [];
  // One that is taken apart stands there twice, first as its pattern.
  const parameters = item.parameters.filter(({ name }) => /^[\w$]/.test(name));
  const rows = parameters.map(({ name, isOptional, parameterTypeExcerpt, tsdocParamBlock }) => [
    `\`${name}${isOptional ? '?' : ''}\``,
    linkedCode(parameterTypeExcerpt.spannedTokens, link),
    cell(meaningOfParameter(tsdocParamBlock, link)),
  ]);
  const returned = linkedCode(item.returnTypeExcerpt.spannedTokens, link);
  return [
    ...table(['parameter', 'type', ''], rows),
    ...(returned === '`void`' ? [] : [`Returns ${returned}.`, '']),
  ];
}

/** The package's own names in a declaration whose parts stand in no table. */
function namesUsed(item, link) {
  if (item.kind === ApiItemKind.Function) return [];
  const names = new Map();
  for (const { text, canonicalReference } of item.excerpt.spannedTokens) {
    const target = link(canonicalReference);
    if (target !== undefined && target !== `#${item.displayName.toLowerCase()}`) names.set(text, target);
  }
  if (names.size === 0) return [];
  return [`See ${[...names].map(([text, target]) => `[\`${text}\`](${target})`).join(', ')}.`, ''];
}

function memberRows(item, entry, link) {
  const members = [...item.members].sort((a, b) => rank(a) - rank(b) || entry.placeOf(a) - entry.placeOf(b));
  const rows = members.map((member) => [
    linkedCode(tidy(member, item), link),
    cell(meaningOf(commented(member, entry), link)),
  ]);
  return table(['member', ''], rows);
}

const RANKS = [ApiItemKind.Constructor, ApiItemKind.Property, ApiItemKind.PropertySignature];

/** What makes one stands before what it holds, and that before what it does. */
function rank({ kind }) {
  const at = RANKS.indexOf(kind);
  return at < 0 ? RANKS.length : Math.min(at, 1);
}

/** A constructor as it is called, an accessor as the property that it stands for; no semicolon at the end. */
function tidy(member, item) {
  const { kind, excerpt, isReadonly, displayName } = member;
  if (/^(static )?[gs]et /.test(excerpt.text)) {
    const name = `${isReadonly ? 'readonly ' : ''}${displayName}: `;
    return [{ text: name }, ...member.propertyTypeExcerpt.spannedTokens];
  }
  const tokens = excerpt.spannedTokens.map(({ text, canonicalReference }) => ({ text, canonicalReference }));
  tokens.at(-1).text = tokens.at(-1).text.replace(/;\s*$/, '');
  if (kind === ApiItemKind.Constructor)
    tokens[0].text = tokens[0].text.replace('constructor', `new ${item.displayName}`);
  return tokens;
}

/** Without a last column in which nothing stands. */
function table(heads, rows) {
  if (rows.length === 0) return [];
  const width = rows.every((row) => row.at(-1) === '') ? heads.length - 1 : heads.length;
  const all = [heads, heads.map(() => '---'), ...rows];
  return [...all.map((row) => `| ${row.slice(0, width).join(' | ')} |`), ''];
}

/** The member itself, or the one it takes its meaning from: of the same name, in what its type extends or implements. */
function commented(member, entry) {
  if (meaningOf(member) !== '') return member;
  for (const base of basesOf(member.parent, entry)) {
    const same = base.members.find(({ displayName }) => displayName === member.displayName);
    if (same !== undefined && meaningOf(same) !== '') return same;
  }
  return member;
}

/** The package's own types that a type extends or implements, nearest first. */
function basesOf(item, entry) {
  const { extendsType, extendsTypes = [], implementsTypes = [] } = item;
  const heirs = [extendsType, ...extendsTypes, ...implementsTypes].filter(Boolean);
  const bases = heirs
    .flatMap(({ excerpt }) => excerpt.spannedTokens)
    .map(({ canonicalReference }) => entry.items.get(canonicalReference?.toString()))
    .filter((base) => base !== undefined);
  return [...bases, ...bases.flatMap((base) => basesOf(base, entry))];
}

/** Exports and members of an entry that nothing is said of. */
export function gapsOf(entry) {
  return entry.exported.flatMap((item) => [
    ...(meaningOf(item) === '' ? [item.displayName] : []),
    ...item.members
      .filter((member) => wantsWords(member) && meaningOf(commented(member, entry)) === '')
      .map(({ displayName }) => `${item.displayName}.${displayName}`),
  ]);
}

const NAMELESS = [ApiItemKind.Constructor, ApiItemKind.ConstructSignature, ApiItemKind.CallSignature];

/** What has no name of its own is its type's to tell; `kind: 'file'` says all there is. */
function wantsWords({ kind, propertyTypeExcerpt }) {
  return !NAMELESS.includes(kind) && !/^'[^']*'$/.test(propertyTypeExcerpt?.text);
}
