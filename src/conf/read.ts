// Reading: from files to one tree, with everything decided that Apache decides while reading. Include lines are
// replaced by what they include, sections such as <IfModule> by their content or by nothing, `${NAME}` by its value.
// No directive of a module is looked at; that is apply.ts.

import { equalsIgnoreCase } from '../kit/ascii.ts';
import type { Diagnostic } from '../kit/diagnostic.ts';
import type { Place } from '../kit/place.ts';
import { takeArguments } from './arguments.ts';
import type { ConfCode } from './codes.ts';
import { type Condition, findCondition } from './conditions.ts';
import { Defines } from './defines.ts';
import { cannotOpen } from './include.ts';
import type { ConfIo } from './io.ts';
import type { LogicalLine } from './lexer.ts';
import type { LoadedModules } from './loaded.ts';
import { type Macro, readMacro } from './macro.ts';
import { ownNames } from './own.ts';
import { parseLine, parseSource } from './parser.ts';
import { resolvePath } from './path.ts';
import { findReadDirective } from './read-directives.ts';
import type { FileFault, ReadState } from './read-state.ts';
import { Source } from './source.ts';
import type { ConfNode, DirectiveNode, SectionNode } from './tree.ts';
import { resolveVariables } from './variables.ts';

/** A file to read, or a text under a name. */
export type ConfSource = { readonly file: string } | { readonly name: string; readonly text: string };

export interface ReaderOptions {
  readonly io: ConfIo;
  readonly loaded: LoadedModules;
  readonly defines?: Defines;
  readonly serverRoot: string;
  /** In .htaccess only conditions and modules' directives may stand. */
  readonly htaccess?: boolean;
  readonly skipUnknownModules?: boolean;
  /** Macros that are defined already. */
  readonly macros?: ReadonlyMap<string, Macro>;
  /** Bytes that macros and variables may add to the text. */
  readonly mostExpanded?: number;
}

/** A file that was read: how many Include lines led to it, and on which line the last of them stands. */
export interface ReadFile {
  readonly path: string;
  readonly depth: number;
  readonly line: number | undefined;
}

/** Bytes that macros and variables add to the text: each may use others twice. */
const MOST_EXPANDED = 16 * 1024 * 1024;

/** Apache's bound for Include lines inside included files. */
const maxIncludeDepth = 128;

/** Reads sources one after the other into one tree. What is wrong is collected in `diagnostics`. */
export class Reader implements ReadState {
  readonly io: ConfIo;
  readonly loaded: LoadedModules;
  readonly defines: Defines;
  readonly macros: Map<string, Macro>;
  readonly nodes: ConfNode[] = [];
  readonly diagnostics: Diagnostic[] = [];
  /** All files that were read, in their order. */
  readonly files: ReadFile[] = [];
  /** Names of all texts in the order in which they were begun. */
  readonly #begun = new Map<string, number>();
  /** True once a LoadModule line was seen. */
  sawLoadModule = false;
  serverRoot: string;
  readonly skipsUnknownModules: boolean;
  readonly #htaccess: boolean;
  readonly #undefined = new Set<string>();
  readonly #mostExpanded: number;
  /** Files and macros that are being read, outermost first. */
  readonly #chain: string[] = [];
  #into: ConfNode[] = this.nodes;
  #expanded = 0;

  constructor(options: ReaderOptions) {
    const { io, loaded, defines, serverRoot, htaccess, skipUnknownModules, macros } = options;
    this.io = io;
    this.loaded = loaded;
    this.defines = defines ?? new Defines();
    this.serverRoot = serverRoot;
    this.macros = new Map(macros);
    this.#htaccess = htaccess ?? false;
    this.skipsUnknownModules = skipUnknownModules ?? false;
    this.#mostExpanded = options.mostExpanded ?? MOST_EXPANDED;
  }

  /** Reads a file of the command line, or a text. */
  readSource(source: ConfSource): void {
    if ('file' in source) {
      const fault = this.readFile(resolvePath(this.serverRoot, source.file));
      if (fault) this.diagnostics.push({ code: fault.code, severity: 'error', message: fault.message });
    } else {
      this.#readText(new Source(source.name, source.text));
    }
  }

  /** Reads one file; answers why it cannot be opened. `from` is the Include line. */
  readFile(path: string, from?: Place): FileFault | undefined {
    if (this.#chain.includes(path) || this.#chain.length >= maxIncludeDepth) {
      const message = `Exceeded maximum include depth of ${maxIncludeDepth}, There appears to be a recursion.`;
      return { code: 'conf/include-depth', message, missing: false };
    }
    let text: string;
    try {
      text = this.io.read(path);
    } catch (error) {
      return cannotOpen(path, error);
    }
    this.files.push({ path, depth: depthOf(from), line: from?.line });
    this.#readText(new Source(path, text, from));
    return undefined;
  }

  /** True while the text of this name (a file, a macro's use) is being read. */
  isReading(name: string): boolean {
    return this.#chain.includes(name);
  }

