// Where a configuration names applications as targets: `app://shop/` in ProxyPass, SetHandler, RewriteRule and others.
// Looks at the text as it was read, so that a name is checked wherever it stands.

import { findingAt } from '../../conf/finding.ts';
import type { ConfNode, DirectiveNode } from '../../conf/tree.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import type { Diagnostic } from '../../kit/diagnostic.ts';
import { suggest } from '../../kit/suggest.ts';

/** Directives whose arguments may hold targets, in lower case. */
const WITH_TARGETS: ReadonlySet<string> = new Set([
  'proxypass',
  'proxypassmatch',
  'proxypassreverse',
  'rewriterule',
  'sethandler',
  'addhandler',
  'balancermember',
]);

/** A name that is spelled to its end: what a variable or a match may still change is none. */
const TARGET = /(?:^|[\s"':])app:\/\/([A-Za-z0-9][A-Za-z0-9._-]*)(?=[/"'\s?]|$)/gi;

/** The flags of a rule that hands its result to the proxy. */
const PROXY_FLAG = /\[(?:[^\]]*,)?\s*(?:P|proxy)\s*(?:,[^\]]*)?\]["']?\s*$/i;

function withoutFlag(node: DirectiveNode): Diagnostic {
  return findingAt('conf/unknown-app', 'RewriteRule: an app:// target needs the flag [P]', node, {
    severity: 'warning',
    why: 'Without it the client is sent to this URL, and knows no such scheme.',
    hint: 'Add [P] behind the target.',
  });
}

/** Reports each mention of an application that is not one of `names`. */
export function checkMentions(
  tree: readonly ConfNode[],
  names: ReadonlySet<string>,
  report: (finding: Diagnostic) => void,
): void {
  for (const node of tree) {
    if (node.kind === 'section') checkMentions(node.children, names, report);
    else if (WITH_TARGETS.has(lowerAscii(node.name))) checkLine(node, names, report);
  }
}

function checkLine(
  node: DirectiveNode,
  names: ReadonlySet<string>,
  report: (finding: Diagnostic) => void,
): void {
  for (const found of node.args.matchAll(TARGET)) {
    if (lowerAscii(node.name) === 'rewriterule' && !PROXY_FLAG.test(node.args)) report(withoutFlag(node));
    const name = lowerAscii(found[1]!);
    if (names.has(name)) continue;
    const meant = suggest(name, [...names]);
    const hint = meant === undefined ? `Add a section <App ${name}>.` : `Did you mean app://${meant}/?`;
    const offset = found.index + found[0].indexOf('app://');
    report(
      findingAt('conf/unknown-app', `${node.name}: there is no <App ${name}>`, node, {
        offset,
        length: `app://${name}`.length,
        why: 'Requests for it could only be answered 503.',
        hint,
      }),
    );
  }
}
