// Doc comments, types and table cells as Markdown, in which every character of them stands for itself.

import { DocNodeKind } from '@microsoft/tsdoc';

/** The doc comment of an item in paragraphs; '' where there is none. API Extractor gives constructors one of its own. */
export function meaningOf({ tsdocComment: comment }, link) {
  if (comment === undefined) return '';
  const { summarySection, remarksBlock, returnsBlock, deprecatedBlock, customBlocks } = comment;
  const blocks = [remarksBlock, deprecatedBlock, returnsBlock, ...customBlocks].filter(Boolean);
  const texts = [drawn(summarySection, link), ...blocks.map((block) => titled(block, link))];
  const text = texts.filter(Boolean).join('\n\n');
  return /^Constructs a new instance of the `.*` class$/.test(text) ? '' : text;
}

/** What `@param` says, or ''. */
export function meaningOfParameter(block, link) {
  return block === undefined ? '' : drawn(block.content, link);
}

/** `@throws`, `@example` and their like. */
function titled({ blockTag, content }, link) {
  const { tagName } = blockTag;
  const text = drawn(content, link);
  if (tagName === '@remarks') return text;
  const title = `${tagName[1].toUpperCase()}${tagName.slice(2)}:`;
  return `${title}${text.startsWith('```') ? '\n\n' : ' '}${text}`;
}

function drawn(node, link) {
  switch (node.kind) {
    case DocNodeKind.PlainText:
      return plain(node.text);
    case DocNodeKind.SoftBreak:
      return '\n';
    case DocNodeKind.CodeSpan:
      return code(node.code);
    case DocNodeKind.FencedCode:
      return `\n\n${fenced(node.language, node.code)}\n\n`;
    case DocNodeKind.EscapedText:
      return plain(node.decodedText);
    case DocNodeKind.LinkTag:
      return linked(node, link);
    case DocNodeKind.Section:
      return paragraphs(node, link);
    case DocNodeKind.Paragraph:
      return `${node.nodes
        .map((child) => drawn(child, link))
        .join('')
        .trim()}\n\n`;
    default:
      // What is no tag of TSDoc is meant as it stands.
      return plain(excerptOf(node));
  }
}

function paragraphs(section, link) {
  const text = section.nodes.map((child) => drawn(child, link)).join('');
  return text.replace(/\n{3,}/g, '\n\n').trim();
}

function excerptOf(node) {
  if (node.kind === DocNodeKind.Excerpt) return node.content.toString();
  return node.getChildNodes().map(excerptOf).join('');
}

function linked({ codeDestination, urlDestination, linkText }, link) {
  if (urlDestination !== undefined) return `[${plain(linkText ?? urlDestination)}](${urlDestination})`;
  const name = codeDestination?.memberReferences[0]?.memberIdentifier?.identifier ?? '';
  const text = linkText === undefined ? code(name) : plain(linkText);
  const target = link?.named(name);
  return target === undefined ? text : `[${text}](${target})`;
}

/** Words outside of code: no tags, no entities, no emphasis. */
function plain(text) {
  return text.replace(/[<>*\\]|&(?=#?\w+;)|(?<!\w)_|_(?!\w)/g, '\\$&');
}

/** A code span, whatever it holds. */
function code(text) {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const isPadded = /^`|`$/.test(text) || /^ .*\S.* $/.test(text);
  return isPadded ? `${fence} ${text} ${fence}` : fence + text + fence;
}

function fenced(language, text) {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** A declaration of several lines, as far to the left as it goes. */
export function tsBlock(text) {
  return fenced(
    'ts',
    text.replace(/^( +)/gm, (indent) => ' '.repeat(indent.length / 2)),
  ).split('\n');
}

/** The tokens of a declaration on one line: code, with links on the names that have a place of their own. */
export function linkedCode(tokens, link) {
  const parts = [];
  for (const { text, canonicalReference } of tokens) {
    const target = link(canonicalReference);
    const line = text.replace(/\s*\n\s*/g, ' ');
    const before = parts.at(-1);
    if (target === undefined && before !== undefined && before.target === undefined) before.text += line;
    else parts.push({ text: line, target });
  }
  return pipes(parts.map(linkedPart).join('').trim());
}

/** Blanks at the ends of a span stand outside of it, where they are not drawn as code. */
function linkedPart({ text, target }) {
  const [, before, inner, after] = /^(\s*)(.*?)(\s*)$/.exec(text);
  if (inner === '') return text;
  return before + (target === undefined ? code(inner) : `[${code(inner)}](${target})`) + after;
}

/** Text in paragraphs as the cell of a table. */
export function cell(markdown) {
  const text = markdown.replace(/```\w*\n([\s\S]*?)\n```/g, (_whole, block) =>
    code(block.replace(/\s*\n\s*/g, ' ')),
  );
  return pipes(text.replace(/\n\n/g, '<br>').replace(/\n/g, ' '));
}

/** A table ends its cells at every `|`, in code as well. */
function pipes(text) {
  return text.replaceAll('|', '\\|');
}

/** Of a text in paragraphs. */
export function firstSentence(markdown) {
  const [paragraph] = markdown.split('\n\n');
  const text = paragraph.replace(/\n/g, ' ');
  const end = /[.!?](?= +[A-Z`[])/.exec(text);
  return end === null ? text : text.slice(0, end.index + 1);
}
