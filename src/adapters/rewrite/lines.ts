// The directives of the rewrite engine, carried out on the collectors of a scope.

import type { DirectiveNode } from '../../conf/tree.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import {
  type DirectiveLine,
  isProblem,
  type RewriteProblem,
  type RewriteWarning,
  rewriteBaseLine,
  rewriteCondLine,
  rewriteEngineLine,
  rewriteMapLine,
  rewriteOptionsLine,
  rewriteRuleLine,
} from '../../rules/index.ts';
import { openMap } from './map-source.ts';
import type { RewriteOptions } from './options.ts';
import type { LineNote, Target } from './target.ts';

type Said = RewriteProblem | readonly RewriteWarning[] | undefined;

/** A directive as this library carries it out. */
interface Line extends DirectiveLine {
  readonly isServerOnly?: true;
  set(target: Target, node: DirectiveNode, ...words: (string | undefined)[]): Said;
  /** What else is to be said of a line that was taken. */
  check?(node: DirectiveNode, options: RewriteOptions): readonly LineNote[];
}

const lines: readonly Line[] = [
  {
    ...rewriteEngineLine,
    set({ builder, defaults }, _node, state) {
      builder.setEngine(state === 'on');
      defaults?.setEngine(state === 'on');
      return undefined;
    },
  },
  {
    ...rewriteOptionsLine,
    set({ builder, defaults }, _node, word = '') {
      defaults?.addOptions([word]);
      return builder.addOptions([word]);
    },
  },
  { ...rewriteBaseLine, set: ({ builder }, _node, path = '') => builder.setBase(path) },
  {
    ...rewriteCondLine,
    set: ({ builder }, node, args = '') => builder.addCondition(args, node.line.placeAt()),
    check: checkCondition,
  },
  {
    ...rewriteRuleLine,
    set: ({ builder }, node, args = '') => builder.addRule(args, node.line.placeAt()),
  },
  {
    ...rewriteMapLine,
    isServerOnly: true,
    set({ builder, options }, _node, name = '', location = '') {
      const map = openMap(name, location, options);
      if (isProblem(map)) return map;
      builder.addMap(name, map);
      return undefined;
    },
  },
];

const byName: ReadonlyMap<string, Line> = new Map(lines.map((line) => [lowerAscii(line.name), line]));

/** The directive of that name, in any case. */
export function findLine(name: string): Line | undefined {
  return byName.get(lowerAscii(name));
}

export const lineNames: readonly string[] = lines.map(({ name }) => name);

/** Conditions whose answer would be wrong without something that the caller has not given. */
function checkCondition({ args }: DirectiveNode, { files, digest }: RewriteOptions): LineNote[] {
  const notes: LineNote[] = [];
  const asked = /\s["']?!?-[dfslLhxF]["']?(?=\s|$)/.exec(args);
  if (files === undefined && asked !== null)
    notes.push({
      code: 'rewrite/no-files',
      message: `${asked[0].trim()} asks for a file, and no files were given: none is there`,
      hint: "give them: compile(text, { files: memoryFiles(['/var/www/html/index.html']) })",
      offset: asked.index + 1,
    });
  const called = /^\s*"?expr"?\s.*?\b(md5|sha1)\s*\(/is.exec(args);
  if (digest === undefined && called !== null)
    notes.push({
      code: 'rewrite/no-digest',
      message: `${called[1]}() is called, and there is no function for it`,
      hint: 'give one: compile(text, { digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest("hex") })',
      offset: args.indexOf(called[1]!),
    });
  return notes;
}
