// Random rule sets as the library takes them: of those that test/fuzz makes, what is rules alone, with the files and the
// requests that go with them. Runs in a browser as well.

import type { EvaluatedRequest, RewriteResult, RewriteScope } from '../../src/adapters/rewrite/index.ts';
import { generateItem } from '../fuzz/generator.ts';
import { type ConfNode, confText, type FuzzRequest, type RuleSet } from '../fuzz/rule-set.ts';
import { sharedFiles, siteFiles } from '../fuzz/site-tree.ts';
import { expandNames, type Names } from '../support/request-template.ts';

const NAMES: Names = new Map([
  ['ROOT', '/srv'],
  ['DOCROOT', '/srv/htdocs'],
  ['CGIBIN', '/srv/cgi-bin'],
  ['NAME', 'host.test'],
  ['PORT', '80'],
  ['ECHO', '8000'],
  ['ECHO2', '8001'],
  ['DEAD', '9'],
]);

/** One rule set. */
export interface RandomRules {
  /** All of it, for messages. */
  readonly text: string;
  /** What stands in the server's configuration. */
  readonly server: string;
  readonly scopes: readonly RewriteScope[];
  /** Texts by path, .htaccess files included. */
  readonly files: Readonly<Record<string, string>>;
  readonly requests: readonly (EvaluatedRequest & { readonly headers: readonly [string, string][] })[];
}

/** 2024-02-03 04:05:06 UTC, the moment of every request. */
const TIME = new Date(Date.UTC(2024, 1, 3, 4, 5, 6));

/** The `index`th rule set of a seed. */
export function randomRules(seed: number, index: number, requests: number): RandomRules {
  const item = generateItem(seed, index, requests);
  const set = rulesAlone(item.set);
  const server = expandNames(confText(set.server), NAMES);
  return {
    text: rulesOf(set),
    server,
    scopes: [
      { text: server, context: 'server' },
      ...[...set.htaccess].map(([folder, nodes]) => ({
        text: expandNames(confText(nodes), NAMES),
        directory: folderOf(folder),
      })),
    ],
    files: filesOf(set),
    requests: item.requests.filter(isPlain).map(({ method, target, headers }) => ({
      method,
      url: expandNames(target.join(''), NAMES),
      headers: headers.map((field) => splitField(expandNames(field, NAMES))),
      remotePort: 50000,
      time: TIME,
    })),
  };
}

function rulesOf({ server, htaccess }: RuleSet): string {
  const files = [...htaccess].map(([folder, nodes]) => `# ${folder}/.htaccess\n${confText(nodes)}`);
  return expandNames([confText(server), ...files].join(''), NAMES);
}

/** Without the lines of other modules, and without sections that the library does not run. */
function rulesAlone({ names, server, htaccess }: RuleSet): RuleSet {
  return {
    names,
    server: server.flatMap(kept),
    htaccess: new Map(
      [...htaccess].map(([folder, nodes]) => [
        folder,
        nodes.filter(({ kind }) => kind !== 'section').flatMap(kept),
      ]),
    ),
  };
}

function kept(node: ConfNode): ConfNode[] {
  if (node.kind === 'line') return /^Rewrite(?!Map (?:t|r) )/.test(node.text) ? [node] : [];
  if (node.kind === 'rule') return [node];
  const isRun = node.name === 'Directory' && !/[*?"]/.test(node.argument);
  return isRun ? [{ ...node, nodes: node.nodes.flatMap(kept) }] : [];
}

function filesOf({ htaccess }: RuleSet): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { path, text } of siteFiles) files[`/srv/htdocs/${path}`] = text;
  for (const { path, text } of sharedFiles) files[`/srv/${path}`] = text;
  for (const [folder, nodes] of htaccess)
    files[`${folderOf(folder)}/.htaccess`] = expandNames(confText(nodes), NAMES);
  return files;
}

function folderOf(folder: string): string {
  return `/srv/htdocs/${folder}`.replace(/\/$/, '');
}

/** A request that gets as far as the rules: the wire and other modules have nothing to say to it. */
function isPlain({ method, target, headers, body }: FuzzRequest): boolean {
  return (
    /^(?:GET|HEAD|POST|DELETE|PUT)$/.test(method) &&
    body === undefined &&
    /^\/[\x21-\x7e]*$/.test(target.join('')) &&
    !target.join('').includes('#') &&
    headers.every(
      (field) =>
        /^[\w-]+: [\x20-\xff]*$/.test(field) && !/^(?:expect|content|transfer|range|if-)/i.test(field),
    )
  );
}

function splitField(field: string): [string, string] {
  const colon = field.indexOf(':');
  return [field.slice(0, colon), field.slice(colon + 1).trim()];
}

/** What of a result is compared. */
export function signOf(result: RewriteResult): string {
  switch (result.kind) {
    case 'redirect':
      return `${result.status} to ${result.location}`;
    case 'proxy':
      return `ask ${result.url}`;
    case 'status':
    case 'loop':
      return `${result.status}`;
    default:
      if (hasLeftStatus(result)) return `${result.status}`;
      return `${result.file} ${result.pathInfo} ${result.query}`;
  }
}

/** The client hears of a status that an earlier round has left, whatever the file is. */
export function hasLeftStatus(result: RewriteResult): boolean {
  return 'pathInfo' in result && 'status' in result && result.status !== 200 && result.rounds > 1;
}
