// Every check, in the order in which the documentation lists them.

import type { Check } from '../check.ts';
import { access } from './access.ts';
import { conditions } from './conditions.ts';
import { engine } from './engine.ts';
import { exposure } from './exposure.ts';
import { fileTests } from './file-tests.ts';
import { flags } from './flags.ts';
import { forwarded } from './forwarded.ts';
import { headers } from './headers.ts';
import { hostPatterns } from './host-patterns.ts';
import { hosts } from './hosts.ts';
import { loops } from './loops.ts';
import { pages } from './pages.ts';
import { proxyEscapes } from './proxy-escapes.ts';
import { proxyHost } from './proxy-host.ts';
import { proxyLines } from './proxy-lines.ts';
import { proxyParameters } from './proxy-parameters.ts';
import { proxyReverse } from './proxy-reverse.ts';
import { queries } from './queries.ts';
import { redirectHost } from './redirect-host.ts';
import { redirects } from './redirects.ts';
import { shadow } from './shadow.ts';
import { subject } from './subject.ts';
import { variables } from './variables.ts';

/** Checks that belong together, under a heading. */
interface CheckGroup {
  readonly title: string;
  readonly checks: readonly Check[];
}

/**
 * As the documentation lists them.
 * @public read by scripts/docs.mjs
 */
export const checkGroups: readonly CheckGroup[] = [
  { title: 'Who decides where a request goes', checks: [...proxyHost, ...redirectHost] },
  { title: 'Trust, access and exposure', checks: [...forwarded, ...access, ...exposure, ...headers] },
  { title: 'What a pattern sees', checks: [...subject, ...fileTests, ...variables] },
  { title: 'Loops and order', checks: [...loops, ...shadow] },
  { title: 'Conditions', checks: [...conditions, ...hostPatterns] },
  { title: 'Redirects, queries and flags', checks: [...redirects, ...queries, ...flags] },
  { title: 'Rules that do not run', checks: engine },
  { title: 'Proxying', checks: [...proxyLines, ...proxyParameters, ...proxyReverse, ...proxyEscapes] },
  { title: 'Virtual hosts and .htaccess files', checks: hosts },
  { title: 'Error pages, caching and types', checks: pages },
];

export const checks: readonly Check[] = checkGroups.flatMap((group) => group.checks);
