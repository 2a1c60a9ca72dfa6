// Makes differing rule sets smaller while the difference stays. All smaller versions of all differing
// sets are tried in one batch, so that a round costs two server starts, however many sets there are.

import { type AnswerPair, runBatch } from './batch.ts';
import { differenceOf, kindOfDifference } from './case-text.ts';
import { explanationOf } from './explained.ts';
import type { FuzzItem } from './generator.ts';
import type { ConfNode, FuzzRequest, RuleCondition, RuleSet, Words } from './rule-set.ts';

/** A rule set with the one request, or none where the configuration alone differs, and both answers. */
export interface Finding {
  readonly set: RuleSet;
  readonly request: FuzzRequest | undefined;
  readonly pair: AnswerPair;
}

const ROUNDS = 18;
const LONGEST_MS = 75_000;
const MOST_CANDIDATES = 240;

/** The findings in their smallest form that still shows the same kind of difference. */
export async function shrinkFindings(findings: readonly Finding[]): Promise<Finding[]> {
  const current = [...findings];
  const deadline = performance.now() + LONGEST_MS;
  let open = current.map((_, at) => at);
  for (let round = 0; round < ROUNDS && open.length > 0 && performance.now() < deadline; round++) {
    const share = Math.max(20, Math.floor(MOST_CANDIDATES / open.length));
    const trials = open.flatMap((at) =>
      smallerVersions(current[at]!, share, round).map((finding) => ({ at, finding })),
    );
    const pairs = await runBatch(trials.map(({ finding }) => itemOf(finding)));
    const better = new Map<number, Finding>();
    for (const pair of pairs) {
      const { at, finding } = trials[pair.item]!;
      if (better.has(at) && sizeOf(better.get(at)!) <= sizeOf(finding)) continue;
      if (isSameDifference({ ...finding, pair }, current[at]!)) better.set(at, { ...finding, pair });
    }
    for (const [at, finding] of better) current[at] = finding;
    open = open.filter((at) => better.has(at));
  }
  return current;
}

function itemOf({ set, request }: Finding): FuzzItem {
  return { set, requests: request === undefined ? [] : [request] };
}

function isSameDifference({ set, request, pair }: Finding, { pair: known }: Finding): boolean {
  if ((pair.request === undefined) !== (known.request === undefined)) return false;
  if (differenceOf(pair) === undefined || kindOfDifference(pair) !== kindOfDifference(known)) return false;
  return explanationOf(pair, set, request) === undefined;
}

function sizeOf({ set, request }: Finding): number {
  return JSON.stringify([set.server, [...set.htaccess], set.names, request]).length;
}

/** Versions with less in them: large pieces first, then single words; at most `most` of them. */
function smallerVersions(finding: Finding, most: number, round: number): Finding[] {
  const { set, request } = finding;
  const versions: Finding[] = [
    ...halves(set).map((smaller) => ({ ...finding, set: smaller })),
    ...smallerSets(set).map((smaller) => ({ ...finding, set: smaller })),
    ...(request === undefined
      ? []
      : smallerRequests(request).map((smaller) => ({ ...finding, request: smaller }))),
  ];
  if (versions.length <= most) return versions;
  const from = (round * most) % versions.length;
  return [...versions, ...versions].slice(from, from + most);
}

/** Large pieces at once. */
function halves(set: RuleSet): RuleSet[] {
  const { server, htaccess } = set;
  const middle = server.length >> 1;
  const cuts = [server.slice(0, middle), server.slice(middle), server.filter(isEssential)];
  const plainHtaccess = new Map([...htaccess].map(([folder, nodes]) => [folder, nodes.filter(isEssential)]));
  return [
    ...(server.length > 3 ? cuts.map((nodes) => ({ ...set, server: nodes })) : []),
    ...(htaccess.size > 0 ? [{ ...set, htaccess: new Map() }] : []),
    ...(htaccess.size > 0 ? [{ ...set, server: server.filter(isEssential), htaccess: plainHtaccess }] : []),
    { ...set, server: server.map(withoutConditions) },
    { ...set, server: server.map(withoutFlags) },
    ...[...htaccess.keys()].map((folder) => ({
      ...set,
      htaccess: new Map([[folder, htaccess.get(folder)!]]),
    })),
  ];
}

