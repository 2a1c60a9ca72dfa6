// Applying: walks a read tree and lets each directive set configuration. What is wrong is reported, and the walk goes on.

import type { Diagnostic } from '../kit/diagnostic.ts';
import type { Place } from '../kit/place.ts';
import {
  allowedInContainer,
  allowedWithin,
  checkServerKind,
  isAllowed,
  notAllowedMessage,
} from './allowed.ts';
import { takeArguments } from './arguments.ts';
import type { Container, ContentRunner, DirectiveBase, DirectiveError } from './directive.ts';
import { type FindingDetails, findingAt } from './finding.ts';
import type { ConfIo } from './io.ts';
import { isTuningDirective } from './known-modules.ts';
import type { LoadedModules } from './loaded.ts';
import type { ConfModule } from './module.ts';
import { type CommandHost, NodeCommand } from './node-command.ts';
import { ownNames } from './own.ts';
import { findReadDirective } from './read-directives.ts';
import type { BuiltInSection, Scope, SectionHost } from './scope.ts';
import { findBuiltInSection } from './sections.ts';
import type { Server, VhostAddress } from './server.ts';
import { type ConfNode, type DirectiveNode, nameInMessages, type SectionNode } from './tree.ts';
import { explainUnknown } from './unknown.ts';

/** AllowOverride Nonfatal: what is passed over with a warning instead of an error. */
export interface Nonfatal {
  /** Directives that AllowOverride does not allow. */
  readonly override: boolean;
  readonly unknown: boolean;
}

export interface ApplyOptions {
  readonly io: ConfIo;
  readonly loaded: LoadedModules;
  readonly serverRoot: string;
  addServer(place: Place, addresses: readonly VhostAddress[]): Server;
  readonly htaccess?: { readonly nonfatal: Nonfatal; readonly allowedOptions?: readonly string[] };
}

/** Applies trees; collects what is wrong in `diagnostics`. */
export class Applier implements SectionHost, CommandHost {
  readonly io: ConfIo;
  readonly htaccess: boolean;
  readonly diagnostics: Diagnostic[] = [];
  readonly loaded: LoadedModules;
  readonly serverRoot: string;
  readonly allowedOptions: readonly string[] | undefined;
  readonly #options: ApplyOptions;

  constructor(options: ApplyOptions) {
    this.io = options.io;
    this.loaded = options.loaded;
    this.serverRoot = options.serverRoot;
    this.allowedOptions = options.htaccess?.allowedOptions;
    this.htaccess = options.htaccess !== undefined;
    this.#options = options;
  }

  run(nodes: readonly ConfNode[], scope: Scope): void {
    for (const node of nodes) {
      if (node.kind === 'directive') this.#applyDirective(node, scope);
      else this.#applySection(node, scope);
    }
  }

  addServer(place: Place, addresses: readonly VhostAddress[]): Server {
    return this.#options.addServer(place, addresses);
  }

  report(code: string, message: string, node: ConfNode, details?: FindingDetails): void {
    this.diagnostics.push(findingAt(code, message, node, details));
  }

  #applyDirective(node: DirectiveNode, scope: Scope): void {
    const found = this.loaded.find(node.name);
    if (!found) {
      this.#applyUnknown(node);
      return;
    }
    const { directive } = found;
    if ('open' in directive || !this.#mayStand(directive, directive.name, node, scope)) return;
    const { calls, error, open, extra } = takeArguments(directive, node.args);
    if (error) {
      this.report('conf/wrong-arity', error.message, node, {
        offset: error.offset,
        ...hintAtComment(node.args),
      });
      return;
    }
    if (open) this.#warn('conf/unclosed-quote', 'the quote is not closed', node, open.start);
    if (extra) this.#warn('conf/extra-words', 'what follows has no effect', node, extra.start);
    if (directive.noEffect !== undefined && !this.htaccess) {
      const message = `${directive.name} has no effect: ${directive.noEffect}`;
      this.report('conf/no-effect', message, node, { severity: 'info' });
    }
    const command = new NodeCommand(node, scope, found.module, this);
    for (const words of calls) {
      const fault = directive.set(command, ...words);
      if (fault === undefined) continue;
      this.#reportFault(fault, node);
      return;
    }
  }

  #applySection(node: SectionNode, scope: Scope): void {
    const builtIn = findBuiltInSection(node.name);
    const found = builtIn ? undefined : this.loaded.find(`<${node.name}`);
    const entry = builtIn ?? found?.directive;
    if (!entry) {
      this.#applyUnknown(node);
      return;
    }
    if (!this.#mayStand(entry, `<${entry.name}`, node, scope)) return;
    if (builtIn && this.#isForbiddenAround(builtIn, node, scope)) return;
    if (node.noBracket) {
      this.#reportNoBracket(entry.name, node);
      return;
    }
    if (node.tail !== '' && !node.tail.startsWith('#'))
      this.#warn(
        'conf/extra-words',
        'what follows the > has no effect',
        node,
        node.line.text.lastIndexOf('>') + 1 - node.argsAt,
      );
    if (builtIn) builtIn.open(this, node, scope);
    else if (found && 'open' in found.directive)
      this.#openContainer(found.directive, found.module, node, scope);
  }

