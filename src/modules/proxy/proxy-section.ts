// <Proxy>, <ProxyMatch> and ProxySet: configuration for URLs of backends. Owns which sections apply to a proxied
// request and how ProxySet finds its worker.

import type { Command, Section } from '../../conf/command.ts';
import type { Container, Directive, DirectiveError } from '../../conf/directive.ts';
import { mergeDir } from '../../conf/merge.ts';
import { DirConfig } from '../../conf/section.ts';
import { readWord, splitWords } from '../../conf/words.ts';
import { compileGlob, isGlob } from '../../kit/glob.ts';
import type { Place } from '../../kit/place.ts';
import { compileRegex, type Regex, RegexSyntaxError } from '../../kit/regex/index.ts';
import type { Exchange } from '../../request/exchange.ts';
import { tellSection } from '../../request/sections.ts';
import { serverFiles, servers } from '../contexts.ts';
import { type BalancerConfig, defineBalancer, findBalancer, isBalancerUrl } from './balancer/config.ts';
import { type Parameter, setBalancerParameters, wrapError } from './balancer/directives.ts';
import type { ProxyDirConfig, ProxySection, ProxyServerConfig } from './config.ts';
import { healthOf } from './hcheck/loaded.ts';
import { SOCKET_ASIDE } from './map.ts';
import { warnNoEffect } from './pass-directives.ts';
import { splitUrl } from './target.ts';
import { findWorker, GENERIC_WORKER, shareWorker, type Worker, workerName } from './worker.ts';
import { setWorkerParameter } from './worker-parameters.ts';

type ProxyCommand = Command<ProxyServerConfig, ProxyDirConfig>;

/** Merges the sections whose URL begins, or matches, the request's; on top of the server's defaults. */
export function walkProxySections(x: Exchange, conf: ProxyServerConfig): void {
  x.dirConfig = x.server.defaults;
  const whole = x.filename!.slice('proxy:'.length);
  const url = x.note(SOCKET_ASIDE) === undefined ? whole : whole.slice(whole.indexOf('|') + 1);
  for (const section of conf.sections) {
    if (!matchesSection(x, section, url)) continue;
    x.dirConfig = mergeDir(x.site.modules, x.dirConfig, section.dir);
    tellSection(x, 'proxy', section.place);
  }
}

function matchesSection(x: Exchange, section: ProxySection, url: string): boolean {
  if (section.regex !== undefined) {
    const match = section.regex.exec(url);
    if (match === null) return false;
    for (const [name, group] of section.regex.groupNames) {
      const value = match.groups[group];
      if (value !== undefined) x.env.set(`MATCH_${name.toUpperCase()}`, value);
    }
    return true;
  }
  if (section.glob !== undefined) return section.glob(url);
  return url.startsWith(section.url);
}

function openSection(
  cmd: ProxyCommand,
  arg: string,
  content: (into?: Section) => void,
  isMatch: boolean,
): DirectiveError | undefined {
  if (cmd.section.kind === 'other') return `<${cmd.name.replace(/^</, '')} not allowed in <Proxy> context`;
  const words = splitWords(arg).map((word) => word.text);
  const isRegex = isMatch || words[0] === '~';
  if (!isMatch && words[0] === '~') words.shift();
  const url = words.shift() ?? '';
  const section = makeSection(cmd.place, url, isRegex);
  if (typeof section === 'string') return section;
  const fault = setSectionWorker(cmd, url, isRegex, words);
  if (fault !== undefined) return fault;
  cmd.config.sections.push(section);
  content({
    kind: 'other',
    context: 'directory',
    path: url,
    ...(isRegex ? { isRegex } : {}),
    dir: section.dir,
    parent: cmd.section,
  });
  return undefined;
}

function makeSection(place: Place, url: string, isRegex: boolean): ProxySection | string {
  const dir = new DirConfig();
  if (isRegex) {
    const regex = compilePattern(url);
    return regex === undefined ? 'Regex could not be compiled' : { url, regex, dir, place };
  }
  return isGlob(url)
    ? { url, glob: compileGlob(url), dir, place }
    : { url: canonicalPrefix(url), dir, place };
}

function compilePattern(pattern: string): Regex | undefined {
  try {
    return compileRegex(pattern);
  } catch (error) {
    if (error instanceof RegexSyntaxError) return undefined;
    throw error;
  }
}

/** Scheme and host in lower case, as the URLs of requests will have them. */
function canonicalPrefix(url: string): string {
  const split = splitUrl(url);
  if (split === undefined) return url;
  const unix = split.socket === undefined ? '' : `unix:${split.socket}|`;
  return `${unix}${split.scheme}://${split.authority.toLowerCase()}${split.rest}`;
}

/** `<Proxy url key=value …>` sets up the worker as ProxySet does. */
function setSectionWorker(
  cmd: ProxyCommand,
  url: string,
  isRegex: boolean,
  words: readonly string[],
): DirectiveError | undefined {
  const section = `<${cmd.name.replace(/^</, '')}`;
  // Apache takes `~` for the URL.
  if (isRegex && section.toLowerCase() === '<proxy')
    return `${section}> arguments are not supported for non url.`;
  if (words.length === 0) return undefined;
  if (isRegex) return 'Multiple <ProxyMatch> arguments not (yet) supported.';
  if (isGlob(url)) return `${section}> arguments are not supported for wildchar url.`;
  if (isBalancerUrl(url)) return setSectionBalancer(cmd, url, words);
  if (!url.includes(':')) return `${section}> arguments are not supported for non url.`;
  const name = workerName(url);
  if (name === undefined) return `${section} URL must be absolute!: ${url}`;
  return setParameters(cmd, shareWorker(cmd.config.workers, name).worker, {
    words,
    what: 'Proxy',
    before: `${section} `,
    url,
  });
}

