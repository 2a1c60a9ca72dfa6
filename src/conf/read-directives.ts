// The directives that act while a configuration is read: Include, Define, LoadModule and their kin.

import { equalsIgnoreCase, lowerAscii } from '../kit/ascii.ts';
import { suggest } from '../kit/suggest.ts';
import type { ArgShape, DirectiveBase } from './directive.ts';
import { findIncludes } from './include.ts';
import { standardFileName, standardModules } from './known-modules.ts';
import { expandMacro, type Macro } from './macro.ts';
import { resolvePath } from './path.ts';
import type { ReadState } from './read-state.ts';
import type { DirectiveNode } from './tree.ts';
import { readWord, splitWords } from './words.ts';

/** A directive that is carried out while reading. */
export interface ReadDirective extends DirectiveBase {
  readonly args: ArgShape;
  /** The module that has to be loaded for it, when it is not part of the core. */
  readonly module?: string;
  read(state: ReadState, node: DirectiveNode, ...words: (string | undefined)[]): void;
}

const inServer = ['server config', 'virtual host'] as const;
const everywhere = ['server config', 'virtual host', 'directory', '.htaccess'] as const;
const inServerAndSections = ['server config', 'virtual host', 'directory'] as const;

/** All of them, as the reference lists them. */
export const readDirectives: readonly ReadDirective[] = [
  {
    name: 'Include',
    args: 'take1',
    contexts: inServerAndSections,
    help: 'Name(s) of the config file(s) to be included; fails if the wildcard does not match at least one file',
    example: 'Include conf/extra.conf',
    read: (state, node, pattern) => include(state, node, pattern!, false),
  },
  {
    name: 'IncludeOptional',
    args: 'take1',
    contexts: inServerAndSections,
    help: 'Name or pattern of the config file(s) to be included; ignored if the file does not exist or the pattern does not match any files',
    example: 'IncludeOptional sites-enabled/*.conf',
    read: (state, node, pattern) => include(state, node, pattern!, true),
  },
  {
    name: 'Define',
    args: 'take12',
    contexts: inServerAndSections,
    help: 'Define a variable, optionally to a value.  Same as passing -D to the command line.',
    example: 'Define docroot /var/www/site',
    read: (state, node, name, value) => {
      if (!checkVariable(state, node, name!)) return;
      state.defines.set(name!, value);
      state.keep(node);
    },
  },
  {
    name: 'UnDefine',
    args: 'take1',
    contexts: ['server config'],
    help: 'Undefine the existence of a variable. Undo a Define.',
    example: 'UnDefine docroot',
    read: (state, node, name) => {
      if (!checkVariable(state, node, name!)) return;
      state.defines.delete(name!);
      state.keep(node);
    },
  },
  {
    name: 'ServerRoot',
    args: 'take1',
    contexts: inServer,
    help: 'Common directory of server-related files (logs, confs, etc.)',
    example: 'ServerRoot /',
    read: setServerRoot,
  },
  {
    name: 'LoadModule',
    args: 'take2',
    contexts: inServer,
    help: 'a module name and the name of a shared object file to load it from',
    example: 'LoadModule rewrite_module modules/mod_rewrite.so',
    read: loadModule,
  },
  {
    name: 'LoadFile',
    args: 'iterate',
    contexts: inServer,
    help: 'shared object file or library to load into the server at runtime',
    noEffect: 'portico loads no shared objects',
    example: 'LoadFile /usr/lib/libxml2.so',
    read: (state, node) => {
      const message = 'LoadFile has no effect: portico loads no shared objects';
      state.report('conf/no-effect', message, node.line, { severity: 'info' });
    },
  },
  {
    name: 'Error',
    args: 'raw',
    contexts: everywhere,
    override: 'All',
    help: 'Stops reading with this message.',
    example: '<IfDefine Never>\nError "not for this server"\n</IfDefine>',
    read: stopWithError,
  },
  {
    name: 'Use',
    args: 'raw',
    module: 'macro',
    contexts: everywhere,
    override: 'All',
    help: 'Puts the content of a macro here, with its parameters filled in.',
    example: '<Macro Greet>\n</Macro>\nUse Greet',
    read: useMacro,
  },
  {
    name: 'MacroIgnoreBadNesting',
    args: 'none',
    module: 'macro',
    contexts: everywhere,
    override: 'All',
    help: 'Ignores bad nesting of <...> sections in macros.',
    example: 'MacroIgnoreBadNesting',
    noEffect: 'nothing is said of these in the first place',
    read: () => undefined,
  },
  {
    name: 'MacroIgnoreEmptyArgs',
    args: 'none',
    module: 'macro',
    contexts: everywhere,
    override: 'All',
    help: 'Ignores empty arguments of macros.',
    example: 'MacroIgnoreEmptyArgs',
    noEffect: 'nothing is said of these in the first place',
    read: () => undefined,
  },
  {
    name: 'UndefMacro',
    args: 'take1',
    module: 'macro',
    contexts: everywhere,
    override: 'All',
    help: 'Remove a macro definition.',
    example: '<Macro Greet>\n</Macro>\nUndefMacro Greet',
    read: (state, node, name) => {
      if (state.macros.delete(lowerAscii(name!))) return;
      const none = state.macros.size === 0;
      const message = none ? 'no macro defined before UndefMacro' : `cannot remove undefined macro '${name}'`;
      state.report('conf/macro', message, node.line);
    },
  },
];

