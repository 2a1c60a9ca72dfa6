// BalancerMember and the directives that are about all balancers; the balancers' half of ProxyPass, ProxySet and <Proxy>.

import type { Command } from '../../../conf/command.ts';
import type { Directive, DirectiveError } from '../../../conf/directive.ts';
import { splitWords } from '../../../conf/words.ts';
import { lowerAscii } from '../../../kit/ascii.ts';
import { serverFiles, servers } from '../../contexts.ts';
import type { ProxyDirConfig, ProxyServerConfig } from '../config.ts';
import { leadingInteger } from '../duration.ts';
import { healthOf } from '../hcheck/loaded.ts';
import { splitUrl } from '../target.ts';
import { memberName, Worker } from '../worker.ts';
import { setWorkerParameter } from '../worker-parameters.ts';
import { type BalancerConfig, defineBalancer, findBalancer } from './config.ts';
import { setBalancerParameter } from './parameters.ts';

type ProxyCommand = Command<ProxyServerConfig, ProxyDirConfig>;
type ProxyDirective = Directive<ProxyServerConfig, ProxyDirConfig>;

/** One `key=value`. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
}

/** Sets parameters of a balancer; answers the first error, in Apache's words, with the parameter that has it. */
export function setBalancerParameters(
  cmd: ProxyCommand,
  balancer: BalancerConfig,
  parameters: readonly Parameter[],
): { readonly error: DirectiveError; readonly parameter: Parameter } | undefined {
  const hasModule = (identifier: string): boolean => cmd.hasModule(identifier);
  for (const parameter of parameters) {
    const { name, value } = parameter;
    const error = setBalancerParameter(balancer.params, name, { value, hasModule });
    if (error !== undefined) return { error, parameter };
  }
  return undefined;
}

/** An error with words around Apache's sentence. */
export function wrapError(error: DirectiveError, before: string, behind = ''): DirectiveError {
  if (typeof error === 'string') return before + error + behind;
  return { ...error, message: before + error.message + behind };
}

/** The balancer of a ProxyPass line, made where there is none; `path` is the line's, undefined for a pattern. */
export function passToBalancer(
  cmd: ProxyCommand,
  url: string,
  path: string | undefined,
  parameters: readonly Parameter[],
): DirectiveError | undefined {
  const { balancers } = cmd.config;
  const balancer = findBalancer(balancers, url) ?? defineBalancer(balancers, url);
  if (typeof balancer === 'string') return `ProxyPass ${balancer}`;
  if (path !== undefined) balancer.path = path;
  const fault = setBalancerParameters(cmd, balancer, parameters);
  return fault && wrapError(fault.error, 'ProxyPass ');
}

interface MemberLine {
  readonly balancer: string;
  readonly url: string;
  readonly parameters: readonly Parameter[];
}

function readMemberLine(cmd: ProxyCommand, text: string): MemberLine | string {
  const isInSection = cmd.section.path !== undefined;
  const names: string[] = isInSection ? [cmd.section.path!] : [];
  // Apache: of a parameter that stands there twice the last value counts, in the place of the first.
  const parameters = new Map<string, Parameter>();
  for (const { text: word } of splitWords(text)) {
    const equals = word.indexOf('=');
    if (equals >= 0) {
      const name = word.slice(0, equals);
      const key = lowerAscii(name);
      parameters.set(key, { name: parameters.get(key)?.name ?? name, value: word.slice(equals + 1) });
    } else if (names.length < 2) names.push(word);
    else if (isInSection) return 'BalancerMember can not have a balancer name when defined in a location';
    else return "Invalid BalancerMember parameter. Parameter must be in the form 'key=value'";
  }
  const [balancer, url] = names;
  if (balancer === undefined) {
    return 'BalancerMember must define balancer name when outside <Proxy > section';
  }
  if (url === undefined) return 'BalancerMember must define remote proxy server';
  return { balancer: lowerAscii(balancer), url, parameters: [...parameters.values()] };
}

function addMember(cmd: ProxyCommand, text: string): DirectiveError | undefined {
  const line = readMemberLine(cmd, text);
  if (typeof line === 'string') return line;
  const { balancers } = cmd.config;
  const balancer = findBalancer(balancers, line.balancer) ?? defineBalancer(balancers, line.balancer);
  if (typeof balancer === 'string') return `BalancerMember ${balancer}`;
  const known = findMember(balancer, line.url);
  if (known !== undefined) {
    warnShared(cmd, known, line);
    return undefined;
  }
  const worker = makeMember(cmd, line);
  if (!(worker instanceof Worker)) return worker;
  balancer.members.push(worker);
  return undefined;
}

