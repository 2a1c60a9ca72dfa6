// Findings about a node of the tree: where the caret points.

import type { Diagnostic } from '../kit/diagnostic.ts';
import type { ConfCode } from './codes.ts';
import type { ConfNode } from './tree.ts';

/** What a finding may add to code and message; `offset` stands in the node's arguments. */
export type FindingDetails = Partial<Diagnostic> & { readonly offset?: number };

/** A finding about a node: its whole line, or from `offset` in its arguments on. An error unless said otherwise. */
export function findingAt(
  code: ConfCode | (string & {}),
  message: string,
  node: ConfNode,
  details: FindingDetails = {},
): Diagnostic {
  const { offset, ...more } = details;
  const start = offset === undefined ? 0 : Math.min(node.argsAt + offset, node.line.text.length);
  const place = node.line.placeAt(start);
  return { code, severity: 'error', place, message, length: node.line.text.length - start, ...more };
}
