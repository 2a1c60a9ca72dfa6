// <Macro> and Use: a piece of configuration with holes, read anew with every use (mod_macro).

import { lowerAscii } from '../kit/ascii.ts';
import type { DirectiveBase } from './directive.ts';
import { Source } from './source.ts';
import type { DirectiveNode, SectionNode } from './tree.ts';
import { splitWords } from './words.ts';

export interface Macro {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly content: string;
  /** `macro 'm' (defined on line 1 of "FILE")`, as Apache's messages name it. */
  readonly label: string;
}

/** The section as the reference lists it. */
export const macroSection: DirectiveBase = {
  name: 'Macro',
  contexts: ['server config', 'virtual host', 'directory', '.htaccess'],
  override: 'All',
  help: 'Names a piece of configuration with parameters, to be put in place by Use.',
  example: '<Macro Site $name>\n</Macro>',
};

/** A macro from its section, or what is wrong with it. */
export function readMacro(node: SectionNode): Macro | string {
  const [name, ...parameters] = splitWords(node.args).map((word) => word.text);
  if (name === undefined) return '<Macro macro definition: empty name';
  const { file, line } = node.line.placeAt();
  const label = `macro '${name}' (defined on line ${line} of "${file}")`;
  for (const [index, parameter] of parameters.entries()) {
    const first = parameters.indexOf(parameter);
    if (parameter === '') return `${label}: empty argument #${index + 1}`;
    if (first < index) {
      return `argument name conflict in ${label}: argument '${parameter}': #${first + 1} and #${index + 1}, change argument names!`;
    }
  }
  return { name: lowerAscii(name), parameters, content: textInside(node), label };
}

/** The text that a Use line stands for, or what is wrong with it. `args` are the words after the macro's name. */
export function expandMacro(macro: Macro, args: readonly string[], use: DirectiveNode): Source | string {
  const { parameters, label } = macro;
  if (args.length !== parameters.length) {
    return `${label} used with ${args.length} arguments instead of ${parameters.length}`;
  }
  const place = use.line.placeAt();
  const file = `${label} used on line ${place.line} of "${place.file}"`;
  return new Source(file, fill(macro.content, parameters, args), place.includedFrom);
}

/** Where one parameter's name begins another's, the longer one is meant. */
function fill(content: string, parameters: readonly string[], args: readonly string[]): string {
  if (parameters.length === 0) return content;
  const longestFirst = [...parameters].sort((a, b) => b.length - a.length);
  const pattern = longestFirst.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return content.replace(new RegExp(pattern, 'g'), (name) => args[parameters.indexOf(name)]!);
}

/** The text between the opening line and the closing one, comments included, so that its lines keep their numbers. */
function textInside({ line, content }: SectionNode): string {
  const last = content.at(-1);
  if (!last) return '';
  const { text } = line.source;
  const start = text.indexOf('\n', line.offsetInSource(line.text.length)) + 1;
  const end = text.indexOf('\n', last.offsetInSource(last.text.length));
  return text.slice(start, end < 0 ? undefined : end);
}
