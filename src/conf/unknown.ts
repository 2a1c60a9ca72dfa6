// A directive that no loaded module has: Apache's sentence, and what was probably meant.

import { suggest } from '../kit/suggest.ts';
import { standardFileName, standardModulesOf } from './known-modules.ts';
import type { LoadedModules } from './loaded.ts';

export interface UnknownDirective {
  readonly message: string;
  readonly hint?: string;
}

/** Directives that httpd 2.4 took away, in lower case, and what to write instead. */
const REMOVED: ReadonlyMap<string, string> = new Map([
  ['rewritelog', 'rewriting is logged to the error log: write LogLevel rewrite:trace3 (trace1 to trace8)'],
  [
    'rewriteloglevel',
    'rewriting is logged to the error log: write LogLevel rewrite:trace3 (trace1 to trace8)',
  ],
  ['rewritelock', 'leave it out: programs behind RewriteMap are asked one at a time as it is'],
  ['acceptmutex', 'leave it out, or write Mutex'],
  ['lockfile', 'leave it out, or write Mutex'],
]);

/** `name` as written, a section's with `<`; `others` are names that no module has (Include, <IfModule …). */
export function explainUnknown(
  name: string,
  loaded: LoadedModules,
  others: readonly string[],
): UnknownDirective {
  const message = `Invalid command '${escapeBytes(name)}', perhaps misspelled or defined by a module not included in the server configuration`;
  const hint = hintFor(name, loaded, others);
  return hint ? { message, hint } : { message };
}

function hintFor(name: string, loaded: LoadedModules, others: readonly string[]): string | undefined {
  if (name.startsWith('\xef\xbb\xbf')) return 'Save the file without a byte order mark.';
  const module = loaded.findUnloaded(name);
  if (module) {
    return `${bare(name)} belongs to mod_${module.name}, which is not loaded: add LoadModule ${module.name}_module modules/mod_${module.name}.so`;
  }
  const [standard] = standardModulesOf(name);
  if (standard) return hintAtStandard(name, standard, loaded);
  const removed = REMOVED.get(name.toLowerCase());
  if (removed) return `${name} went with httpd 2.4; ${removed}`;
  return hintAtMeant(name, loaded, others);
}

/** Names that something is looked for that was meant: a file with more of them is no configuration. */
const MOST_HINTS = 200;

const hints: WeakMap<LoadedModules, Map<string, string | undefined>> = new WeakMap();

function hintAtMeant(name: string, loaded: LoadedModules, others: readonly string[]): string | undefined {
  const known = hints.get(loaded) ?? new Map<string, string | undefined>();
  hints.set(loaded, known);
  if (known.has(name) || known.size >= MOST_HINTS) return known.get(name);
  const hint = findMeant(name, loaded, others);
  known.set(name, hint);
  return hint;
}

function findMeant(name: string, loaded: LoadedModules, others: readonly string[]): string | undefined {
  const section = name.startsWith('<') ? undefined : findSection(name, loaded, others);
  if (section) return `${section} is a section: write <${section} …> and </${section}>.`;
  const meant = suggest(name, [...others, ...loaded.names()]);
  return meant ? `did you mean ${bare(meant)}?` : undefined;
}

function findSection(name: string, loaded: LoadedModules, others: readonly string[]): string | undefined {
  const wanted = `<${name}`.toLowerCase();
  return [...others, ...loaded.names()].find((other) => other.toLowerCase() === wanted)?.slice(1);
}

function hintAtStandard(name: string, module: string, loaded: LoadedModules): string {
  const says = `${bare(name)} belongs to Apache's ${describe(module)}, and portico does not have it.`;
  if (describe(module) === 'core') return `${says} Take the line out.`;
  // The module is here, and lacks this directive alone.
  if (loaded.knows(module))
    return `${says} Take the line out, or put it inside <IfDirective ${name}>, which is skipped here.`;
  return `${says} Take the line out, or put it inside <IfModule ${standardFileName(module)}>, which is skipped here.`;
}

function describe(module: string): string {
  return module === 'core' || module === 'http' ? 'core' : `mod_${module}`;
}

function bare(name: string): string {
  return name.startsWith('<') ? `${name}>` : name;
}

/** Bytes outside printable ASCII as Apache's messages show them. */
function escapeBytes(text: string): string {
  return text.replace(
    /[\x00-\x1f\x7f-\xff]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
