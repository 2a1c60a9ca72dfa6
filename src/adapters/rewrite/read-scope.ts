// One text of rules, read: its lines go to the collectors of their scopes, conditions such as <IfModule> are decided,
// and whatever the library does not run is said.

import { takeArguments } from '../../conf/arguments.ts';
import type { ConfCode } from '../../conf/codes.ts';
import { findCondition } from '../../conf/conditions.ts';
import { Defines } from '../../conf/defines.ts';
import { type FindingDetails, findingAt } from '../../conf/finding.ts';
import { parseLine, parseSource } from '../../conf/parser.ts';
import { Source } from '../../conf/source.ts';
import type { ConfNode, DirectiveNode, SectionNode } from '../../conf/tree.ts';
import { resolveVariables } from '../../conf/variables.ts';
import { splitWords } from '../../conf/words.ts';
import { equalsIgnoreCase } from '../../kit/ascii.ts';
import type { Diagnostic } from '../../kit/diagnostic.ts';
import { suggest } from '../../kit/suggest.ts';
import { isProblem, type RewriteProblem, type RewriteWarning, RuleSetBuilder } from '../../rules/index.ts';
import { bytesOf } from './bytes.ts';
import type { RewriteCode } from './codes.ts';
import { findLine, lineNames } from './lines.ts';
import { findRules, hintFor, takesLinksAway } from './not-run.ts';
import type { RewriteContext, RewriteOptions } from './options.ts';
import type { LineNote, ReadScope, Target } from './target.ts';
import { moduleTest } from './usual-modules.ts';

/** Reads texts into scopes; everything that is wrong with them is in `diagnostics`. */
export class ScopeReader {
  readonly scopes: ReadScope[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly server: RuleSetBuilder = new RuleSetBuilder();
  readonly defaults: RuleSetBuilder = new RuleSetBuilder();
  readonly #options: RewriteOptions;
  readonly #hasModule: (name: string) => boolean;
  readonly #defines: Defines;
  readonly #undefined = new Set<string>();
  hasServerRules = false;

  constructor(options: RewriteOptions) {
    this.#options = options;
    this.#defines = new Defines(
      Object.entries(options.defines ?? {}).map(
        ([name, value]) => [name, value === '' ? undefined : bytesOf(value)] as const,
      ),
    );
    this.#hasModule = moduleTest(options.modules);
  }

