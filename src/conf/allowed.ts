// Whether a directive may stand where it stands: Apache's override bits, and its sentences.

import type { Override } from './context.ts';
import type { DirectiveBase } from './directive.ts';

/** What directives a part of the configuration takes. */
export interface Allowed {
  /** Those for servers (Apache's RSRC_CONF). */
  readonly server: boolean;
  /** Those for sections that no .htaccess may have (Apache's ACCESS_CONF). */
  readonly section: boolean;
  /** AllowOverride classes of those that .htaccess may have. */
  readonly classes: ReadonlySet<Override>;
  /** Directives allowed by name (AllowOverrideList), in lower case. */
  readonly list?: ReadonlySet<string>;
  /** The closed section around: its own directives, and no others. */
  readonly within?: string;
}

const everyClass: readonly Override[] = ['AuthConfig', 'FileInfo', 'Indexes', 'Limit', 'Options'];

/** The top level and <VirtualHost>: as in Apache, access rules need a section. */
export const allowedInServer: Allowed = {
  server: true,
  section: false,
  classes: new Set(everyClass.filter((name) => name !== 'AuthConfig' && name !== 'Limit')),
};

/** <Directory>, <Location>, <Files>, <If>, <Proxy> … in the server's files. */
export const allowedInSection: Allowed = { server: false, section: true, classes: new Set(everyClass) };

/** A module's own section: like any other, or with the directives of some classes only. */
export function allowedInContainer(classes: readonly Override[] | undefined): Allowed {
  return classes === undefined ? allowedInSection : { ...allowedInSection, classes: new Set(classes) };
}

/** A module's closed section. */
export function allowedWithin(name: string): Allowed {
  return { server: false, section: false, classes: new Set(), within: name };
}

/** True when a directive's contexts or its override class have a place in `allowed`. */
export function isAllowed(directive: DirectiveBase, allowed: Allowed): boolean {
  const { contexts, within } = directive;
  if (within !== undefined || allowed.within !== undefined) return within === allowed.within;
  if (allowed.server && (contexts.includes('server config') || contexts.includes('virtual host')))
    return true;
  if (!contexts.includes('.htaccess')) return allowed.section && contexts.includes('directory');
  if (allowed.list?.has(directive.name.toLowerCase())) return true;
  return overridesOf(directive).some((name) =>
    name === 'All' ? allowed.classes.size > 0 || allowed.list !== undefined : allowed.classes.has(name),
  );
}

function overridesOf({ override }: DirectiveBase): readonly Override[] {
  if (override === undefined) return [];
  return typeof override === 'string' ? [override] : override;
}

/** Apache's sentence for a directive that may not stand inside `parent` (a section's name), or at the top. */
export function notAllowedMessage(name: string, parent: string | undefined): string {
  return parent === undefined ? `${name} not allowed here` : `${name} not allowed in <${parent}> context`;
}

/** Directives of the server's files that may stand in the main server only, or in virtual hosts only. */
export function checkServerKind(
  directive: DirectiveBase,
  isVirtual: boolean,
  shown: string,
): string | undefined {
  const { contexts } = directive;
  if (contexts.includes('directory') || contexts.includes('.htaccess')) return undefined;
  if (isVirtual && !contexts.includes('virtual host'))
    return `${shown} cannot occur within <VirtualHost> section`;
  if (!isVirtual && !contexts.includes('server config')) return `${shown} only used in <VirtualHost>`;
  return undefined;
}
