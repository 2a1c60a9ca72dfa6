// Listening and connections: Listen, Timeout, KeepAlive, and how strictly requests are read.

import type { Directive } from '../../conf/directive.ts';
import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';
import type { CoreDirConfig, CoreServerConfig, Listen } from '../../request/core-config.ts';
import { mainServer, servers } from '../contexts.ts';
import { MOST_METHODS, registerMethod } from './methods.ts';
import { leadingInteger, parseDuration } from './numbers.ts';

type CoreDirective = Directive<CoreServerConfig, CoreDirConfig>;

/** `[host:]port`, or Apache's sentence. An IPv6 address may stand in brackets. */
function readListen(address: string): Listen | string {
  const parts = /^(?:(.*):)?([0-9]+)$/s.exec(address);
  if (!parts) return 'Port must be specified';
  const port = Number(parts[2]);
  if (port < 1 || port > 65535) return 'Invalid address or port';
  const host = parts[1]?.replace(/^\[(.*)\]$/, '$1');
  return host === undefined || host === '*' || host === '' ? { port } : { host, port };
}

function isSameAddress(a: Listen, b: Listen): boolean {
  return a.port === b.port && a.host === b.host;
}

/** The three pairs of words that HttpProtocolOptions chooses between. */
const PROTOCOL_WORDS: readonly (readonly [
  on: string,
  off: string,
  key: 'strict' | 'lenientMethods' | 'allow09',
])[] = [
  ['Strict', 'Unsafe', 'strict'],
  ['LenientMethods', 'RegisteredMethods', 'lenientMethods'],
  ['Allow0.9', 'Require1.0', 'allow09'],
];

/** Words already seen for the server whose configuration this is: a pair's second word contradicts them. */
function setProtocolOption(config: CoreServerConfig, word: string): string | undefined {
  for (const [on, off, key] of PROTOCOL_WORDS) {
    const value = equalsIgnoreCase(word, on);
    if (!value && !equalsIgnoreCase(word, off)) continue;
    config.protocolOptions ??= {};
    const options = config.protocolOptions;
    if (options[key] === !value) return `HttpProtocolOptions '${on}' and '${off}' are mutually exclusive`;
    options[key] = value;
    return undefined;
  }
  return "HttpProtocolOptions accepts 'Unsafe' or 'Strict' (default), 'RegisteredMethods' or 'LenientMethods' (default), and 'Require1.0' or 'Allow0.9' (default)";
}