  /** Reads the text of a macro's use; false when uses of macros in macros have come to too much. */
  readExpansion(source: Source, name: string): boolean {
    this.#expanded += source.text.length;
    if (this.#expanded > this.#mostExpanded) return false;
    this.#readText(source, name);
    return true;
  }

  /** Findings in the order of their places: file by file as they were begun, line by line. */
  inOrder(findings: readonly Diagnostic[]): Diagnostic[] {
    const fileOf = ({ place }: Diagnostic): number => (place ? (this.#begun.get(place.file) ?? 0) : -1);
    const lineOf = ({ place }: Diagnostic): number => place?.line ?? 0;
    return [...findings].sort((a, b) => fileOf(a) - fileOf(b) || lineOf(a) - lineOf(b));
  }

  /** Adds a directive that later layers or a printed configuration need. */
  keep(node: DirectiveNode): void {
    this.#into.push(node);
  }

  report(code: ConfCode, message: string, line: LogicalLine, more: Partial<Diagnostic> = {}): void {
    const place = line.placeAt();
    this.diagnostics.push({ code, severity: 'error', place, message, length: line.text.length, ...more });
  }

  #readText(source: Source, name: string = source.file): void {
    const { nodes, diagnostics } = parseSource(source);
    this.diagnostics.push(...diagnostics);
    this.#chain.push(name);
    if (!this.#begun.has(source.file)) this.#begun.set(source.file, this.#begun.size);
    this.#readNodes(nodes);
    this.#chain.pop();
  }

  #readNodes(nodes: readonly ConfNode[]): void {
    for (const node of nodes) {
      const resolved = this.#resolve(node);
      if (resolved?.kind === 'directive') this.#readDirective(resolved);
      else if (resolved) this.#readSection(resolved);
    }
  }

  #resolve(node: ConfNode): ConfNode | undefined {
    const line = resolveVariables(node.line, {
      find: (name) => this.defines.find(name) ?? this.io.env(name),
      missing: (name, offset) => this.#reportUndefined(name, node.line.placeAt(offset)),
    });
    if (line === node.line) return node;
    this.#expanded += Math.max(0, line.text.length - node.line.text.length);
    if (this.#expanded > this.#mostExpanded) {
      this.report('conf/line-too-long', 'Line too long', node.line);
      return undefined;
    }
    const again = parseLine(line);
    if (again.kind === 'directive' && node.kind === 'directive') return again;
    if (again.kind === 'section' && node.kind === 'section') {
      return {
        ...again,
        children: node.children,
        content: node.content,
        ...(node.open ? { open: true } : {}),
      };
    }
    this.report('conf/unexpected-close', 'A variable cannot open or close a section', node.line);
    return undefined;
  }

  #reportUndefined(name: string, place: Place): void {
    if (this.#undefined.has(name)) return;
    this.#undefined.add(name);
    this.diagnostics.push({
      code: 'conf/undefined-variable',
      severity: 'warning',
      place,
      message: `AH00111: Config variable \${${name}} is not defined`,
      why: 'The text is used as it stands.',
      length: name.length + 3,
    });
  }

  #readDirective(node: DirectiveNode): void {
    const entry = findReadDirective(node.name);
    if (!entry || (entry.module && !this.loaded.has(`${entry.module}_module`))) {
      this.#into.push(node);
      return;
    }
    if (this.#htaccess && !entry.contexts.includes('.htaccess')) {
      this.report('conf/not-allowed-here', `${entry.name} not allowed here`, node.line);
      return;
    }
    const { calls, error } = takeArguments(entry, node.args);
    if (error) this.report('conf/wrong-arity', error.message, node.line);
    for (const words of calls) entry.read(this, node, ...words);
  }

  #readSection(node: SectionNode): void {
    const condition = findCondition(node.name);
    if (condition) this.#readCondition(node, condition);
    else if (equalsIgnoreCase(node.name, 'Macro') && this.loaded.has('macro_module')) this.#defineMacro(node);
    else this.#readContent(node);
  }

  #readContent(node: SectionNode): void {
    const outside = this.#into;
    const children: ConfNode[] = [];
    this.#into = children;
    this.#readNodes(node.children);
    this.#into = outside;
    this.#into.push({ ...node, children });
  }

  #readCondition(node: SectionNode, condition: Condition): void {
    const result = node.noBracket ? missingBracket(condition.name) : condition.holds(node.args, this.#facts);
    if (typeof result === 'object') {
      this.report(result.code, result.message, node.line);
    } else if (result) {
      if (node.open) this.#warnOpen(node, condition.name);
      this.#readNodes(node.children);
    } else if (node.open) {
      this.report(
        'conf/section-not-closed',
        `Expected </${node.name}> before end of configuration`,
        node.line,
      );
    }
  }

  /** Apache takes the end of the text for the end of a condition that holds. */
  #warnOpen(node: SectionNode, name: string): void {
    const message = `<${name}> was not closed.`;
    this.report('conf/section-not-closed', message, node.line, { severity: 'warning' });
  }

  #defineMacro(node: SectionNode): void {
    const macro = node.noBracket ? missingBracket('Macro').message : readMacro(node);
    if (typeof macro === 'string') this.report('conf/macro', macro, node.line);
    else this.macros.set(macro.name, macro);
  }

  readonly #facts = {
    hasModule: (name: string): boolean => this.loaded.has(name),
    isDefined: (name: string): boolean => this.defines.has(name),
    fileExists: (path: string): boolean => this.#exists(resolvePath(this.serverRoot, path)),
    hasDirective: (name: string): boolean =>
      this.loaded.find(name) !== undefined || ownNames.some((own) => equalsIgnoreCase(own, name)),
  };

  #exists(path: string): boolean {
    try {
      return this.io.stat(path) !== undefined;
    } catch {
      return false;
    }
  }
}

/** How many Include lines there are from a file of the command line to this one. */
function depthOf(from: Place | undefined): number {
  let depth = 0;
  for (let place = from; place !== undefined; place = place.includedFrom) depth++;
  return depth;
}

function missingBracket(name: string): { code: ConfCode; message: string } {
  return { code: 'conf/missing-bracket', message: `<${name}> directive missing closing '>'` };
}
