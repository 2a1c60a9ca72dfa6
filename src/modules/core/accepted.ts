// Directives that speak of how Apache's processes, memory and sockets work. They are accepted, so that a stock
// configuration can be used as it is, and have no effect: portico has none of what they speak of.

import type { Context, Override } from '../../conf/context.ts';
import type { Directive } from '../../conf/directive.ts';
import type { CoreDirConfig, CoreServerConfig } from '../../request/core-config.ts';
import { everywhere, mainServer, serverFiles, servers } from '../contexts.ts';

type CoreDirective = Directive<CoreServerConfig, CoreDirConfig>;

interface Entry {
  readonly contexts?: readonly Context[];
  readonly override?: Override;
  readonly args?: Directive['args'];
  readonly help: string;
  readonly example: string;
}

function accept(name: string, { contexts = mainServer, args = 'take1', ...entry }: Entry): CoreDirective {
  return {
    name,
    args,
    contexts,
    ...entry,
    example: `${name} ${entry.example}`.trimEnd(),
    set: () => undefined,
  };
}

/** `On` or `Off` where Apache complains without naming the directive. */
function acceptSwitch(
  name: string,
  words: readonly string[],
  complaint: string,
  entry: Entry,
): CoreDirective {
  return {
    ...accept(name, entry),
    set: (_cmd, word = '') => (words.includes(word.toLowerCase()) ? undefined : complaint),
  };
}

const processes: readonly CoreDirective[] = [
  accept('MaxRequestsPerChild', {
    help: 'Maximum number of connections a particular child serves before dying. (DEPRECATED, use MaxConnectionsPerChild)',
    example: '0',
  }),
  accept('MaxConnectionsPerChild', {
    help: 'Maximum number of connections a particular child serves before dying.',
    example: '0',
  }),
  accept('MaxMemFree', {
    help: "Maximum number of 1k blocks a particular child's allocator may hold.",
    example: '2048',
  }),
  accept('ThreadStackSize', {
    help: 'Size in bytes of stack used by threads handling client connections',
    example: '65536',
  }),
  accept('CoreDumpDirectory', {
    help: 'The location of the directory Apache changes to before dumping core',
    example: '/tmp',
  }),
  accept('DefaultRuntimeDir', {
    help: 'Common directory for run-time files (shared memory, locks, etc.)',
    example: '/tmp',
  }),
  accept('ScoreBoardFile', {
    help: 'A file for Apache to maintain runtime process management information',
    example: 'run/scoreboard',
  }),
  accept('Mutex', {
    args: 'takeArgv',
    help: 'mutex (or "default") and mechanism',
    example: 'file:/tmp default',
  }),
];

const sockets: readonly CoreDirective[] = [
  accept('AcceptFilter', {
    args: 'take2',
    help: 'Set the Accept Filter to use for a protocol',
    example: 'http none',
  }),
  accept('Protocol', { contexts: servers, help: 'Set the Protocol for httpd to use.', example: 'http' }),
  accept('Protocols', {
    args: 'iterate',
    contexts: servers,
    help: 'Controls which protocols are allowed',
    example: 'http/1.1',
  }),
  accept('ProtocolsHonorOrder', {
    args: 'flag',
    contexts: servers,
    help: "'off' (default) or 'on' to respect given order of protocols, by default the client specified order determines selection",
    example: 'On',
  }),
  accept('RegisterHttpMethod', {
    args: 'iterate',
    help: 'Registers non-standard HTTP methods',
    example: 'PURGE',
  }),
  accept('MergeTrailers', {
    args: 'flag',
    contexts: servers,
    help: 'merge request trailers into request headers or not',
    example: 'Off',
  }),
  accept('FlushMaxThreshold', {
    contexts: servers,
    help: 'Maximum threshold above which pending data are flushed to the network',
    example: '65536',
  }),
  accept('FlushMaxPipelined', {
    contexts: servers,
    help: 'Maximum number of pipelined responses (pending) above which they are flushed to the network',
    example: '5',
  }),
  accept('ReadBufferSize', {
    contexts: serverFiles,
    help: 'Size (in bytes) of the memory buffers used to read data',
    example: '8192',
  }),
];

const files: readonly CoreDirective[] = [
  acceptSwitch('EnableMMAP', ['on', 'off'], "parameter must be 'on' or 'off'", {
    contexts: everywhere,
    override: 'FileInfo',
    help: 'Controls whether memory-mapping may be used to read files',
    example: 'Off',
  }),
  acceptSwitch('EnableSendfile', ['on', 'off'], "parameter must be 'on' or 'off'", {
    contexts: everywhere,
    override: 'FileInfo',
    help: 'Controls whether sendfile may be used to transmit files',
    example: 'On',
  }),
  acceptSwitch('HostnameLookups', ['on', 'off', 'double'], "parameter must be 'on', 'off', or 'double'", {
    contexts: serverFiles,
    help: '"on" to enable, "off" to disable reverse DNS lookups, or "double" to enable double-reverse DNS lookups',
    example: 'Off',
  }),
  accept('ContentDigest', {
    args: 'flag',
    contexts: everywhere,
    override: 'Options',
    help: 'whether or not to send a Content-MD5 header with each request',
    example: 'Off',
  }),
  accept('DefaultType', {
    contexts: everywhere,
    override: 'FileInfo',
    help: 'the default media type for otherwise untyped files (DEPRECATED)',
    example: 'none',
  }),
  accept('NameVirtualHost', { help: 'A numeric IP address:port, or the name of a host', example: '*:80' }),
  accept('RegexDefaultOptions', {
    args: 'takeArgv',
    help: "default options for regexes (prefixed by '+' to add, '-' to del)",
    example: '+DOLLAR_ENDONLY',
  }),
  accept('QualifyRedirectURL', {
    args: 'flag',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'Controls whether the REDIRECT_URL environment variable is fully qualified',
    example: 'Off',
  }),
  accept('CGIVar', {
    args: 'take2',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'Controls how some CGI variables are set',
    example: 'REQUEST_URI original-uri',
  }),
  ...(
    [
      ['RLimitCPU', 'Soft/hard limits for max CPU usage in seconds'],
      ['RLimitMEM', 'Soft/hard limits for max memory usage per process'],
      ['RLimitNPROC', 'soft/hard limits for max number of processes per uid'],
    ] as const
  ).map(([name, help]) =>
    accept(name, { args: 'take12', contexts: everywhere, override: 'All', help, example: 'max' }),
  ),
  accept('LoadFile', {
    args: 'iterate',
    help: 'shared object file or library to load into the server at runtime',
    example: '/usr/lib/libxml2.so.2',
  }),
];

export const acceptedDirectives: readonly CoreDirective[] = [...processes, ...sockets, ...files];
