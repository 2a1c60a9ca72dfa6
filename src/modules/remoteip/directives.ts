// The directives of mod_remoteip.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { splitWords } from '../../conf/words.ts';
import { compileIpRange, type IpRange } from '../../kit/ip-range.ts';
import { servers } from '../contexts.ts';

/** Proxies whose word counts. */
export interface TrustedProxies {
  readonly contains: IpRange;
  /** Of this site: they may present private addresses, and are not named to anybody. */
  readonly isInternal: boolean;
}

export interface RemoteIpServer {
  headerName?: string;
  proxiesHeaderName?: string;
  proxies?: readonly TrustedProxies[];
  /** Of this server alone: a virtual host does not inherit it, its address does. */
  proxyProtocol?: boolean;
  /** Of the main server alone. */
  readonly exceptions: IpRange[];
}

type RemoteIpCommand = Command<RemoteIpServer, undefined>;
type RemoteIpDirective = Directive<RemoteIpServer, undefined>;

function looksLikeIp(text: string): boolean {
  return text.includes(':') || /^[0-9.]*$/.test(text);
}

function rangesOf(cmd: RemoteIpCommand, text: string): readonly (IpRange | undefined)[] | string {
  const [address = '', mask] = text.split('/', 2);
  if (looksLikeIp(address)) return [compileIpRange(text)];
  if (mask !== undefined)
    return `RemoteIP: Error parsing IP ${text} the subnet /${mask} is invalid for ${cmd.name}`;
  const found = cmd.io.lookup?.(address) ?? [];
  return found.length === 0 ? [undefined] : found.map(compileIpRange);
}

function addProxies(cmd: RemoteIpCommand, text: string, isInternal: boolean): string | undefined {
  const ranges = rangesOf(cmd, text);
  if (typeof ranges === 'string') return ranges;
  const added: TrustedProxies[] = [];
  for (const contains of ranges) {
    if (contains === undefined)
      return `RemoteIP: Error parsing IP ${text} (${whyNot(text)} error) for ${cmd.name}`;
    added.push({ contains, isInternal });
  }
  cmd.config.proxies = [...(cmd.config.proxies ?? []), ...added];
  return undefined;
}

function whyNot(text: string): string {
  const [address = ''] = text.split('/', 1);
  if (!looksLikeIp(address)) return 'Name or service not known';
  const isMask = text.includes('/') && compileIpRange(address) !== undefined;
  return `The specified ${isMask ? 'network mask' : 'IP address'} is invalid.`;
}

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
};

function systemWords(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return SYSTEM_WORDS[code] ?? message;
}

/** A file of addresses: words on lines, `#` before a remark. */
function addList(cmd: RemoteIpCommand, file: string, isInternal: boolean): DirectiveError | undefined {
  const path = cmd.resolve(file);
  let text: string;
  try {
    text = cmd.io.read(path);
  } catch (error) {
    return `${cmd.name}: Could not open file ${path}: ${systemWords(error)}`;
  }
  for (const [at, line] of text.split('\n').entries()) {
    for (const { text: word } of splitWords(line)) {
      if (word.startsWith('#')) break;
      const wrong = addProxies(cmd, word, isInternal);
      if (wrong !== undefined) return `${wrong} at line ${at + 1} of ${path}`;
    }
  }
  return undefined;
}

function addException(cmd: RemoteIpCommand, text: string): string | undefined {
  const range = compileIpRange(text);
  const [address = ''] = text.split('/', 1);
  if (range === undefined) {
    const isIp = looksLikeIp(address) && address !== '';
    return `ip address '${address}' appears to be invalid${isIp ? `: ${whyNot(text)}` : ''}`;
  }
  cmd.config.exceptions.push(range);
  return undefined;
}

function proxies(name: string, isInternal: boolean, help: string, example: string): RemoteIpDirective {
  return {
    name,
    args: 'iterate',
    contexts: servers,
    help,
    example: `${name} ${example}`,
    set: (cmd, text = '') => addProxies(cmd, text, isInternal),
  };
}

function proxyList(name: string, isInternal: boolean, help: string): RemoteIpDirective {
  return {
    name,
    args: 'take1',
    contexts: servers,
    help,
    example: `${name} conf/proxies.lst`,
    set: (cmd, file = '') => addList(cmd, file, isInternal),
  };
}

function headerName(
  name: string,
  setting: 'headerName' | 'proxiesHeaderName',
  help: string,
  example: string,
): RemoteIpDirective {
  return {
    name,
    args: 'take1',
    contexts: servers,
    help,
    example: `${name} ${example}`,
    set(cmd, field = '') {
      cmd.config[setting] = field;
      return undefined;
    },
  };
}

export const remoteIpDirectives: readonly RemoteIpDirective[] = [
  headerName(
    'RemoteIPHeader',
    'headerName',
    'Specifies a request header to trust as the client IP, e.g. X-Forwarded-For',
    'X-Forwarded-For',
  ),
  headerName(
    'RemoteIPProxiesHeader',
    'proxiesHeaderName',
    "Specifies a request header to record proxy IP's, e.g. X-Forwarded-By; if not given then do not record",
    'X-Forwarded-By',
  ),
  proxies(
    'RemoteIPTrustedProxy',
    false,
    'Specifies one or more proxies which are trusted to present IP headers',
    '10.0.2.16/28',
  ),
  proxies(
    'RemoteIPInternalProxy',
    true,
    'Specifies one or more internal (transparent) proxies which are trusted to present IP headers',
    '10.0.2.0/24',
  ),
  proxyList(
    'RemoteIPTrustedProxyList',
    false,
    'The filename to read the list of trusted proxies, see the RemoteIPTrustedProxy directive',
  ),
  proxyList(
    'RemoteIPInternalProxyList',
    true,
    'The filename to read the list of internal proxies, see the RemoteIPInternalProxy directive',
  ),
  {
    name: 'RemoteIPProxyProtocol',
    args: 'flag',
    contexts: servers,
    default: 'Off',
    help: "Enable PROXY protocol handling ('on', 'off')",
    example: 'RemoteIPProxyProtocol On',
    set(cmd, value) {
      cmd.config.proxyProtocol = value === 'on';
      return undefined;
    },
  },
  {
    name: 'RemoteIPProxyProtocolExceptions',
    args: 'takeArgv',
    contexts: servers,
    help: 'Disable PROXY protocol handling for this list of networks in CIDR format',
    example: 'RemoteIPProxyProtocolExceptions 127.0.0.1 10.0.0.0/8',
    set(cmd, ...words) {
      const present = words.filter((word) => word !== undefined);
      if (present.length === 0) return `${cmd.name} requires an argument`;
      for (const word of present) {
        const wrong = addException(cmd, word);
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
  },
];
