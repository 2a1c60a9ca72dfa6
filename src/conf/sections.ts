// The sections of Apache's core: <VirtualHost>, <Directory>, <Location>, <Files>, <If> and their kin.
// Owns what their opening lines mean; walking their content is apply.ts, matching requests is the walk's.

import { compileExpr, ExprSyntaxError } from '../kit/expr/index.ts';
import { compileGlob, isGlob } from '../kit/glob.ts';
import { compileRegex, RegexSyntaxError } from '../kit/regex/index.ts';
import { allowedInSection, allowedInServer } from './allowed.ts';
import type { Section } from './command.ts';
import { normalisePath } from './path.ts';
import { type BuiltInSection, enterSection, type Scope, type SectionHost } from './scope.ts';
import { DirConfig, type IfSection, type RegexMatcher } from './section.ts';
import type { VhostAddress } from './server.ts';
import type { SectionNode } from './tree.ts';
import { parseVhostAddress } from './vhost-address.ts';
import { readWord, splitWords, type Word } from './words.ts';

const inServer = ['server config', 'virtual host'] as const;
const everywhere = ['server config', 'virtual host', 'directory', '.htaccess'] as const;

/** All of them, as the reference lists them. */
export const builtInSections: readonly BuiltInSection[] = [
  {
    name: 'VirtualHost',
    contexts: ['server config'],
    help: 'Container to map directives to a particular virtual host, takes one or more host addresses',
    example: '<VirtualHost *:80>\n</VirtualHost>',
    open: openVirtualHost,
  },
  {
    name: 'Directory',
    contexts: inServer,
    help: 'Container for directives affecting resources located in the specified directories',
    example: '<Directory "/var/www">\n</Directory>',
    open: openDirectory,
  },
  {
    name: 'DirectoryMatch',
    contexts: inServer,
    help: 'Container for directives affecting resources located in directories that match a regular expression',
    example: '<DirectoryMatch "/\\.git(/|$)">\n</DirectoryMatch>',
    open: openDirectory,
  },
  {
    name: 'Location',
    contexts: inServer,
    help: 'Container for directives affecting resources accessed through the specified URL paths',
    example: '<Location "/status">\n</Location>',
    open: openLocation,
  },
  {
    name: 'LocationMatch',
    contexts: inServer,
    help: 'Container for directives affecting resources accessed through URL paths that match a regular expression',
    example: '<LocationMatch "^/(a|b)/">\n</LocationMatch>',
    open: openLocation,
  },
  {
    name: 'Files',
    contexts: everywhere,
    override: 'All',
    notIn: ['Limit', 'Location'],
    help: 'Container for directives affecting files matching specified patterns',
    example: '<Files "*.bak">\n</Files>',
    open: openFiles,
  },
  {
    name: 'FilesMatch',
    contexts: everywhere,
    override: 'All',
    notIn: ['Limit', 'Location'],
    help: 'Container for directives affecting files whose names match a regular expression',
    example: '<FilesMatch "\\.php$">\n</FilesMatch>',
    open: openFiles,
  },
  {
    name: 'If',
    contexts: everywhere,
    override: 'All',
    notIn: ['Limit'],
    help: 'Container for directives that apply to requests for which an expression is true',
    example: `<If "%{REQUEST_METHOD} == 'GET'">\n</If>`,
    open: (host, node, scope) => openIf(host, node, scope, 'if'),
  },
  {
    name: 'ElseIf',
    contexts: everywhere,
    override: 'All',
    notIn: ['Limit'],
    help: 'Container for directives that apply when the If before did not and an expression is true',
    example: '<If "false">\n</If>\n<ElseIf "true">\n</ElseIf>',
    open: (host, node, scope) => openIf(host, node, scope, 'elseif'),
  },
  {
    name: 'Else',
    contexts: everywhere,
    override: 'All',
    notIn: ['Limit'],
    help: 'Container for directives that apply when none of the If and ElseIf before did',
    example: '<If "false">\n</If>\n<Else>\n</Else>',
    open: (host, node, scope) => openIf(host, node, scope, 'else'),
  },
];

const sectionsByName: ReadonlyMap<string, BuiltInSection> = new Map(
  builtInSections.map((section) => [section.name.toLowerCase(), section]),
);

