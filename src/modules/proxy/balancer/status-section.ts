// What server-status says of balancers where ProxyStatus is on: Apache's lines for programs, its tables for people.

import { formatSize } from '../../../kit/size-text.ts';
import { escapeHtml } from '../../../request/error-page.ts';
import { parseOrigin, splitUrl } from '../target.ts';
import type { Balancer } from './balancer.ts';
import type { BalancerMember } from './member.ts';
import { factorOf, stateOf, stickyOf } from './words.ts';

/** `?auto`. */
export function writeBalancers(balancers: readonly Balancer[]): string {
  return balancers
    .map(({ name, members }, at) => {
      const key = `ProxyBalancer[${at}]`;
      const lines = members.map((member, number) => writeMember(`${key}Worker[${number}]`, member));
      return `${key}Name: ${name}\n${lines.join('')}`;
    })
    .join('');
}

function writeMember(key: string, member: BalancerMember): string {
  const pairs: readonly (readonly [string, string | number])[] = [
    ['Name', member.url],
    ['Status', stateOf(member)],
    ['Elected', member.elected],
    ['Busy', member.busy],
    ['Sent', `${Math.floor(member.transferred / 1024)}K`],
    ['Rcvd', `${Math.floor(member.read / 1024)}K`],
  ];
  return pairs.map(([name, value]) => `${key}${name}: ${value}\n`).join('');
}

/** For people. */
export function drawBalancers(balancers: readonly Balancer[]): string {
  return balancers.map(drawBalancer).join('') + KEY;
}

function cells(tag: 'th' | 'td', texts: readonly (string | number)[]): string {
  return texts.map((text) => `<${tag}>${escapeHtml(String(text))}</${tag}>`).join('');
}

function drawBalancer({ name, params, members }: Balancer): string {
  const sticky = stickyOf(params.sticky, params.stickyPath).replace('|', ' | ');
  const settings = [
    sticky || ' - ',
    Math.floor((params.timeout ?? 0) / 1000),
    params.lbmethod ?? 'byrequests',
  ];
  return (
    `<hr />\n<h1>Proxy LoadBalancer Status for ${escapeHtml(name)}</h1>\n\n` +
    `\n\n<table border="0"><tr>${cells('th', ['SSes', 'Timeout', 'Method'])}</tr>\n` +
    `<tr>${cells('td', settings)}\n</table>\n` +
    `\n\n<table border="0"><tr>${cells('th', HEADS)}</tr>\n${members.map(drawMember).join('')}</table>\n`
  );
}

const HEADS = ['Sch', 'Host', 'Stat', 'Route', 'Redir', 'F', 'Set', 'Acc', 'Busy', 'Wr', 'Rd'];

function drawMember(member: BalancerMember): string {
  const split = splitUrl(member.url);
  const origin = split && parseOrigin(split.scheme, split.authority, undefined);
  const texts = [
    split?.scheme ?? '',
    origin?.host ?? '',
    stateOf(member),
    member.route,
    member.redirect,
    factorOf(member),
    member.lbSet,
    member.elected,
    member.busy,
    formatSize(member.transferred),
    formatSize(member.read),
  ];
  return `<tr>\n${cells('td', texts)}\n</tr>\n`;
}

const MEANINGS: readonly (readonly [string, string])[] = [
  ['SSes', 'Sticky session name'],
  ['Timeout', 'Balancer Timeout'],
  ['Sch', 'Connection scheme'],
  ['Host', 'Backend Hostname'],
  ['Stat', 'Worker status'],
  ['Route', 'Session Route'],
  ['Redir', 'Session Route Redirection'],
  ['F', 'Load Balancer Factor'],
  ['Acc', 'Number of uses'],
  ['Wr', 'Number of bytes transferred'],
  ['Rd', 'Number of bytes read'],
];

const KEY = `<hr /><table>\n${MEANINGS.map(([head, meaning]) => `<tr><th>${head}</th><td>${meaning}</td></tr>\n`).join('')}</table>`;