function setSectionBalancer(
  cmd: ProxyCommand,
  url: string,
  words: readonly string[],
): DirectiveError | undefined {
  const { balancers } = cmd.config;
  const balancer = findBalancer(balancers, url) ?? defineBalancer(balancers, url);
  if (typeof balancer === 'string') return `<Proxy ${balancer}`;
  return setBalancerWords(cmd, balancer, words, { line: '<Proxy', behind: url });
}

/** How a line speaks of itself and of what it sets. */
interface Speaking {
  readonly line: string;
  readonly behind: string;
}

function setBalancerWords(
  cmd: ProxyCommand,
  balancer: BalancerConfig,
  words: readonly string[],
  { line, behind }: Speaking,
): DirectiveError | undefined {
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0) {
      const what = line === '<Proxy' ? 'Proxy' : 'ProxySet';
      return `Invalid ${what} parameter. Parameter must be in the form 'key=value'`;
    }
    const parameter: Parameter = { name: word.slice(0, equals), value: word.slice(equals + 1) };
    const fault = setBalancerParameters(cmd, balancer, [parameter]);
    if (fault !== undefined) return wrapError(fault.error, `${line} `, ` ${word}; ${behind}`);
  }
  return undefined;
}

function setOnBalancer(
  cmd: ProxyCommand,
  url: string,
  words: readonly string[],
  inSection: boolean,
): DirectiveError | undefined {
  const { balancers } = cmd.config;
  const known = findBalancer(balancers, url);
  if (known === undefined && !inSection) return `ProxySet can not find '${url}' Balancer.`;
  const balancer = known ?? defineBalancer(balancers, url);
  if (typeof balancer === 'string') return `ProxySet ${balancer}`;
  return setBalancerWords(cmd, balancer, words, { line: 'ProxySet:', behind: url });
}

/** The parameters of a line, and how the line speaks of its faults. */
interface ParameterLine {
  readonly words: readonly string[];
  readonly what: 'Proxy' | 'ProxySet';
  readonly before: string;
  readonly url: string;
}

function setParameters(
  cmd: ProxyCommand,
  worker: Worker,
  { words, what, before, url }: ParameterLine,
): DirectiveError | undefined {
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0) return `Invalid ${what} parameter. Parameter must be in the form 'key=value'`;
    const name = word.slice(0, equals);
    const error = setWorkerParameter(worker.params, name, word.slice(equals + 1), healthOf(cmd));
    if (error !== undefined) return `${before}${error} ${word}; ${url}`;
    warnNoEffect(cmd, name);
  }
  return undefined;
}

function setProxySet(cmd: ProxyCommand, text: string): DirectiveError | undefined {
  const words = splitWords(text).map((word) => word.text);
  const inSection = cmd.section.kind === 'other';
  const url = inSection ? (cmd.section.path ?? '') : (words.shift() ?? '');
  if (isBalancerUrl(url)) return setOnBalancer(cmd, url, words, inSection);
  const name = workerName(url);
  const { workers } = cmd.config;
  if (!inSection && (name === undefined || findWorker(workers, name) === GENERIC_WORKER)) {
    return `ProxySet can not find '${url}' Worker.`;
  }
  if (name === undefined) {
    return `ProxySet ${url.includes('://') ? 'Unable to parse URL' : 'URL must be absolute!'}: ${url}`;
  }
  const { worker } = shareWorker(workers, name, inSection && cmd.section.isRegex === true);
  return setParameters(cmd, worker, { words, what: 'ProxySet', before: 'ProxySet: ', url });
}

export const sectionDirectives: readonly (
  | Directive<ProxyServerConfig, ProxyDirConfig>
  | Container<ProxyServerConfig, ProxyDirConfig>
)[] = [
  {
    name: 'Proxy',
    contexts: servers,
    help: 'Container for directives affecting resources located in the proxied location',
    example: '<Proxy "http://127.0.0.1:8000/">\nProxySet timeout=5\n</Proxy>',
    open: (cmd, arg, content) => openSection(cmd, arg, content, false),
  },
  {
    name: 'ProxyMatch',
    contexts: servers,
    help: 'Container for directives affecting resources located in the proxied location, in regular expression syntax',
    example: '<ProxyMatch "^http://backend[0-9]/">\nProxyAddHeaders Off\n</ProxyMatch>',
    open: (cmd, arg, content) => openSection(cmd, readWord(arg) === undefined ? '' : arg, content, true),
  },
  {
    name: 'ProxySet',
    contexts: serverFiles,
    args: 'raw',
    help: 'A balancer or worker name with list of params',
    example: '<Proxy "http://127.0.0.1:8000/">\nProxySet timeout=5\n</Proxy>',
    set: (cmd, text) => setProxySet(cmd, text ?? ''),
  },
];