/** The section of that name, in any case. */
export function findBuiltInSection(name: string): BuiltInSection | undefined {
  return sectionsByName.get(name.toLowerCase());
}

function openVirtualHost(host: SectionHost, node: SectionNode, scope: Scope): void {
  if (scope.section.context === 'virtual host') {
    host.report('conf/not-allowed-here', '<VirtualHost> cannot occur within <VirtualHost> section', node);
    return;
  }
  if (node.args === '') reportMissing(host, node);
  const words = splitWords(node.args);
  const server = host.addServer(
    node.line.placeAt(),
    words.flatMap((word) => readAddress(host, node, word)),
  );
  const section: Section = { kind: 'server', context: 'virtual host', dir: server.defaults };
  host.run(node.children, {
    server,
    section,
    allowed: allowedInServer,
    enclosing: [...scope.enclosing, node.name],
  });
}

function readAddress(host: SectionHost, node: SectionNode, word: Word): VhostAddress[] {
  const parsed = parseVhostAddress(word.text);
  if ('address' in parsed) return [parsed.address];
  const offset = word.start;
  if ('error' in parsed) {
    host.report('conf/bad-vhost-address', parsed.error, node, { offset, length: word.text.length });
    return [];
  }
  const found = host.io.lookup?.(parsed.name) ?? [];
  if (found.length === 0) {
    host.report(
      'conf/bad-vhost-address',
      `AH00547: Could not resolve host name ${parsed.name} -- ignoring!`,
      node,
      {
        severity: 'warning',
        offset,
        length: word.text.length,
        hint: 'Write an address or *, and the name in ServerName.',
      },
    );
  }
  return found.map((address) => ({ host: address, port: parsed.port, text: word.text }));
}

function openDirectory(host: SectionHost, node: SectionNode, scope: Scope): void {
  const dir = new DirConfig();
  const target = readTarget(host, node);
  if (!target) {
    runInside(host, node, scope, { kind: 'directory', dir });
    return;
  }
  const place = node.line.placeAt();
  if (target.regex) {
    scope.server.directoryMatches.push({ place, dir, path: target.text, depth: 0, regex: target.regex });
    runInside(host, node, scope, { kind: 'directory', path: target.text, isRegex: true, dir });
    return;
  }
  if (!target.text.startsWith('/')) warnRelative(host, node);
  const path = normalisePath(target.text) || '/';
  const depth = path.split('/').filter((part) => part !== '').length;
  const glob = isGlob(path) ? { glob: compileGlob(path, { pathname: true }) } : {};
  scope.server.directories.push({ place, dir, path, depth, ...glob });
  runInside(host, node, scope, { kind: 'directory', path: path === '/' ? path : `${path}/`, dir });
}

function warnRelative(host: SectionHost, node: SectionNode): void {
  host.report('conf/useless-directive', `<${node.name}> needs an absolute path to match anything`, node, {
    severity: 'warning',
    offset: 0,
  });
}

function openLocation(host: SectionHost, node: SectionNode, scope: Scope): void {
  const dir = new DirConfig();
  const target = readTarget(host, node);
  if (!target) {
    runInside(host, node, scope, { kind: 'location', dir });
    return;
  }
  const { text: path, regex } = target;
  const matcher = regex ? { regex } : isGlob(path) ? { glob: compileGlob(path, { pathname: true }) } : {};
  scope.server.locations.push({ place: node.line.placeAt(), dir, path, ...matcher });
  runInside(host, node, scope, { kind: 'location', path, isRegex: regex !== undefined, dir });
}

function openFiles(host: SectionHost, node: SectionNode, scope: Scope): void {
  const dir = new DirConfig();
  const target = readTarget(host, node);
  if (!target) {
    runInside(host, node, scope, { kind: 'files', dir });
    return;
  }
  const { text: name, regex } = target;
  const matcher = regex ? { regex } : isGlob(name) ? { glob: compileGlob(name, { pathname: true }) } : {};
  scope.section.dir.files.push({ place: node.line.placeAt(), dir, name, ...matcher });
  runInside(host, node, scope, { kind: 'files', path: name, isRegex: regex !== undefined, dir });
}