  #reportNoBracket(name: string, node: SectionNode): void {
    if (node.args === '') {
      this.report('conf/missing-argument', `<${name}> directive requires additional arguments`, node);
    } else {
      this.report('conf/missing-bracket', `<${name}> directive missing closing '>'`, node);
    }
  }

  #openContainer(container: Container, module: ConfModule, node: SectionNode, scope: Scope): void {
    const content: ContentRunner = (into, classes) => {
      const section = into ?? scope.section;
      const entered = into !== undefined && into.context === 'directory' && !this.htaccess;
      this.run(node.children, {
        server: scope.server,
        section,
        allowed: container.isClosed
          ? allowedWithin(container.name)
          : entered
            ? allowedInContainer(classes)
            : scope.allowed,
        enclosing: [...scope.enclosing, node.name],
      });
    };
    const command = new NodeCommand(node, scope, module, this);
    const fault = container.open(command, node.args, content);
    if (fault !== undefined) this.#reportFault(fault, node);
  }

  #applyUnknown(node: ConfNode): void {
    const name = nameInMessages(node);
    if (node.kind === 'directive' && isDone(node.name, this.loaded)) return;
    if (isTuningDirective(name)) {
      const message = `${name} has no effect: portico has no such processes`;
      this.report('conf/no-effect', message, node, { severity: 'info' });
      return;
    }
    if (this.#options.htaccess?.nonfatal.unknown) {
      const message = `AH02296: Unknown directive ${name} perhaps misspelled or defined by a module not included in the server configuration`;
      this.report('conf/unknown-directive', message, node, { severity: 'warning' });
      return;
    }
    const { message, hint } = explainUnknown(name, this.loaded, ownNames);
    const length = name.length;
    this.report('conf/unknown-directive', message, node, hint ? { hint, length } : { length });
  }

  /** Reports a directive that is in the wrong place; `shown` is its name as Apache's sentences have it. */
  #mayStand(directive: DirectiveBase, shown: string, node: ConfNode, scope: Scope): boolean {
    if (!isAllowed(directive, scope.allowed)) {
      this.#reportNotAllowed(directive, shown, node, scope);
      return false;
    }
    if (scope.section.kind !== 'server') return true;
    const closed = shown.startsWith('<') ? `${shown}>` : shown;
    const message = checkServerKind(directive, scope.section.context === 'virtual host', closed);
    if (message) this.report('conf/not-allowed-here', message, node, { why: explainContexts(directive) });
    return message === undefined;
  }

  #reportNotAllowed(directive: DirectiveBase, shown: string, node: ConfNode, scope: Scope): void {
    if (this.#options.htaccess?.nonfatal.override) {
      const message = `AH02295: ${shown} in .htaccess forbidden by AllowOverride`;
      this.report('conf/not-allowed-here', message, node, { severity: 'warning' });
      return;
    }
    const message = notAllowedMessage(shown, scope.enclosing.at(-1));
    this.report('conf/not-allowed-here', message, node, { why: explainContexts(directive) });
  }

  #isForbiddenAround(section: BuiltInSection, node: SectionNode, scope: Scope): boolean {
    for (const around of section.notIn ?? []) {
      const pattern = around === 'Limit' ? /^limit(except)?$/i : /^location(match)?$/i;
      const found = scope.enclosing.find((name) => pattern.test(name));
      if (found === undefined) continue;
      const where = around === 'Limit' ? '<Limit> or <LimitExcept>' : `<${found}>`;
      this.report('conf/not-allowed-here', `<${section.name}> cannot occur within ${where} section`, node);
      return true;
    }
    return false;
  }

  #reportFault(fault: DirectiveError, node: ConfNode): void {
    if (typeof fault === 'string') {
      this.report('conf/bad-argument', fault, node, { offset: 0 });
      return;
    }
    const { code = 'conf/bad-argument', message, ...more } = fault;
    this.report(code, message, node, { offset: 0, ...more });
  }

  #warn(code: string, message: string, node: ConfNode, offset: number): void {
    this.report(code, `${nameInMessages(node)}: ${message}`, node, { severity: 'warning', offset });
  }
}

/** The usual reason for a word too many. */
function hintAtComment(args: string): { hint?: string } {
  return /(^|\s)#/.test(args)
    ? { hint: 'A comment needs a line of its own: # means nothing behind a directive.' }
    : {};
}

/** True for a directive that reading has carried out. */
function isDone(name: string, loaded: LoadedModules): boolean {
  const entry = findReadDirective(name);
  return entry !== undefined && (!entry.module || loaded.has(`${entry.module}_module`));
}

function explainContexts({ name, contexts, override, within }: DirectiveBase): string {
  if (within !== undefined) return `${name} may stand in: <${within}> sections.`;
  const overrides = typeof override === 'string' ? override : override?.join(' or ');
  const places = contexts.map((context) =>
    context === '.htaccess' && overrides ? `.htaccess (AllowOverride ${overrides})` : context,
  );
  return `${name} may stand in: ${places.join(', ')}.`;
}
