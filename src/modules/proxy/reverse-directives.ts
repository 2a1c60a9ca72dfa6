// ProxyPassReverse, ProxyPassReverseCookiePath and ProxyPassReverseCookieDomain.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { equalsIgnoreCase } from '../../kit/ascii.ts';
import { serverFiles } from '../contexts.ts';
import type { ProxyDirConfig, ProxyServerConfig, ReverseEntry } from './config.ts';
import { isInLocation, refuseSection } from './pass-directives.ts';

type ProxyCommand = Command<ProxyServerConfig, ProxyDirConfig>;
type ProxyDirective = Directive<ProxyServerConfig, ProxyDirConfig>;

function setReverse(cmd: ProxyCommand, words: readonly (string | undefined)[]): DirectiveError | undefined {
  const inLocation = isInLocation(cmd);
  const [path, url, option] = inLocation ? [cmd.section.path, words[0], words[1]] : words;
  if (inLocation) {
    if (option !== undefined && !equalsIgnoreCase(option, 'interpolate')) {
      return 'ProxyPassReverse can not have a path when defined in a location';
    }
  } else if (url === undefined || equalsIgnoreCase(url, 'interpolate')) {
    return 'ProxyPassReverse needs a path when not defined in a location';
  }
  if (path === undefined || url === undefined) return undefined;
  // Apache: whatever stands there, it means interpolate.
  cmd.dir.reverses = [...cmd.dir.reverses, { from: url, to: path, interpolate: option !== undefined }];
  return undefined;
}

function cookieEntry(from = '', to = '', option?: string): ReverseEntry {
  return { from, to, interpolate: option !== undefined };
}

export const reverseDirectives: readonly ProxyDirective[] = [
  {
    name: 'ProxyPassReverse',
    contexts: serverFiles,
    args: 'take123',
    help: 'a virtual path and a URL for reverse proxy behaviour',
    example: 'ProxyPassReverse "/app/" "http://127.0.0.1:8000/"',
    set: (cmd, ...words) => refuseSection(cmd) ?? setReverse(cmd, words),
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
