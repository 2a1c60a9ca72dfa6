// The rules of one scope, compiled by the engine that runs them, with the lines that they stand on.

import { resolvePath } from '../../conf/path.ts';
import { internalMap, isProblem, type MapSource, type Rule, type RuleSet } from '../../rules/index.ts';
import { type RawArguments, splitArguments } from '../../rules/line.ts';
import { type RewriteMap, readMapLocation } from '../../rules/maps.ts';
import { RuleSetBuilder } from '../../rules/rule-set.ts';
import { type Block, homeOf, type Line, lastLine } from './blocks.ts';

/** Something about a request that cannot be known before it comes: a map's value, another server's answer. */
export class Unknowable extends Error {}

/** A rule, and where it stands. */
export interface RuleAt {
  readonly rule: Rule;
  readonly line: Line;
  /** Its arguments as written. */
  readonly words: RawArguments;
  /** The lines of its conditions. */
  readonly conditions: readonly Line[];
  /** Its place among the scope's rules. */
  readonly position: number;
}

export interface RewriteScope {
  readonly block: Block;
  /** `elsewhere`: a section whose rules see the file's path: <Location>, <Files>, <If> and those with patterns. */
  readonly context: 'server' | 'directory' | 'elsewhere';
  /** Of a directory, with its final slash. */
  readonly directory: string | undefined;
  readonly documentRoot: string;
  readonly set: RuleSet;
  readonly rules: readonly RuleAt[];
  /** Conditions that no rule follows. */
  readonly loose: readonly Line[];
  /** Whether the rules run; undefined where nobody has said. */
  readonly engine: boolean | undefined;
  /** Names of maps that are declared; undefined where that cannot be known. */
  readonly maps: ReadonlySet<string> | undefined;
}

/** Where a whole file stands. */
export interface Surroundings {
  /** Of an .htaccess file: its directory, with the final slash. */
  readonly directory: string | undefined;
  readonly documentRoot: string | undefined;
  readonly serverRoot: string;
}

/** Where files stand when no DocumentRoot says it. */
const NO_ROOT = '/var/www/html';

const REWRITE = [
  'rewriterule',
  'rewritecond',
  'rewriteengine',
  'rewriteoptions',
  'rewritebase',
  'rewritemap',
];

/** The rules that stand in a block itself; undefined when it has no rewrite directive. */
export function readRewriteScope(block: Block, around: Surroundings): RewriteScope | undefined {
  if (!block.lines.some(({ name }) => REWRITE.includes(name))) return undefined;
  const documentRoot = documentRootOf(block, around);
  const { context, directory } = contextOf(block, around);
  const builder = new RuleSetBuilder(
    context === 'server' ? undefined : (directory ?? '*If/'),
    block.kind === 'htaccess',
  );
  const read = readLines(block, builder);
  const { rules: written, ...set } = builder.build();
  const compiled = written.map(withFewRounds);
  const rules = compiled.map((rule, position): RuleAt => {
    const line = rule.place as Line;
    const words = splitArguments(line.node.args)!;
    return { rule, line, words, conditions: rule.conditions.map(({ place }) => place as Line), position };
  });
  return {
    block,
    context,
    directory,
    documentRoot,
    set: { ...set, rules: compiled, engine: true },
    rules,
    loose: read.loose,
    engine: engineOf(block, set.engine),
    maps: mapsOf(block),
  };
}

/** A loop that has come to no end by then comes to none in Apache's 32000 rounds, or in as many as [N=…] asks for. */
const MOST_ROUNDS = 1000;

function withFewRounds(rule: Rule): Rule {
  const { flags } = rule;
  return flags.next === undefined || flags.next <= MOST_ROUNDS
    ? rule
    : { ...rule, flags: { ...flags, next: MOST_ROUNDS } };
}

function readLines(block: Block, builder: RuleSetBuilder): { readonly loose: readonly Line[] } {
  let loose: Line[] = [];
  for (const line of block.lines) {
    const { name, words, node } = line;
    const [first = '', second = ''] = words;
    if (name === 'rewriteengine') builder.setEngine(/^on$/i.test(first));
    else if (name === 'rewriteoptions') builder.addOptions(words);
    else if (name === 'rewritebase') builder.setBase(first);
    else if (name === 'rewritemap') builder.addMap(first, readMap(second));
    else if (name === 'rewritecond' && !failed(builder.addCondition(node.args, line))) loose.push(line);
    else if (name === 'rewriterule' && !failed(builder.addRule(node.args, line))) loose = [];
  }
  return { loose };
}

function failed(answer: object | undefined): boolean {
  return answer !== undefined && isProblem(answer);
}

const unknown: MapSource = {
  lookup: () => {
    throw new Unknowable();
  },
};

/** What the machine has in its maps is not asked: only the functions are known. */
export function readMap(location: string): RewriteMap {
  const { kind, argument } = readMapLocation(location);
  if (kind !== 'int') return { kind, source: unknown };
  const map = internalMap(argument);
  return isProblem(map) ? { kind, source: unknown } : map;
}

function contextOf(block: Block, { directory }: Surroundings): Pick<RewriteScope, 'context' | 'directory'> {
  if (block.kind === 'server' || block.kind === 'virtualhost')
    return { context: 'server', directory: undefined };
  if (block.kind === 'htaccess') return { context: 'directory', directory };
  const [path = ''] = block.words;
  const isPlain = block.name === 'directory' && path !== '~' && !/[*?[]/.test(path);
  if (isPlain) return { context: 'directory', directory: path.endsWith('/') ? path : `${path}/` };
  return { context: 'elsewhere', directory: undefined };
}

/** The DocumentRoot that holds where a block stands. */
export function documentRootOf(block: Block, around: Surroundings): string {
  for (let at: Block | undefined = homeOf(block); at !== undefined; at = at.parent) {
    const [path] = lastLine(at, 'documentroot')?.words ?? [];
    if (path !== undefined) return resolvePath(around.serverRoot, path);
  }
  return around.documentRoot ?? around.directory?.replace(/\/$/, '') ?? NO_ROOT;
}

/** RewriteEngine of the block, or else of what is around it; a server's is also what its sections begin with. */
function engineOf(block: Block, own: boolean | undefined): boolean | undefined {
  if (own !== undefined) return own;
  for (let at = block.parent; at !== undefined; at = at.parent) {
    const [state] = lastLine(at, 'rewriteengine')?.words ?? [];
    if (state !== undefined) return /^on$/i.test(state);
  }
  return undefined;
}

/** Maps are a server's; the main server's are no virtual host's unless the rules are inherited. */
function mapsOf(block: Block): ReadonlySet<string> | undefined {
  const home = homeOf(block);
  if (home.kind === 'htaccess') return undefined;
  const inherits = home.parent !== undefined && !hasOwnRewriting(home);
  const servers = [home, ...(inherits && home.parent ? [home.parent] : [])];
  const names = servers.flatMap((server) => server.lines.filter(({ name }) => name === 'rewritemap'));
  return new Set(names.map(({ words }) => words[0] ?? ''));
}

function hasOwnRewriting(host: Block): boolean {
  return host.lines.some(({ name }) => REWRITE.includes(name));
}