/** The directive of that name, in any case. */
export function findReadDirective(name: string): ReadDirective | undefined {
  return readDirectives.find((entry) => equalsIgnoreCase(entry.name, name));
}

function include(state: ReadState, node: DirectiveNode, pattern: string, optional: boolean): void {
  const found = findIncludes(pattern, { io: state.io, serverRoot: state.serverRoot, optional });
  if ('message' in found) {
    if (!optional || !found.missing) state.report(found.code, found.message, node.line);
    return;
  }
  const from = node.line.placeAt();
  for (const path of found) {
    const fault = state.readFile(path, from);
    if (fault && !(optional && fault.missing)) state.report(fault.code, fault.message, node.line);
  }
}

function checkVariable(state: ReadState, node: DirectiveNode, name: string): boolean {
  if (!name.includes(':')) return true;
  state.report('conf/bad-define', "Variable name must not contain ':'", node.line);
  return false;
}

function setServerRoot(state: ReadState, node: DirectiveNode, path: string | undefined): void {
  const root = resolvePath(state.serverRoot, path!);
  const fault = isDirectory(state, root) ? undefined : 'ServerRoot must be a valid directory';
  if (fault) {
    state.report('conf/bad-server-root', fault, node.line, {
      hint: `${root} is no directory on this machine.`,
    });
    return;
  }
  state.serverRoot = root;
  state.keep(node);
}

function isDirectory(state: ReadState, path: string): boolean {
  try {
    return state.io.stat(path)?.kind === 'directory';
  } catch {
    return false;
  }
}

function loadModule(state: ReadState, node: DirectiveNode, identifier = ''): void {
  state.sawLoadModule = true;
  state.keep(node);
  const result = state.loaded.load(identifier);
  if (result === 'again') {
    const message = `AH01574: module ${identifier} is already loaded, skipping`;
    state.report('conf/duplicate-module', message, node.line, { severity: 'warning' });
    return;
  }
  if (result === 'absent') {
    const file = standardFileName(identifier.replace(/_module$/, ''));
    state.report('conf/unknown-module', `portico has no module ${identifier}`, node.line, {
      severity: 'warning',
      why: `Its work is not done, <IfModule ${file}> is skipped, and its directives outside of that are unknown.`,
    });
  } else if (result === 'foreign') reportForeign(state, node, identifier);
}

/**
 * A module that is not Apache's own: what it protects or interprets would be served without it (the source of PHP
 * pages), so that somebody has to say that this is meant.
 */
function reportForeign(state: ReadState, node: DirectiveNode, identifier: string): void {
  const meant = suggest(identifier.replace(/_module$/, ''), standardModules);
  const message = `portico has no module ${identifier}`;
  if (state.skipsUnknownModules) {
    const why = 'The line is skipped: its work is not done, and what it would interpret is served as it is.';
    state.report('conf/unknown-module', message, node.line, { severity: 'warning', why });
    return;
  }
  state.report('conf/unknown-module', message, node.line, {
    why: "It is not one of Apache's own modules, and portico runs no others: what it protects or interprets would be served without it.",
    hint: meant
      ? `did you mean ${meant}_module?`
      : 'Take the line out, or start with --skip-unknown-modules to do without the module.',
  });
}

function stopWithError(state: ReadState, node: DirectiveNode): void {
  const quoted = /^["']/.test(node.args);
  const message =
    (quoted ? readWord(node.args)!.text : node.args) || 'The Error directive was used with no message.';
  state.report('conf/error-directive', message, node.line);
}

function useMacro(state: ReadState, node: DirectiveNode): void {
  const [name, ...args] = splitWords(node.args).map((word) => word.text);
  const macro = findMacro(state, name);
  const expansion = typeof macro === 'string' ? macro : expandMacro(macro, args, node);
  if (typeof expansion === 'string') state.report('conf/macro', expansion, node.line);
  else if (typeof macro !== 'string' && !state.readExpansion(expansion, macro.label))
    state.report('conf/macro', `${macro.label}: uses of macros come to too much text`, node.line);
}

function findMacro(state: ReadState, name: string | undefined): Macro | string {
  if (state.macros.size === 0) return 'no macro defined before Use';
  if (name === undefined) return 'no macro name specified with Use';
  const macro = state.macros.get(lowerAscii(name));
  if (!macro) return `macro '${name}' undefined`;
  return state.isReading(macro.label) ? `recursive use of macro '${macro.name}' is invalid` : macro;
}