function openIf(host: SectionHost, node: SectionNode, scope: Scope, kind: IfSection['kind']): void {
  const dir = new DirConfig();
  const { ifs } = scope.section.dir;
  if (checkChain(host, node, kind, ifs.at(-1))) {
    const word = kind === 'else' ? undefined : readWord(node.args)!;
    const condition = word && compileCondition(host, node, word);
    const section = { place: node.line.placeAt(), dir, kind, text: word?.text ?? '' };
    ifs.push(condition === undefined ? section : { ...section, condition });
  }
  runInside(host, node, scope, { kind: 'if', path: scope.section.path ?? '*If', dir });
}

/** Whether the section has the argument it needs and follows what it has to follow; reports it otherwise. */
function checkChain(
  host: SectionHost,
  node: SectionNode,
  kind: IfSection['kind'],
  before: IfSection | undefined,
): boolean {
  if (kind === 'else' && node.args !== '') {
    host.report('conf/extra-words', '<Else> does not take an argument', node, { offset: 0 });
    return false;
  }
  if (kind !== 'else' && node.args === '') {
    reportMissing(host, node);
    return false;
  }
  if (kind === 'if' || (before && before.kind !== 'else')) return true;
  const message = '<Else> or <ElseIf> section without previous <If> or <ElseIf> section in same scope';
  host.report('conf/else-without-if', message, node);
  return false;
}

/** The condition is one word, so nearly always a quoted one. */
function compileCondition(host: SectionHost, node: SectionNode, word: Word): unknown {
  const more = word.quote ? {} : { hint: 'Put the whole condition in quotes.' };
  try {
    const condition = compileExpr(word.text, { kind: 'condition', restricted: host.htaccess });
    const extra = readWord(node.args, word.next);
    if (!extra) return condition;
    const message = `Multiple <${node.name}> arguments not supported.`;
    host.report('conf/extra-words', message, node, { ...more, offset: extra.start });
  } catch (error) {
    if (!(error instanceof ExprSyntaxError)) throw error;
    const message = `Cannot parse condition clause: ${error.message}`;
    host.report('conf/bad-expression', message, node, { ...more, offset: offsetInside(word, error.offset) });
  }
  return undefined;
}

function runInside(
  host: SectionHost,
  node: SectionNode,
  scope: Scope,
  start: { kind: Section['kind']; path?: string | undefined; isRegex?: boolean; dir: DirConfig },
): void {
  const allowed = host.htaccess ? scope.allowed : allowedInSection;
  host.run(node.children, enterSection(scope, node, start, allowed));
}

/**
 * The path, name or regular expression of a section; undefined when it is reported as wrong. The content is then
 * applied to nothing, so that its own mistakes are reported too.
 */
function readTarget(
  host: SectionHost,
  node: SectionNode,
): { text: string; regex?: RegexMatcher } | undefined {
  if (node.args === '') {
    reportMissing(host, node);
    return undefined;
  }
  const words = splitWords(node.args);
  const tilde = words[0]!.text === '~';
  const word = tilde ? words[1] : words[0];
  const extra = words[tilde ? 2 : 1];
  if (extra) {
    host.report('conf/extra-words', `Multiple <${node.name}> arguments not (yet) supported.`, node, {
      offset: extra.start,
      hint: 'Put a path with blanks in quotes.',
    });
    return undefined;
  }
  const text = word?.text ?? '';
  if (!tilde && !/match$/i.test(node.name)) return { text };
  const regex = compileTarget(host, node, word);
  return regex && { text, regex };
}

function compileTarget(
  host: SectionHost,
  node: SectionNode,
  word: Word | undefined,
): RegexMatcher | undefined {
  try {
    return compileRegex(word?.text ?? '');
  } catch (error) {
    if (!(error instanceof RegexSyntaxError)) throw error;
    const offset = word && offsetInside(word, error.offset);
    const more = { why: error.message, length: 1, ...(offset === undefined ? {} : { offset }) };
    host.report('conf/bad-regex', 'Regex could not be compiled', node, more);
    return undefined;
  }
}

/** Where a byte of a word stands in the arguments, its escapes aside. */
function offsetInside({ start, quote }: Word, offset: number): number {
  return start + (quote ? 1 : 0) + offset;
}

function reportMissing(host: SectionHost, node: SectionNode): void {
  host.report('conf/missing-argument', `<${node.name}> directive requires additional arguments`, node);
}