function isEssential(node: ConfNode): boolean {
  return node.kind === 'rule' || (node.kind === 'line' && node.text === 'RewriteEngine On');
}

function withoutConditions(node: ConfNode): ConfNode {
  return node.kind === 'rule' ? { ...node, conditions: [] } : node;
}

function withoutFlags(node: ConfNode): ConfNode {
  return node.kind === 'rule' ? { ...node, flags: [] } : node;
}

function smallerSets(set: RuleSet): RuleSet[] {
  const sets: RuleSet[] = smallerNodes(set.server).map((server) => ({ ...set, server }));
  for (const [folder, nodes] of set.htaccess) {
    const others = [...set.htaccess].filter(([other]) => other !== folder);
    sets.push({ ...set, htaccess: new Map(others) });
    for (const smaller of smallerNodes(nodes))
      sets.push({ ...set, htaccess: new Map([...others, [folder, smaller]]) });
  }
  if (set.names.length > 1) sets.push({ ...set, names: set.names.slice(0, 1) });
  if (set.names[0] !== 'ServerName {NAME}')
    sets.push({ ...set, names: ['ServerName {NAME}', ...set.names.slice(1)] });
  return sets;
}

function smallerNodes(nodes: readonly ConfNode[]): (readonly ConfNode[])[] {
  return nodes.flatMap((node, at) => {
    const replaced = (by: readonly ConfNode[]): readonly ConfNode[] => [
      ...nodes.slice(0, at),
      ...by,
      ...nodes.slice(at + 1),
    ];
    return [replaced([]), ...smallerNode(node).map((smaller) => replaced([smaller]))];
  });
}

function smallerNode(node: ConfNode): ConfNode[] {
  if (node.kind === 'line') return [];
  if (node.kind === 'section') return smallerNodes(node.nodes).map((nodes) => ({ ...node, nodes }));
  const { conditions, pattern, substitution, flags } = node;
  return [
    ...without(conditions).map((fewer) => ({ ...node, conditions: fewer })),
    ...without(flags).map((fewer) => ({ ...node, flags: fewer })),
    ...simpler(pattern, ['^', '^(.*)$']).map((words) => ({ ...node, pattern: words })),
    ...simpler(substitution, ['-']).map((words) => ({ ...node, substitution: words })),
    ...conditions.flatMap((condition, at) =>
      smallerConditions(condition).map((smaller) => ({
        ...node,
        conditions: [...conditions.slice(0, at), smaller, ...conditions.slice(at + 1)],
      })),
    ),
  ];
}

function smallerConditions(condition: RuleCondition): RuleCondition[] {
  return [
    ...without(condition.flags).map((flags) => ({ ...condition, flags })),
    ...without(condition.test).map((test) => ({ ...condition, test })),
    ...without(condition.pattern).map((pattern) => ({ ...condition, pattern })),
  ];
}

function simpler(words: Words, plain: readonly string[]): Words[] {
  const text = words.join('');
  return [...plain.filter((one) => one.length < text.length).map((one) => [one]), ...without(words)];
}

function smallerRequests(request: FuzzRequest): FuzzRequest[] {
  const { method, target, headers, body } = request;
  const [host = '', ...others] = headers;
  return [
    ...(method === 'GET' && body === undefined ? [] : [{ ...request, method: 'GET', body: undefined }]),
    ...without(target)
      .filter((words) => words.length > 0 && words.join('') !== '')
      .map((words) => ({ ...request, target: words })),
    ...without(others).map((fewer) => ({ ...request, headers: [host, ...fewer] })),
    ...(host === 'Host: {NAME}' ? [] : [{ ...request, headers: ['Host: {NAME}', ...others] }]),
  ];
}

/** The list without each of its members. */
function without<T>(list: readonly T[]): T[][] {
  return list.map((_, at) => [...list.slice(0, at), ...list.slice(at + 1)]);
}
