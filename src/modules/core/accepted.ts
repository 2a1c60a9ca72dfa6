// Directives that speak of how Apache's processes, memory and sockets work. They are accepted, so that a stock
// configuration can be used as it is, and have no effect: portico has none of what they speak of.

import type { Context, Override } from '../../conf/context.ts';
import type { Directive } from '../../conf/directive.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import type { CoreDirConfig, CoreServerConfig } from '../../request/core-config.ts';
import { everywhere, mainServer, serverFiles, servers } from '../contexts.ts';

type CoreDirective = Directive<CoreServerConfig, CoreDirConfig>;

interface Entry {
  /** Why it does nothing here. */
  readonly noEffect: string;
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

/** The same reason for all entries of a table: name, help, example, and what differs from one argument in the main server. */
type Row = readonly [name: string, help: string, example: string, more?: Partial<Entry>];

function acceptAll(noEffect: string, rows: readonly Row[]): readonly CoreDirective[] {
  return rows.map(([name, help, example, more]) => accept(name, { noEffect, help, example, ...more }));
}

/** The MPMs' own, of event, worker and prefork. */
const mpm: readonly CoreDirective[] = [
  ...acceptAll('portico serves with one process, which needs no spare ones', [
    ['StartServers', 'Number of child processes launched at server startup', '2'],
    ['ServerLimit', 'Maximum number of child processes for this run of Apache', '16'],
    ['MinSpareThreads', 'Minimum number of idle threads, to handle request spikes', '25'],
    ['MaxSpareThreads', 'Maximum number of idle threads', '75'],
    ['MinSpareServers', 'Minimum number of idle children, to handle request spikes', '5'],
    ['MaxSpareServers', 'Maximum number of idle children', '10'],
    ['ThreadsPerChild', 'Number of threads each child creates', '25'],
    [
      'ThreadLimit',
      'Maximum number of worker threads per child process for this run of Apache - Upper limit for ThreadsPerChild',
      '64',
    ],
    ['AsyncRequestWorkerFactor', 'How many additional connects will be accepted per idle worker thread', '2'],
    [
      'ListenCoresBucketsRatio',
      'Ratio between the number of CPU cores (online) and the number of listeners buckets',
      '0',
    ],
    [
      'MaxRequestsPerChild',
      'Maximum number of connections a particular child serves before dying. (DEPRECATED, use MaxConnectionsPerChild)',
      '0',
    ],
    ['MaxConnectionsPerChild', 'Maximum number of connections a particular child serves before dying.', '0'],
    ['ThreadStackSize', 'Size in bytes of stack used by threads handling client connections', '65536'],
    ['MaxMemFree', "Maximum number of 1k blocks a particular child's allocator may hold.", '2048'],
  ]),
  ...acceptAll('Node.js leaves the size of these buffers to the system', [
    ['SendBufferSize', 'Send buffer size in bytes', '0'],
    ['ReceiveBufferSize', 'Receive buffer size in bytes', '0'],
  ]),
  ...acceptAll('the system decides what a crash leaves behind', [
    ['CoreDumpDirectory', 'The location of the directory Apache changes to before dumping core', '/tmp'],
    ['EnableExceptionHook', 'Controls whether exception hook may be called after a crash', 'Off'],
  ]),
  ...acceptAll('one process shares nothing with others', [
    ['DefaultRuntimeDir', 'Common directory for run-time files (shared memory, locks, etc.)', '/tmp'],
    [
      'ScoreBoardFile',
      'A file for Apache to maintain runtime process management information',
      'run/scoreboard',
    ],
    ['Mutex', 'mutex (or "default") and mechanism', 'file:/tmp default', { args: 'takeArgv' }],
    ['WatchdogInterval', 'Watchdog interval in seconds', '1'],
  ]),
];

const sockets: readonly CoreDirective[] = [
  ...acceptAll('Node.js takes connections as they come', [
    ['AcceptFilter', 'Set the Accept Filter to use for a protocol', 'http none', { args: 'take2' }],
    ['ListenTCPDeferAccept', 'Sets timeout in seconds for TCP_DEFER_ACCEPT on all listening sockets', '0'],
  ]),
  ...acceptAll('portico speaks HTTP/1.1 and HTTP/1.0, and chooses between no others', [
    ['Protocol', 'Set the Protocol for httpd to use.', 'http', { contexts: servers }],
    ['Protocols', 'Controls which protocols are allowed', 'http/1.1', { args: 'iterate', contexts: servers }],
    [
      'ProtocolsHonorOrder',
      "'off' (default) or 'on' to respect given order of protocols, by default the client specified order determines selection",
      'On',
      { contexts: servers },
    ],
  ]),
  ...acceptAll('trailers of a request are read and left out, as with Off', [
    [
      'MergeTrailers',
      'merge request trailers into request headers or not',
      'Off',
      { args: 'flag', contexts: servers },
    ],
  ]),
  ...acceptAll('answers are sent as fast as the client reads', [
    [
      'FlushMaxThreshold',
      'Maximum threshold above which pending data are flushed to the network',
      '65536',
      { contexts: servers },
    ],
    [
      'FlushMaxPipelined',
      'Maximum number of pipelined responses (pending) above which they are flushed to the network',
      '5',
      { contexts: servers },
    ],
    [
      'ReadBufferSize',
      'Size (in bytes) of the memory buffers used to read data',
      '8192',
      { contexts: serverFiles },
    ],
  ]),
];

const FILES_ARE_READ = 'files are read, neither mapped nor handed to the system';

const files: readonly CoreDirective[] = [
  acceptSwitch('EnableMMAP', ['on', 'off'], "parameter must be 'on' or 'off'", {
    noEffect: FILES_ARE_READ,
    contexts: everywhere,
    override: 'FileInfo',
    help: 'Controls whether memory-mapping may be used to read files',
    example: 'Off',
  }),
  acceptSwitch('EnableSendfile', ['on', 'off'], "parameter must be 'on' or 'off'", {
    noEffect: FILES_ARE_READ,
    contexts: everywhere,
    override: 'FileInfo',
    help: 'Controls whether sendfile may be used to transmit files',
    example: 'On',
  }),
  acceptSwitch('HostnameLookups', ['on', 'off', 'double'], "parameter must be 'on', 'off', or 'double'", {
    noEffect: 'logs and scripts see addresses; names are looked up for Require host alone',
    contexts: serverFiles,
    help: '"on" to enable, "off" to disable reverse DNS lookups, or "double" to enable double-reverse DNS lookups',
    example: 'Off',
  }),
  ...acceptAll('Content-MD5 has gone from HTTP (RFC 7231)', [
    [
      'ContentDigest',
      'whether or not to send a Content-MD5 header with each request',
      'Off',
      { args: 'flag', contexts: everywhere, override: 'Options' },
    ],
  ]),
  ...acceptAll('names decide between virtual hosts without it, as in Apache', [
    ['NameVirtualHost', 'A numeric IP address:port, or the name of a host', '*:80'],
  ]),
  ...acceptAll("patterns are read as PCRE reads them with Apache's own defaults", [
    [
      'RegexDefaultOptions',
      "default options for regexes (prefixed by '+' to add, '-' to del)",
      '+DOLLAR_ENDONLY',
      { args: 'takeArgv' },
    ],
  ]),
  ...acceptAll('Node.js cannot limit what it starts; use ulimit or the service manager', [
    [
      'RLimitCPU',
      'Soft/hard limits for max CPU usage in seconds',
      'max',
      { args: 'take12', contexts: everywhere, override: 'All' },
    ],
    [
      'RLimitMEM',
      'Soft/hard limits for max memory usage per process',
      'max',
      { args: 'take12', contexts: everywhere, override: 'All' },
    ],
    [
      'RLimitNPROC',
      'soft/hard limits for max number of processes per uid',
      'max',
      { args: 'take12', contexts: everywhere, override: 'All' },
    ],
  ]),
];

/** Apache ignores it, too, unless it says what is so without it. */
const defaultType: CoreDirective = {
  ...accept('DefaultType', {
    noEffect: 'as in Apache: a file without a type has none',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'the default media type for otherwise untyped files (DEPRECATED)',
    example: 'none',
  }),
  set(cmd, type = '') {
    if (lowerAscii(type) !== 'none')
      cmd.warn(`Ignoring deprecated use of DefaultType in line ${cmd.place.line} of ${cmd.place.file}.`);
    return undefined;
  },
};

export const acceptedDirectives: readonly CoreDirective[] = [...mpm, ...sockets, ...files, defaultType];
