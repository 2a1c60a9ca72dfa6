// The differences that are meant: how a pair of answers is recognised as one of them. Each has its entry
// in docs/differences.md.

import type { AnswerPair } from './batch.ts';
import type { ConfNode, FuzzRequest, RuleNode, RuleSet } from './rule-set.ts';

interface Explanation {
  /** The heading in docs/differences.md. */
  readonly heading: string;
  readonly explains: (pair: AnswerPair, set: RuleSet, request: FuzzRequest | undefined) => boolean;
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    heading: 'Backend connections of a `[P]` rule are kept',
    explains: ({ apache, portico }) => isEqualBut(/^\| export HTTP_CONNECTION=/, apache, portico),
  },
  {
    heading: 'Request data cannot extend or replace the host of a proxied target',
    explains: ({ portico }, set) => portico[0] === '403' && rulesOf(set).some(spellsAnOpenAuthority),
  },
  {
    heading: 'Targets and framings that mean nothing',
    explains: ({ portico }, _set, request) =>
      portico[0] === '400' && /^(\*?\?|http:\/)/.test(request?.target.join('') ?? ''),
  },
  {
    heading: 'A relative first segment is no path of the file system',
    explains: (_pair, { server }) =>
      rulesIn(server).some(({ substitution }) => /\/\.{1,2}(\/|$)/.test(`/${substitution.join('')}`)),
  },
  {
    heading: "Names and values that are not UTF-8 do not reach a CGI's environment unchanged",
    explains: ({ apache, portico }) => {
      const plain = (lines: readonly string[]): string =>
        withoutLength(lines)
          .join('\n')
          .replace(/(\\x[89a-f][0-9a-f])+/g, '?');
      return portico.some((line) => line.includes('\\xef\\xbf\\xbd')) && plain(apache) === plain(portico);
    },
  },
];

/** A line more or less, or a longer one, shows in the length where there is one. */
function withoutLength(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.startsWith('content-length:'));
}

function isEqualBut(line: RegExp, apache: readonly string[], portico: readonly string[]): boolean {
  const others = (lines: readonly string[]): string =>
    withoutLength(lines)
      .filter((one) => !line.test(one))
      .join('\n');
  return others(apache) === others(portico);
}

/** `http://host$1 [P]`: no slash ends the authority that the rule spells. */
function spellsAnOpenAuthority({ substitution, flags }: RuleNode): boolean {
  return flags.includes('P') && /^[a-z]+:\/\/[^/]*[$%]/i.test(substitution.join(''));
}

/** The heading of the entry that explains a difference, if one does. */
export function explanationOf(
  pair: AnswerPair,
  set: RuleSet,
  request: FuzzRequest | undefined,
): string | undefined {
  return EXPLANATIONS.find(({ explains }) => explains(pair, set, request))?.heading;
}

/** Every rule of a set. */
export function rulesOf(set: RuleSet): RuleNode[] {
  return [set.server, ...set.htaccess.values()].flatMap(rulesIn);
}

function rulesIn(nodes: readonly ConfNode[]): RuleNode[] {
  return nodes.flatMap((node) =>
    node.kind === 'rule' ? [node] : node.kind === 'section' ? rulesIn(node.nodes) : [],
  );
}
