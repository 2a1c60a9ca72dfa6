// ProxyRemote, ProxyRemoteMatch, NoProxy, ProxyBlock, ProxyDomain and ProxySourceAddress: how backends are reached, and
// which are not.

import { isIP } from 'node:net';
import type { Command } from '../../../conf/command.ts';
import type { Directive, DirectiveError } from '../../../conf/directive.ts';
import { lowerAscii } from '../../../kit/ascii.ts';
import { compileRegex, RegexSyntaxError } from '../../../kit/regex/index.ts';
import { servers } from '../../contexts.ts';
import type { ProxyDirConfig, ProxyServerConfig } from '../config.ts';
import { compileHostTest } from './host-test.ts';
import { matchRemote, matchRemoteByPattern, parseRemote, type RemoteProxy } from './remote-proxy.ts';

type ProxyCommand = Command<ProxyServerConfig, ProxyDirConfig>;
type ProxyDirective = Directive<ProxyServerConfig, ProxyDirConfig>;

interface RemoteLine {
  readonly word: string;
  readonly url: string;
  readonly credentials: string | undefined;
}

function addRemote(
  cmd: ProxyCommand,
  line: RemoteLine,
  compile: (word: string) => RemoteProxy['takes'] | string,
): DirectiveError | undefined {
  const origin = parseRemote(line.url);
  if (typeof origin === 'string') {
    const port = origin === 'port' ? ' (bad port number)' : '';
    return {
      message: `${cmd.name}: Bad syntax for a remote proxy server${port}`,
      hint: 'write scheme://host:port, as in http://proxy.example:3128',
    };
  }
  const takes = compile(line.word);
  if (typeof takes === 'string') return takes;
  const { credentials } = line;
  cmd.config.remotes.push({
    origin,
    takes,
    credentials:
      credentials === undefined
        ? undefined
        : `Basic ${Buffer.from(credentials, 'latin1').toString('base64')}`,
  });
  return undefined;
}

function compilePattern(word: string): RemoteProxy['takes'] | string {
  try {
    return matchRemoteByPattern(compileRegex(word));
  } catch (error) {
    if (error instanceof RegexSyntaxError) {
      return 'Regular expression for ProxyRemoteMatch could not be compiled.';
    }
    throw error;
  }
}

function setSourceAddress(cmd: ProxyCommand, value: string): DirectiveError | undefined {
  const address = isIP(value) !== 0 ? value : cmd.io.lookup?.(value)[0];
  if (address === undefined) {
    return {
      message: 'ProxySourceAddress invalid value',
      hint: 'write an address of this machine; names are looked up in /etc/hosts only',
    };
  }
  cmd.config.sourceAddress = address;
  return undefined;
}

export const remoteDirectives: readonly ProxyDirective[] = [
  {
    name: 'ProxyRemote',
    contexts: servers,
    args: 'take23',
    help: "a scheme, partial URL or '*' and a proxy server",
    example: 'ProxyRemote "http://partner.example/" "http://proxy.example:3128"',
    set: (cmd, word = '', url = '', credentials) =>
      addRemote(cmd, { word: word.includes(':') ? word : lowerAscii(word), url, credentials }, matchRemote),
  },
  {
    name: 'ProxyRemoteMatch',
    contexts: servers,
    args: 'take23',
    help: 'a regex pattern and a proxy server',
    example: 'ProxyRemoteMatch "\\.example/" "http://proxy.example:3128"',
    set: (cmd, word = '', url = '', credentials) =>
      addRemote(cmd, { word, url, credentials }, compilePattern),
  },
  {
    name: 'NoProxy',
    contexts: servers,
    args: 'iterate',
    help: 'A list of domains, hosts, or subnets to which the proxy will connect directly',
    example: 'NoProxy ".example" "192.168.112.0/21"',
    set: (cmd, word = '') => {
      cmd.config.directHosts.push(compileHostTest(word, (name) => (cmd.io.lookup?.(name) ?? []).length > 0));
      return undefined;
    },
  },
  {
    name: 'ProxyBlock',
    contexts: servers,
    args: 'iterate',
    help: 'A list of names, hosts or domains to which the proxy will not connect',
    example: 'ProxyBlock "metadata.internal" "169.254.169.254"',
    set: (cmd, word = '') => {
      cmd.config.blocks.push(word);
      return undefined;
    },
  },
  {
    name: 'ProxyDomain',
    contexts: servers,
    args: 'take1',
    help: 'The default intranet domain name (in absence of a domain in the URL)',
    example: 'ProxyDomain ".example"',
    set: (cmd, domain = '') => {
      if (!domain.startsWith('.')) return 'ProxyDomain: domain name must start with a dot.';
      cmd.config.domain = domain;
      return undefined;
    },
  },
  {
    name: 'ProxySourceAddress',
    contexts: servers,
    args: 'take1',
    help: 'Configure local source IP used for request forward',
    example: 'ProxySourceAddress "127.0.0.1"',
    set: (cmd, value = '') => setSourceAddress(cmd, value),
  },
];
