// A rule set and a request as trees of words, so that a shrinker can take single words away, and how
// they are written as configuration. Texts hold the placeholders of a case: {NAME} {PORT} {DOCROOT} ...

/** A text in pieces that make sense, or at least do no harm, when some of them are missing. */
export type Words = readonly string[];

export interface RuleCondition {
  readonly test: Words;
  readonly pattern: Words;
  readonly flags: readonly string[];
}

export interface LineNode {
  readonly kind: 'line';
  readonly text: string;
}

export interface RuleNode {
  readonly kind: 'rule';
  readonly conditions: readonly RuleCondition[];
  readonly pattern: Words;
  readonly substitution: Words;
  readonly flags: readonly string[];
}

export interface SectionNode {
  readonly kind: 'section';
  readonly name: string;
  readonly argument: string;
  readonly nodes: readonly ConfNode[];
}

export type ConfNode = LineNode | RuleNode | SectionNode;

/** One virtual host: its lines, and the .htaccess files below its DocumentRoot. */
export interface RuleSet {
  /** What stands behind ServerName, and perhaps a ServerAlias line. */
  readonly names: readonly string[];
  readonly server: readonly ConfNode[];
  readonly htaccess: ReadonlyMap<string, readonly ConfNode[]>;
}

export interface FuzzRequest {
  readonly method: string;
  readonly target: Words;
  readonly headers: readonly string[];
  readonly body: string | undefined;
}

/** The lines of some nodes, each with its line end. */
export function confText(nodes: readonly ConfNode[], indent = ''): string {
  return nodes.map((node) => nodeText(node, indent)).join('');
}

function nodeText(node: ConfNode, indent: string): string {
  switch (node.kind) {
    case 'line':
      return `${indent}${node.text}\n`;
    case 'rule':
      return ruleLines(node)
        .map((line) => `${indent}${line}\n`)
        .join('');
    case 'section':
      return `${indent}<${node.name} ${node.argument}>\n${confText(node.nodes, `${indent}    `)}${indent}</${node.name}>\n`;
  }
}

function ruleLines({ conditions, pattern, substitution, flags }: RuleNode): string[] {
  return [
    ...conditions.map(
      (one) => `RewriteCond ${quoted(one.test)} ${quoted(one.pattern)}${flagList(one.flags)}`,
    ),
    `RewriteRule ${quoted(pattern)} ${quoted(substitution)}${flagList(flags)}`,
  ];
}

function flagList(flags: readonly string[]): string {
  if (flags.length === 0) return '';
  const list = `[${flags.join(',')}]`;
  return /\s/.test(list) ? ` "${list}"` : ` ${list}`;
}

function quoted(words: Words): string {
  const text = words.join('');
  return text === '' || /(^|[^\\])\s/.test(text) || /^["']/.test(text) ? `"${text}"` : text;
}

/** The whole virtual host. */
export function virtualHostText({ names, server }: RuleSet): string {
  const head = ['DocumentRoot {DOCROOT}', ...names].map((line) => `    ${line}\n`).join('');
  return `<VirtualHost *:{PORT}>\n${head}${confText(server, '    ')}</VirtualHost>\n`;
}

/** The request as the line of a case spells it. */
export function requestLine({ method, target, headers, body }: FuzzRequest): string {
  const start = method === 'GET' ? escapeBytes(target.join('')) : `${method} ${escapeBytes(target.join(''))}`;
  const extras = [...headers.map(escapeBytes), ...(body === undefined ? [] : [`body=${body}`])];
  return [start, ...extras].join(' | ');
}

function escapeBytes(text: string): string {
  return text
    .replace(/\\/g, '\\\\')
    .replace(/[\x00-\x1f\x7f-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
