// `?xml=1`: what the balancers are and do, for programs, in the elements that Apache has.

import { escapeHtml } from '../../../request/error-page.ts';
import type { Balancer } from '../balancer/balancer.ts';
import type { BalancerMember } from '../balancer/member.ts';
import { factorOf, stateOf } from '../balancer/words.ts';
import { parseOrigin, splitUrl } from '../target.ts';

/** An element and its text; undefined text leaves it out. */
type Element = readonly [name: string, text: string | number | undefined];

/** Elements whose place on the page differs from the others', in Apache's. */
const BEHIND: { readonly [name: string]: string } = { disablereuse: '      ' };

function write(indent: string, elements: readonly Element[]): string {
  return elements
    .map(([name, text]) => (text === undefined ? '' : `${BEHIND[name] ?? indent}${element(name, text)}\n`))
    .join('');
}

function element(name: string, text: string | number): string {
  return `<httpd:${name}>${escapeHtml(String(text))}</httpd:${name}>`;
}

export function drawXml(balancers: readonly Balancer[]): string {
  return (
    "<?xml version='1.0' encoding='UTF-8' ?>\n" +
    "<httpd:manager xmlns:httpd='http://httpd.apache.org'>\n  <httpd:balancers>\n" +
    balancers.map(drawBalancer).join('') +
    '  </httpd:balancers>\n</httpd:manager>'
  );
}

function drawBalancer(balancer: Balancer): string {
  const { name, nonce, params, members } = balancer;
  const { sticky } = params;
  const isSticky = sticky !== undefined && sticky !== '';
  const onlySticky = (flag: boolean | undefined): string | undefined => (isSticky ? onOff(flag) : undefined);
  const before: readonly Element[] = [
    ['name', name],
    ['nonce', nonce],
    ['stickysession', isSticky ? sticky : undefined],
    ['nofailover', onlySticky(params.noFailover)],
  ];
  const behind: readonly Element[] = [
    ['maxattempts', params.maxAttempts],
    ['lbmethod', params.lbmethod ?? 'byrequests'],
    ['scolonpathdelim', onlySticky(params.semicolonEnds)],
  ];
  const indent = ' '.repeat(6);
  // Apache: the line does not end behind the timeout.
  const timeout = indent + element('timeout', seconds(params.timeout ?? 0));
  return (
    `    <httpd:balancer>\n${write(indent, before)}${timeout}${write(indent, behind)}${indent}<httpd:workers>\n` +
    `${members.map(drawMember).join('')}${indent}</httpd:workers>\n    </httpd:balancer>\n`
  );
}

function onOff(flag: boolean | undefined): string {
  return flag === true ? 'On' : 'Off';
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

function drawMember(member: BalancerMember): string {
  const { params } = member.worker;
  const split = splitUrl(member.url);
  const origin = split && parseOrigin(split.scheme, split.authority, undefined);
  const loadFactor = factorOf(member);
  const elements: readonly Element[] = [
    ['name', member.name],
    ['scheme', split?.scheme ?? ''],
    ['hostname', origin?.host ?? ''],
    ['loadfactor', loadFactor],
    ['port', origin?.port ?? 0],
    ['min', 0],
    ['smax', params.max ?? 0],
    ['max', params.max ?? 0],
    ['ttl', seconds(params.ttl ?? 0)],
    ['timeout', params.timeout === undefined ? undefined : seconds(params.timeout)],
    ['acquire', params.acquire],
    ['recv_buffer_size', params.receiveBufferSize],
    ['io_buffer_size', params.ioBufferSize],
    ['keepalive', params.keepAlive === undefined ? undefined : onOff(params.keepAlive)],
    ['status', stateOf(member)],
    ['error_time', member.errorTime > 0 ? new Date(member.errorTime).toUTCString() : undefined],
    ['retries', member.retries],
    ['lbstatus', member.lbStatus],
    ['loadfactor', loadFactor],
    ['transferred', member.transferred],
    ['read', member.read],
    ['elected', member.elected],
    ['route', member.route],
    ['redirect', member.redirect],
    ['busy', member.busy],
    ['lbset', member.lbSet],
    ['disablereuse', params.reuse === undefined ? undefined : onOff(!params.reuse)],
    ['connectiontimeout', params.connectionTimeout],
    ['retry', params.retry === undefined ? undefined : seconds(params.retry)],
  ];
  return `        <httpd:worker>\n${write('          ', elements)}        </httpd:worker>\n`;
}
