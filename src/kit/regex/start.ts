// Where a match can begin: patterns that need to be tried at one place only are never searched for.

import { contains, type Tree } from './tree.ts';

/** True when a match begins where the search begins or nowhere: after `^`, or with `.*` as PCRE notes too. */
export function hasOneStart(tree: Tree): boolean {
  return isAnchored(tree) || (beginsWithEverything(tree) && !contains(tree, mayDependOnStart));
}

function isAnchored(tree: Tree): boolean {
  switch (tree.kind) {
    case 'place':
      return tree.place === 'start' || tree.place === 'from';
    case 'sequence':
      return tree.items.length > 0 && isAnchored(tree.items[0]!);
    case 'choice':
      return tree.branches.every(isAnchored);
    case 'capture':
    case 'atomic':
      return isAnchored(tree.body);
    default:
      return false;
  }
}

function beginsWithEverything(tree: Tree): boolean {
  if (tree.kind === 'sequence') return tree.items.length > 0 && beginsWithEverything(tree.items[0]!);
  if (tree.kind === 'capture') return beginsWithEverything(tree.body);
  if (tree.kind !== 'repeat' || tree.min !== 0 || tree.max !== Infinity) return false;
  return tree.body.kind === 'set' && !tree.body.set.includes(0);
}

/** What is captured can decide a match, and captures depend on where it began. */
function mayDependOnStart(node: Tree): boolean {
  return node.kind === 'backreference' || node.kind === 'call' || node.kind === 'conditional';
}
