// Where the walk through a tree stands, and what it offers to the sections that core itself has.

import type { Place } from '../kit/place.ts';
import type { Allowed } from './allowed.ts';
import type { ConfCode } from './codes.ts';
import type { Section } from './command.ts';
import type { DirectiveBase } from './directive.ts';
import type { FindingDetails } from './finding.ts';
import type { ConfIo } from './io.ts';
import type { DirConfig } from './section.ts';
import type { Server, VhostAddress } from './server.ts';
import type { ConfNode, SectionNode } from './tree.ts';

/** What the directives of one level of the tree share. */
export interface Scope {
  readonly server: Server;
  readonly section: Section;
  readonly allowed: Allowed;
  /** Names of the sections around, outermost first, as written. */
  readonly enclosing: readonly string[];
}

/** What a section of the core may ask of the walk. */
export interface SectionHost {
  readonly io: ConfIo;
  /** True while .htaccess is read. */
  readonly htaccess: boolean;
  /** A virtual host is added to the site; undefined in .htaccess. */
  addServer(place: Place, addresses: readonly VhostAddress[]): Server;
  run(nodes: readonly ConfNode[], scope: Scope): void;
  /** `offset` stands in the section's arguments; without it the whole line is meant. */
  report(code: ConfCode, message: string, node: ConfNode, details?: FindingDetails): void;
}

/** A section of the core. `open` is called where the section is allowed and its opening line is complete. */
export interface BuiltInSection extends DirectiveBase {
  /** Sections that may not be around this one, in Apache's order of asking. */
  readonly notIn?: readonly ('Location' | 'Limit')[];
  open(host: SectionHost, node: SectionNode, scope: Scope): void;
}

/** The scope inside a section whose directives change `dir`. */
export function enterSection(
  scope: Scope,
  node: SectionNode,
  section: SectionStart,
  allowed: Allowed,
): Scope {
  const { path, isRegex, ...rest } = section;
  return {
    server: scope.server,
    section: {
      ...rest,
      ...(path === undefined ? {} : { path }),
      ...(isRegex ? { isRegex } : {}),
      context: scope.section.context === '.htaccess' ? '.htaccess' : 'directory',
      parent: scope.section,
    },
    allowed,
    enclosing: [...scope.enclosing, node.name],
  };
}

interface SectionStart {
  readonly kind: Section['kind'];
  readonly path?: string | undefined;
  readonly isRegex?: boolean;
  readonly dir: DirConfig;
}