  /** `directory` ends in a slash; undefined for a server. */
  read(text: string, file: string, context: RewriteContext, directory: string | undefined): void {
    const { nodes, diagnostics } = parseSource(new Source(file, text));
    const from = this.diagnostics.length;
    this.diagnostics.push(...diagnostics);
    const target =
      directory === undefined ? this.#serverTarget() : this.#folderTarget(directory, context === 'htaccess');
    this.#readNodes(nodes, target);
    const found = this.diagnostics.splice(from);
    this.diagnostics.push(...found.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0)));
  }

  #serverTarget(): Target {
    this.hasServerRules = true;
    const { server: builder, defaults } = this;
    return { directory: undefined, isHtaccess: false, builder, defaults, options: this.#options };
  }

  #folderTarget(directory: string, isHtaccess: boolean): Target {
    const builder = new RuleSetBuilder(directory, isHtaccess);
    return { directory, isHtaccess, builder, defaults: undefined, options: this.#options };
  }

  #readNodes(nodes: readonly ConfNode[], target: Target): void {
    for (const written of nodes) {
      const node = this.#resolve(written);
      if (node === undefined) continue;
      if (node.kind === 'section') this.#readSection(node, target);
      else if (findLine(node.name) !== undefined) this.#readLine(node, target);
      else this.#leaveOut(node);
    }
  }

  /** With `${NAME}` replaced; undefined, and reported, where that makes a section of a line or a line of a section. */
  #resolve(node: ConfNode): ConfNode | undefined {
    const line = resolveVariables(node.line, {
      find: (name) => this.#defines.find(name),
      missing: (name, offset) => this.#reportUndefined(name, node, offset),
    });
    if (line === node.line) return node;
    const again = parseLine(line);
    if (again.kind === 'directive' && node.kind === 'directive') return again;
    if (again.kind === 'section' && node.kind === 'section')
      return { ...node, name: again.name, args: again.args, argsAt: again.argsAt, tail: again.tail, line };
    this.#report('conf/unexpected-close', 'A variable cannot open or close a section', node);
    return undefined;
  }

  #reportUndefined(name: string, node: ConfNode, offset: number): void {
    if (this.#undefined.has(name)) return;
    this.#undefined.add(name);
    this.diagnostics.push({
      code: 'conf/undefined-variable',
      severity: 'warning',
      place: node.line.placeAt(offset),
      message: `AH00111: Config variable \${${name}} is not defined`,
      why: 'The text is used as it stands.',
      hint: `give it: compile(text, { defines: { ${name}: '…' } })`,
      length: name.length + 3,
    });
  }

  #readLine(node: DirectiveNode, target: Target): void {
    const line = findLine(node.name)!;
    if (line.isServerOnly === true && target.directory !== undefined) {
      const where = target.isHtaccess ? 'here' : 'in <Directory> context';
      this.#report('conf/not-allowed-here', `${line.name} not allowed ${where}`, node, {
        hint: 'a RewriteMap stands in the server; give it as compile(text, { maps: { … } })',
      });
      return;
    }
    if (!this.scopes.some(({ builder }) => builder === target.builder)) this.scopes.push(target);
    const { calls, error, open, extra } = takeArguments(line, node.args);
    if (error) this.#report('conf/wrong-arity', error.message, node, { offset: error.offset });
    if (open) this.#warn('conf/unclosed-quote', `${line.name}: the quote is not closed`, node, open.start);
    if (extra) this.#warn('conf/extra-words', `${line.name}: what follows has no effect`, node, extra.start);
    for (const words of calls) this.#tell(line.set(target, node, ...words), node);
    for (const note of line.check?.(node, this.#options) ?? []) this.#note(note, node);
  }

  #tell(said: RewriteProblem | readonly RewriteWarning[] | undefined, node: DirectiveNode): void {
    if (said === undefined) return;
    if (isProblem(said)) {
      const { error, offset, hint } = said;
      this.#report('conf/bad-argument', error, node, hint === undefined ? { offset } : { offset, hint });
      return;
    }
    for (const { code, message, offset } of said)
      this.#warn('conf/bad-argument', `${code}: ${message}`, node, offset);
  }

  #note({ code, ...note }: LineNote, node: DirectiveNode): void {
    const isError = code === 'rewrite/no-digest' || this.#options.strict === true;
    this.#report(code, note.message, node, {
      severity: isError ? 'error' : 'warning',
      hint: note.hint,
      offset: note.offset,
    });
  }

  #readSection(node: SectionNode, target: Target): void {
    const condition = findCondition(node.name);
    if (condition === undefined) {
      if (equalsIgnoreCase(node.name, 'Directory')) this.#readDirectory(node, target);
      else this.#leaveSectionOut(node);
      return;
    }
    const holds = node.noBracket
      ? ({
          code: 'conf/missing-bracket',
          message: `<${condition.name}> directive missing closing '>'`,
        } as const)
      : condition.holds(node.args, this.#facts);
    if (typeof holds === 'object') this.#report(holds.code, holds.message, node);
    else if (holds) {
      if (node.open) this.#warn('conf/section-not-closed', `<${condition.name}> was not closed.`, node, 0);
      this.#readNodes(node.children, target);
    } else if (node.open)
      this.#report('conf/section-not-closed', `Expected </${node.name}> before end of configuration`, node);
  }

  readonly #facts = {
    hasModule: (name: string): boolean => this.#hasModule(name),
    isDefined: (name: string): boolean => this.#defines.has(name),
    fileExists: (path: string): boolean => this.#fileExists(path),
    hasDirective: (name: string): boolean => findLine(name) !== undefined,
  };

  #fileExists(path: string): boolean {
    const facts = this.#options.files?.stat(path, true);
    return facts !== undefined && facts !== null && !(facts instanceof Promise);
  }

  /** `<Directory /path>` of a server's text; patterns of folders are not run. */
  #readDirectory(node: SectionNode, target: Target): void {
    if (target.directory !== undefined) {
      const where = target.isHtaccess ? 'here' : 'in <Directory> context';
      this.#report('conf/not-allowed-here', `<Directory not allowed ${where}`, node);
      return;
    }
    const words = splitWords(node.args);
    const path = words[0]?.text ?? '';
    if (words.length !== 1 || !path.startsWith('/') || /[*?[]/.test(path)) {
      this.#leaveSectionOut(node, 'only <Directory> with one whole path is run');
      return;
    }
    this.#readNodes(node.children, this.#folderTarget(`${path.replace(/\/+$/, '')}/`, false));
  }

  /** Nothing is left out in silence: rules in a section that is not run would change answers. */
  #leaveSectionOut(node: SectionNode, why?: string): void {
    const rules = findRules(node);
    if (rules === undefined) {
      this.#leaveOut(node);
      return;
    }
    this.#report(
      'rewrite/section',
      `<${node.name}> is not run by portico/rewrite, and ${rules} stands in it`,
      node,
      {
        hint: why ?? hintFor(node.name),
      },
    );
  }

  #leaveOut(node: ConfNode): void {
    const shown = node.kind === 'section' ? `<${node.name}>` : node.name;
    const meant = node.kind === 'section' ? undefined : suggest(node.name, lineNames);
    if (meant !== undefined || node.name.startsWith('\xef\xbb\xbf')) {
      const message = `Invalid command '${node.name}', perhaps misspelled or defined by a module not included in the server configuration`;
      const hint =
        meant === undefined ? 'Save the file without a byte order mark.' : `did you mean ${meant}?`;
      this.#report('conf/unknown-directive', message, node, { hint, length: node.name.length });
      return;
    }
    if (node.kind === 'directive' && takesLinksAway(node)) {
      this.#report(
        'rewrite/links',
        'Options leaves FollowSymLinks out: Apache answers 403 where rules run',
        node,
        {
          severity: this.#options.strict === true ? 'error' : 'warning',
          hint: 'the library does not look at Options; write Options +FollowSymLinks, or signs before all words',
        },
      );
      return;
    }
    this.#report('rewrite/left-out', `${shown} is no part of the rewrite engine: it is left out`, node, {
      severity: this.#options.strict === true ? 'error' : 'warning',
    });
  }

  #report(code: ConfCode | RewriteCode, message: string, node: ConfNode, more: FindingDetails = {}): void {
    this.diagnostics.push(findingAt(code, message, node, more));
  }

  #warn(code: ConfCode, message: string, node: ConfNode, offset: number): void {
    this.#report(code, message, node, { severity: 'warning', offset });
  }
}
