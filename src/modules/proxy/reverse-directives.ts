// ProxyPassReverse, ProxyPassReverseCookiePath and ProxyPassReverseCookieDomain.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { equalsIgnoreCase } from '../../kit/ascii.ts';
import { serverFiles } from '../contexts.ts';
import type { ProxyDirConfig, ProxyServerConfig, ReverseEntry } from './config.ts';
import { isInLocation, refuseSection } from './pass-directives.ts';

type ProxyCommand = Command<ProxyServerConfig, ProxyDirConfig>;
type ProxyDirective = Directive<ProxyServerConfig, ProxyDirConfig>;

function setReverse(cmd: ProxyCommand, words: readonly string[]): DirectiveError | undefined {
  const rest = [...words];
  const inLocation = isInLocation(cmd);
  const path = inLocation ? cmd.section.path : rest.shift();
  const url = rest.shift();
  const option = rest[0];
  const interpolate = option !== undefined && equalsIgnoreCase(option, 'interpolate');
  if (inLocation && option !== undefined && !interpolate) {
    return 'ProxyPassReverse can not have a path when defined in a location';
  }
  if (path === undefined || url === undefined) {
    return 'ProxyPassReverse needs a path when not defined in a location';
  }
  const from = url.slice(0, 5).toLowerCase() === 'unix:' ? url.slice(url.indexOf('|') + 1) : url;
  cmd.dir.reverses = [...cmd.dir.reverses, { from, to: path, interpolate }];
  return undefined;
}

function cookieEntry(from = '', to = '', option?: string): ReverseEntry {
  return { from, to, interpolate: option !== undefined && equalsIgnoreCase(option, 'interpolate') };
}

export const reverseDirectives: readonly ProxyDirective[] = [
  {
    name: 'ProxyPassReverse',
    contexts: serverFiles,
    args: 'takeArgv',
    help: 'a virtual path and a URL for reverse proxy behaviour',
    example: 'ProxyPassReverse "/app/" "http://127.0.0.1:8000/"',
    set: (cmd, ...words) => refuseSection(cmd) ?? setReverse(cmd, words as string[]),
  },
  {
    name: 'ProxyPassReverseCookiePath',
    contexts: serverFiles,
    args: 'take23',
    help: 'Path rewrite rule for proxying cookies',
    example: 'ProxyPassReverseCookiePath "/" "/app/"',
    set: (cmd, ...words) => {
      cmd.dir.cookiePaths = [...cmd.dir.cookiePaths, cookieEntry(...words)];
      return undefined;
    },
  },
  {
    name: 'ProxyPassReverseCookieDomain',
    contexts: serverFiles,
    args: 'take23',
    help: 'Domain rewrite rule for proxying cookies',
    example: 'ProxyPassReverseCookieDomain "backend.example" "www.example"',
    set: (cmd, ...words) => {
      cmd.dir.cookieDomains = [...cmd.dir.cookieDomains, cookieEntry(...words)];
      return undefined;
    },
  },
];