/** Why a URL names no member, in Apache's words; undefined where it names one. */
export function faultOfMember(url: string): string | undefined {
  const split = splitUrl(url);
  if (split === undefined || split.authority === '') return `URL must be absolute!: ${url}`;
  const hostPort = split.authority.slice(split.authority.lastIndexOf('@') + 1);
  return /:[^\]]*[^0-9\]][^\]]*$/.test(hostPort) ? `Unable to parse URL: ${url}` : undefined;
}

function makeMember(cmd: ProxyCommand, { url, parameters }: MemberLine): Worker | DirectiveError {
  const fault = faultOfMember(url);
  if (fault !== undefined) return `BalancerMember ${fault}`;
  const worker = new Worker(memberName(url)!);
  if (cmd.config.timeout !== undefined) worker.params.timeout = cmd.config.timeout;
  for (const { name, value } of parameters) {
    const error = setWorkerParameter(worker.params, name, value, healthOf(cmd));
    if (error !== undefined) return wrapError(error, 'BalancerMember ');
  }
  return worker;
}

/** Apache: a member serves URLs below its own, too, so that a line for one of them makes no other. Sockets do not count. */
function findMember({ members }: BalancerConfig, url: string): Worker | undefined {
  const split = splitUrl(url);
  if (split === undefined) return undefined;
  const end = `${split.scheme}://${lowerAscii(split.authority)}`;
  const whole = end + split.rest;
  let best: Worker | undefined;
  for (const member of members) {
    const { length } = member.url;
    const isBetter = length >= end.length && length > (best?.url.length ?? 0);
    if (isBetter && whole.startsWith(member.url)) best = member;
  }
  return best;
}

function warnShared(cmd: ProxyCommand, { name: known }: Worker, { url, parameters }: MemberLine): void {
  if (memberName(url) !== known) {
    cmd.warn(`AH01149: Sharing worker '${known}' instead of creating new worker '${url}'`, {
      why: 'the first line serves every URL that begins like its own; the second makes no member',
      hint: 'give the members hosts, ports or paths of which none is the beginning of another',
    });
  }
  for (const { name, value } of parameters) {
    cmd.warn(
      `AH01150: Ignoring parameter '${name}=${value}' for worker '${known}' because of worker sharing`,
    );
  }
}

function checkGrowth(value: string): DirectiveError | undefined {
  const growth = leadingInteger(value);
  return growth < 0 || growth > 1000 ? 'BalancerGrowth must be between 0 and 1000' : undefined;
}

export const balancerDirectives: readonly ProxyDirective[] = [
  {
    name: 'BalancerMember',
    contexts: serverFiles,
    args: 'raw',
    help: 'A balancer name and scheme with list of params',
    example: 'BalancerMember "balancer://app" "http://127.0.0.1:8000" route=one',
    set: (cmd, text) => addMember(cmd, text ?? ''),
  },
  {
    name: 'BalancerGrowth',
    contexts: servers,
    args: 'take1',
    default: 'BalancerGrowth 5',
    help: 'Number of additional Balancers that can be added post-config; members are added by growth= of a balancer',
    noEffect: 'balancers are added by the configuration alone, as in Apache',
    example: 'BalancerGrowth 10',
    set: (_cmd, value) => checkGrowth(value ?? ''),
  },
  {
    name: 'BalancerInherit',
    contexts: servers,
    args: 'flag',
    default: 'BalancerInherit On',
    help: 'on if this server should inherit Balancers and Workers defined in the main server (Setting to off recommended if using the Balancer Manager)',
    example: 'BalancerInherit Off',
    set: (cmd, value) => {
      cmd.config.balancerInherit = value === 'on';
      return undefined;
    },
  },
  {
    name: 'BalancerPersist',
    contexts: servers,
    args: 'flag',
    default: 'BalancerPersist Off',
    help: 'on if the balancer should persist changes on reboot/restart made via the Balancer Manager',
    example: 'BalancerPersist On',
    set: (cmd, value) => {
      cmd.config.balancerPersist = value === 'on';
      if (value === 'on') {
        cmd.warn('BalancerPersist keeps the state of balancers over a reload, and not over a new start', {
          why: 'a new start begins with what the configuration says',
        });
      }
      return undefined;
    },
  },
];