export const connectionDirectives: readonly CoreDirective[] = [
  {
    name: 'Listen',
    args: 'takeArgv',
    contexts: mainServer,
    help: 'A port number or a numeric IP address and a port number, and an optional protocol',
    example: 'Listen 127.0.0.1:8080',
    set(cmd, address = '', protocol = undefined, ...more) {
      if (address === '' || more.length > 0) return 'Listen requires 1 or 2 arguments.';
      const listen = readListen(address);
      if (typeof listen === 'string') return listen;
      if (cmd.config.listens.some((other) => isSameAddress(other, listen)))
        return 'Cannot define multiple Listeners on the same IP:port';
      cmd.config.listens.push(
        protocol === undefined ? listen : { ...listen, protocol: lowerAscii(protocol) },
      );
      return undefined;
    },
  },
  {
    name: 'Port',
    args: 'take1',
    contexts: servers,
    help: 'Port was replaced with Listen in Apache 2.0',
    example: '<IfVersion < 2.0>\nPort 80\n</IfVersion>',
    set: () => 'Port was replaced with Listen in Apache 2.0',
  },
  {
    name: 'RegisterHttpMethod',
    args: 'iterate',
    contexts: mainServer,
    help: 'Registers non-standard HTTP methods',
    example: 'RegisterHttpMethod PURGE',
    set(cmd, method = '') {
      if (!registerMethod(method))
        cmd.warn(`Maximum new request methods ${MOST_METHODS} reached while registering method ${method}.`);
      return undefined;
    },
  },
  {
    name: 'Timeout',
    args: 'take1',
    contexts: servers,
    default: '60',
    help: 'Timeout duration (sec)',
    example: 'Timeout 60',
    set(cmd, arg = '') {
      const seconds = leadingInteger(arg);
      if (seconds <= 0 || !/^[0-9]+$/.test(arg)) cmd.warn(`Timeout ${arg} is read as ${seconds} seconds`);
      cmd.config.timeout = Math.max(0, seconds) * 1000;
      return undefined;
    },
  },
  {
    name: 'KeepAlive',
    args: 'flag',
    contexts: servers,
    default: 'On',
    help: 'Whether persistent connections should be On or Off',
    example: 'KeepAlive On',
    set(cmd, value) {
      cmd.config.keepAlive = value === 'on';
      return undefined;
    },
  },
  {
    name: 'KeepAliveTimeout',
    args: 'take1',
    contexts: servers,
    default: '5',
    help: 'Keep-Alive timeout duration (sec)',
    example: 'KeepAliveTimeout 5',
    set(cmd, arg = '') {
      const time = parseDuration(arg);
      if (time === undefined) return 'KeepAliveTimeout has wrong format';
      cmd.config.keepAliveTimeout = time;
      return undefined;
    },
  },
  {
    name: 'MaxKeepAliveRequests',
    args: 'take1',
    contexts: servers,
    default: '100',
    help: 'Maximum number of Keep-Alive requests per connection, or 0 for infinite',
    example: 'MaxKeepAliveRequests 100',
    set(cmd, arg = '') {
      cmd.config.maxKeepAliveRequests = leadingInteger(arg);
      return undefined;
    },
  },
  {
    name: 'StrictHostCheck',
    args: 'flag',
    contexts: servers,
    default: 'Off',
    help: 'Controls whether a hostname match is required',
    example: 'StrictHostCheck On',
    set(cmd, value) {
      cmd.config.strictHostCheck = value === 'on';
      return undefined;
    },
  },
  {
    name: 'HttpProtocolOptions',
    args: 'iterate',
    contexts: servers,
    default: 'Strict LenientMethods Allow0.9',
    help: "'Allow0.9' or 'Require1.0' (default); 'RegisteredMethods' or 'LenientMethods' (default); 'Unsafe' or 'Strict' (default). Sets HTTP acceptance rules",
    example: 'HttpProtocolOptions Strict Require1.0',
    set: (cmd, word = '') => setProtocolOption(cmd.config, word),
  },
  {
    name: 'TraceEnable',
    args: 'take1',
    contexts: servers,
    default: 'on',
    help: "'on' (default), 'off' or 'extended' to trace request body content",
    example: 'TraceEnable off',
    set(cmd, arg = '') {
      const value = lowerAscii(arg);
      if (value !== 'on' && value !== 'off' && value !== 'extended')
        return "TraceEnable must be one of 'on', 'off', or 'extended'";
      cmd.config.traceEnable = value;
      return undefined;
    },
  },
  {
    name: 'ServerTokens',
    args: 'take1',
    contexts: mainServer,
    default: 'Full',
    help: 'Determine tokens displayed in the Server: header - Min(imal), Major, Minor, Prod(uctOnly), OS, or Full',
    example: 'ServerTokens Prod',
    set(cmd, arg = '') {
      const value = TOKENS[lowerAscii(arg)];
      if (value === undefined)
        return "ServerTokens takes 1 argument: 'Prod(uctOnly)', 'Major', 'Minor', 'Min(imal)', 'OS', or 'Full'";
      cmd.config.serverTokens = value;
      return undefined;
    },
  },
];

const TOKENS: Readonly<Record<string, NonNullable<CoreServerConfig['serverTokens']>>> = {
  full: 'full',
  os: 'os',
  min: 'minimal',
  minimal: 'minimal',
  minor: 'minor',
  major: 'major',
  prod: 'prod',
  productonly: 'prod',
};
