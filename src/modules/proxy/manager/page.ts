// The balancer-manager's page for people. Links and names of fields are Apache's, so that what reads or fills them goes
// on to work; the markup around them is portico's own.

import { formatSize } from '../../../kit/size-text.ts';
import { escapeHtml, signature } from '../../../request/error-page.ts';
import { serverName } from '../../../request/self-url.ts';
import { serverSoftware } from '../../../request/software.ts';
import type { Balancer } from '../balancer/balancer.ts';
import type { BalancerMember } from '../balancer/member.ts';
import { factorOf, stateOf, stickyOf } from '../balancer/words.ts';
import type { HealthCondition } from '../hcheck/config.ts';
import { drawForm } from './edit.ts';
import { escapeParameter, ownPath } from './links.ts';
import { type Column, type Html, table, written } from './markup.ts';
import { type ManagerScene, shortName } from './scene.ts';
import { STYLE } from './style.ts';

/** What became of what the request wanted. */
export interface Remark {
  readonly isGood: boolean;
  readonly text: string;
}

export function drawPage(scene: ManagerScene, remark: Remark | undefined): string {
  const { x, balancers, settings } = scene;
  return (
    '<!DOCTYPE html>\n<html lang="en"><head><title>Balancer Manager</title>\n' +
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n' +
    `<style>${STYLE}</style>\n</head>\n<body>\n<main>\n` +
    `<h1>Load Balancer Manager for ${escapeHtml(serverName(x))}</h1>\n` +
    drawRemark(remark) +
    drawServer(scene) +
    drawForm(scene) +
    balancers.map((balancer) => drawBalancer(scene, balancer)).join('') +
    (balancers.length === 0 ? '<p>This server has no balancers.</p>\n' : '') +
    drawConditions(settings.health?.conditions ?? []) +
    `</main>\n${signature(x)}</body></html>\n`
  );
}

function drawRemark(remark: Remark | undefined): string {
  if (remark === undefined) return '';
  const look = remark.isGood ? 'class="said" role="status"' : 'class="said bad" role="alert"';
  return `<p ${look}>${escapeHtml(remark.text)}</p>\n`;
}

function drawServer({ x, settings }: ManagerScene): string {
  const not = (is: boolean): string => (is ? '' : 'NOT ');
  const lines = [
    `Server Version: ${serverSoftware(x.site)}`,
    `Balancer changes will ${not(settings.isPersistent)}be persisted on restart.`,
    `Balancers are ${not(settings.inheritsBalancers)}inherited from main server.`,
    `ProxyPass settings are ${not(settings.inheritsPasses)}inherited from main server.`,
  ];
  return `<ul>\n${lines.map((line) => `<li>${escapeHtml(line)}</li>\n`).join('')}</ul>\n`;
}

/** A link to the page that is about a balancer or a member; it carries what a form will have to show. */
function link({ x }: ManagerScene, balancer: Balancer, member: BalancerMember | undefined): Html {
  const about = member === undefined ? '' : `&w=${escapeParameter(member.url)}`;
  const target = `${ownPath(x)}?b=${escapeParameter(shortName(balancer))}${about}&nonce=${escapeParameter(balancer.nonce)}`;
  const text = member === undefined ? balancer.name : member.name;
  return { html: `<a href="${escapeHtml(target)}">${escapeHtml(text)}</a>` };
}

function drawBalancer(scene: ManagerScene, balancer: Balancer): string {
  return (
    `<section>\n<h2>LoadBalancer Status for ${link(scene, balancer, undefined).html}</h2>\n` +
    table('Settings', BALANCER_COLUMNS, [balancer]) +
    table('Members', memberColumns(scene, balancer), balancer.members) +
    '</section>\n'
  );
}

const BALANCER_COLUMNS: readonly Column<Balancer>[] = [
  { head: 'MaxMembers', cell: ({ mostMembers, members }) => `${mostMembers} [${members.length} Used]` },
  { head: 'StickySession', cell: ({ params }) => stickyOf(params.sticky, params.stickyPath) || '(None)' },
  { head: 'DisableFailover', cell: ({ params }) => (params.noFailover === true ? 'On' : 'Off') },
  { head: 'Timeout', isNumber: true, cell: ({ params }) => Math.floor((params.timeout ?? 0) / 1000) },
  { head: 'FailoverAttempts', isNumber: true, cell: ({ maxAttempts }) => maxAttempts },
  { head: 'Method', cell: ({ params }) => params.lbmethod ?? 'byrequests' },
  { head: 'Path', cell: ({ path }) => path },
];

function memberColumns(scene: ManagerScene, balancer: Balancer): readonly Column<BalancerMember>[] {
  return [
    { head: 'Worker URL', cell: (member) => link(scene, balancer, member) },
    { head: 'Route', cell: ({ route }) => route },
    { head: 'RouteRedir', cell: ({ redirect }) => redirect },
    { head: 'Factor', isNumber: true, cell: factorOf },
    { head: 'Set', isNumber: true, cell: ({ lbSet }) => lbSet },
    { head: 'Status', cell: drawState },
    { head: 'Elected', isNumber: true, cell: ({ elected }) => elected },
    { head: 'Busy', isNumber: true, cell: ({ busy }) => busy },
    { head: 'Load', isNumber: true, cell: ({ lbStatus }) => lbStatus },
    { head: 'To', isNumber: true, cell: ({ transferred }) => formatSize(transferred) },
    { head: 'From', isNumber: true, cell: ({ read }) => formatSize(read) },
    ...(scene.settings.health === undefined ? [] : HEALTH_COLUMNS),
  ];
}

function drawState(member: BalancerMember): Html {
  return { html: `<span class="${member.isUsable ? 'ok' : 'out'}">${written(stateOf(member))}</span>` };
}

const HEALTH_COLUMNS: readonly Column<BalancerMember>[] = [
  { head: 'HC Method', cell: ({ health }) => health.method },
  { head: 'HC Interval', isNumber: true, cell: ({ health }) => `${health.interval}ms` },
  { head: 'Passes', isNumber: true, cell: ({ health }) => `${health.passes} (${health.passed})` },
  { head: 'Fails', isNumber: true, cell: ({ health }) => `${health.fails} (${health.failed})` },
  { head: 'HC uri', cell: ({ health }) => health.uri },
  { head: 'HC Expr', cell: ({ health }) => health.expr },
];

function drawConditions(conditions: readonly HealthCondition[]): string {
  if (conditions.length === 0) return '';
  const columns: readonly Column<HealthCondition>[] = [
    { head: 'Expr name', cell: ({ name }) => name },
    { head: 'Expression', cell: ({ expr }) => expr.text },
  ];
  return `<section>\n<h2>Health checks</h2>\n${table('Health check cond. expressions', columns, conditions)}</section>\n`;
}
