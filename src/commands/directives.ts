// `portico directives`: every directive that portico knows, from the declarations that also parse it.

import type { Context, Override } from '../conf/context.ts';
import type { ArgShape, DirectiveBase } from '../conf/directive.ts';
import { standardFileName, standardModulesOf } from '../conf/known-modules.ts';
import type { ConfModule } from '../conf/module.ts';
import { ownDirectives } from '../conf/own.ts';

/** One entry of the list. */
export interface ListedDirective {
  /** As in Apache's manual. */
  readonly name: string;
  readonly isSection: boolean;
  /** The module of Apache's that has it, without `mod_`; one of portico's own otherwise. */
  readonly module: string;
  readonly contexts: readonly Context[];
  /** The one section that it stands in. */
  readonly within?: string;
  /** AllowOverride classes that let it stand in .htaccess; one of them is enough. */
  readonly override: readonly Override[];
  /** Absent for sections. */
  readonly args?: ArgShape;
  readonly default?: string;
  readonly help: string;
  readonly example: string;
  /** Why it does nothing here. */
  readonly noEffect?: string;
}

/** By module, and within a module by name. */
export function directiveList(modules: readonly ConfModule[]): readonly ListedDirective[] {
  const own = ownDirectives.map((entry) => listed(entry, 'core', entry.args === undefined, entry.args));
  const ofModules = modules.flatMap(({ name, directives }) =>
    directives.map((entry) =>
      'open' in entry ? listed(entry, name, true) : listed(entry, name, false, entry.args),
    ),
  );
  return [...own, ...ofModules].sort(
    (a, b) => order(a.module, b.module) || order(a.name, b.name) || Number(a.isSection) - Number(b.isSection),
  );
}

function order(a: string, b: string): number {
  return a.localeCompare(b, 'en');
}

function listed(entry: DirectiveBase, owner: string, isSection: boolean, args?: ArgShape): ListedDirective {
  const { name, contexts, within, override = [], help, example, noEffect } = entry;
  const apache = standardModulesOf(isSection ? `<${name}` : name);
  const [first = owner] = apache;
  return {
    name,
    isSection,
    module: apache.includes(owner) ? owner : first,
    contexts,
    ...(within === undefined ? {} : { within }),
    override: typeof override === 'string' ? [override] : override,
    ...(args === undefined ? {} : { args }),
    ...(entry.default === undefined ? {} : { default: entry.default }),
    help,
    example,
    ...(noEffect === undefined ? {} : { noEffect }),
  };
}

/** `<Directory>`, or the plain name. */
export function titleOf({ name, isSection }: ListedDirective): string {
  return isSection ? `<${name}>` : name;
}

/** `server config, .htaccess (AllowOverride FileInfo)` */
export function placesOf({ contexts, override, within }: ListedDirective): string {
  if (within !== undefined) return `inside <${within}>`;
  const classes = override.length === 0 ? '' : ` (AllowOverride ${override.join(' or ')})`;
  return `${contexts.join(', ')}${classes}`;
}

/** For people: a line of its own for name and module, one for the places, one for what it does. */
export function drawDirectives(list: readonly ListedDirective[]): string {
  return list
    .map((entry) => {
      const effect = entry.noEffect === undefined ? '' : `\n    No effect here: ${entry.noEffect}`;
      return `${titleOf(entry)}  (${entry.module})\n    ${placesOf(entry)}\n    ${entry.help}${effect}\n`;
    })
    .join('');
}

export function drawJson(list: readonly ListedDirective[]): string {
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** `httpd -L`. */
export function drawForHttpd(list: readonly ListedDirective[]): string {
  return list
    .map((entry) => {
      const name = entry.isSection ? `<${entry.name}` : entry.name;
      return `${name} (${standardFileName(entry.module)})\n\t${entry.help}\n\t${allowedIn(entry)}\n`;
    })
    .join('');
}

/** Apache's sentence about places. */
function allowedIn({ contexts, override, within }: ListedDirective): string {
  if (within !== undefined) return `Allowed in *.conf only inside <${within}>`;
  const isInside = contexts.includes('directory');
  const isOutside = contexts.includes('server config') || contexts.includes('virtual host');
  const sections = '<Directory>, <Files>, <Location>, or <If>';
  const where = isInside && isOutside ? 'anywhere' : `only ${isOutside ? 'outside' : 'inside'} ${sections}`;
  const [first] = override;
  if (first === undefined) return `Allowed in *.conf ${where}`;
  const when = first === 'All' ? "isn't None" : `includes ${override.join(' or ')}`;
  return `Allowed in *.conf ${where} and in .htaccess\n\twhen AllowOverride ${when}`;
}
