// The settings of mod_proxy that are one value each.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { equalsIgnoreCase } from '../../kit/ascii.ts';
import { serverFiles, servers } from '../contexts.ts';
import type { ProxyDirConfig, ProxyServerConfig } from './config.ts';
import { leadingInteger } from './duration.ts';

type ProxyCommand = Command<ProxyServerConfig, ProxyDirConfig>;
type ProxyDirective = Directive<ProxyServerConfig, ProxyDirConfig>;

/** One of several words, without case; undefined when it is none of them. */
function choose<W extends string>(word: string | undefined, words: readonly W[]): W | undefined {
  return words.find((choice) => word !== undefined && equalsIgnoreCase(choice, word));
}

type DirFlag = 'preserveHost' | 'addHeaders' | 'interpolateEnv' | 'forward100Continue';

function dirFlag(name: string, key: DirFlag, details: { help: string; default: string }): ProxyDirective {
  return {
    name,
    contexts: serverFiles,
    args: 'flag',
    ...details,
    example: `${name} On`,
    set: (cmd, value) => {
      cmd.dir[key] = value === 'on';
      return undefined;
    },
  };
}

/** On, Off, and behind On the statuses, on one line or several. */
function setErrorOverride(cmd: ProxyCommand, word: string): DirectiveError | undefined {
  const before = cmd.dir.errorOverride;
  const mode = choose(word, ['on', 'off']);
  if (mode !== undefined) {
    cmd.dir.errorOverride = { on: mode === 'on', codes: before?.codes ?? new Set() };
    return undefined;
  }
  if (before === undefined) return 'ProxyErrorOverride first parameter must be one of: off | on';
  if (!/^[0-9]/.test(word)) return 'ProxyErrorOverride: status codes to intercept must be numeric';
  if (!before.on) return "ProxyErrorOverride: status codes must follow a value of 'on'";
  const code = leadingInteger(word);
  if (code < 400 || code >= 600) {
    return 'ProxyErrorOverride: status codes to intercept must be valid HTTP Status Codes >=400 && <600';
  }
  cmd.dir.errorOverride = { on: true, codes: new Set([...before.codes, code]) };
  return undefined;
}

function setTimeout(cmd: ProxyCommand, value: string | undefined): DirectiveError | undefined {
  const seconds = leadingInteger(value ?? '');
  if (seconds < 1) return 'Proxy Timeout must be at least 1 second.';
  if (!/^\s*\+?[0-9]+s?$/i.test(value ?? '')) {
    cmd.warn(
      `ProxyTimeout counts seconds, and does not read the unit of ${value}: these are ${seconds} seconds`,
      {
        code: 'conf/no-effect',
        hint: 'write the number of seconds alone',
      },
    );
  }
  cmd.config.timeout = seconds * 1000;
  return undefined;
}

function setBufferSize(
  cmd: ProxyCommand,
  value: string | undefined,
  key: 'ioBufferSize' | 'receiveBufferSize',
): DirectiveError | undefined {
  const size = leadingInteger(value ?? '');
  if (size < 512 && size !== 0) return `${cmd.name} must be >= 512 bytes, or 0 for system default.`;
  cmd.config[key] = size;
  return undefined;
}

function refuseForwardProxy(value: string | undefined): DirectiveError | undefined {
  if (value !== 'on') return undefined;
  return {
    message:
      'ProxyRequests On is not supported: portico is a reverse proxy and never forwards to hosts that a client names',
    why: 'an open forward proxy lets anybody who can reach it reach everything that this machine can reach',
    hint:
      'remove the line, or write ProxyRequests Off. To pass requests on to servers of your own, write ProxyPass "/" ' +
      '"http://127.0.0.1:8000/" (or RewriteRule with [P]), which does not need it; to reach them through a proxy, add ProxyRemote',
  };
}

export const plainDirectives: readonly ProxyDirective[] = [
  {
    name: 'ProxyRequests',
    contexts: servers,
    args: 'flag',
    default: 'ProxyRequests Off',
    help: 'on if the true proxy requests should be accepted',
    example: 'ProxyRequests Off',
    set: (_cmd, value) => refuseForwardProxy(value),
  },
  dirFlag('ProxyPreserveHost', 'preserveHost', {
    help: 'on if we should preserve host header while proxying',
    default: 'ProxyPreserveHost Off',
  }),
  dirFlag('ProxyAddHeaders', 'addHeaders', {
    help: 'on if X-Forwarded-* headers should be added or completed',
    default: 'ProxyAddHeaders On',
  }),
  dirFlag('ProxyPassInterpolateEnv', 'interpolateEnv', {
    help: 'Interpolate Env Vars in reverse Proxy',
    default: 'ProxyPassInterpolateEnv Off',
  }),
  dirFlag('Proxy100Continue', 'forward100Continue', {
    help: 'on if 100-Continue should be forwarded to the origin server, off if the proxy should handle it by itself',
    default: 'Proxy100Continue On',
  }),
  {
    name: 'ProxyErrorOverride',
    contexts: serverFiles,
    args: 'iterate',
    default: 'ProxyErrorOverride Off',
    help: "use our error handling pages instead of the servers' we are proxying",
    example: 'ProxyErrorOverride On 404 503',
    set: (cmd, word = '') => setErrorOverride(cmd, word),
  },
  {
    name: 'ProxyVia',
    contexts: servers,
    args: 'take1',
    default: 'ProxyVia Off',
    help: 'Configure Via: proxy header header to one of: on | off | block | full',
    example: 'ProxyVia On',
    set: (cmd, value) => {
      const mode = choose(value, ['off', 'on', 'full', 'block']);
      if (mode === undefined) return 'ProxyVia must be one of: off | on | full | block';
      cmd.config.via = mode;
      return undefined;
    },
  },
  {
    name: 'ProxyTimeout',
    contexts: servers,
    args: 'take1',
    help: 'Set the timeout (in seconds) for a proxied connection. This overrides the server timeout',
    example: 'ProxyTimeout 30',
    set: (cmd, value) => setTimeout(cmd, value),
  },
  {
    name: 'ProxyBadHeader',
    contexts: servers,
    args: 'take1',
    default: 'ProxyBadHeader IsError',
    help: 'How to handle bad header line in response: IsError | Ignore | StartBody',
    example: 'ProxyBadHeader Ignore',
    set: (cmd, value) => {
      const mode = choose(value, ['IsError', 'Ignore', 'StartBody']);
      if (mode === undefined) return 'ProxyBadHeader must be one of: IsError | Ignore | StartBody';
      cmd.config.badHeader = mode;
      return undefined;
    },
  },
  {
    name: 'ProxyMaxForwards',
    contexts: servers,
    args: 'take1',
    default: 'ProxyMaxForwards -1',
    help: 'The maximum number of proxies a request may be forwarded through',
    example: 'ProxyMaxForwards 15',
    set: (cmd, value) => {
      cmd.config.maxForwards = leadingInteger(value ?? '');
      return undefined;
    },
  },
  {
    name: 'ProxyIOBufferSize',
    contexts: servers,
    args: 'take1',
    default: 'ProxyIOBufferSize 8192',
    help: 'IO buffer size for outgoing HTTP and FTP connections in bytes',
    noEffect: 'what has come from a backend is passed on as it comes, whatever its size',
    example: 'ProxyIOBufferSize 16384',
    set: (cmd, value) => setBufferSize(cmd, value, 'ioBufferSize'),
  },
  {
    name: 'ProxyReceiveBufferSize',
    contexts: servers,
    args: 'take1',
    default: 'ProxyReceiveBufferSize 0',
    help: 'Receive buffer size for outgoing HTTP and FTP connections in bytes',
    noEffect: 'Node.js cannot set the receive buffer of a TCP connection; the system sizes it by itself',
    example: 'ProxyReceiveBufferSize 4096',
    set: (cmd, value) => setBufferSize(cmd, value, 'receiveBufferSize'),
  },
  {
    name: 'ProxyPassInherit',
    contexts: servers,
    args: 'flag',
    default: 'ProxyPassInherit On',
    help: 'on if this server should inherit all ProxyPass directives defined in the main server',
    example: 'ProxyPassInherit Off',
    set: (cmd, value) => {
      cmd.config.passInherit = value === 'on';
      return undefined;
    },
  },
  {
    name: 'ProxyStatus',
    contexts: servers,
    args: 'take1',
    default: 'ProxyStatus Off',
    help: 'Configure Status: proxy status to one of: on | off | full; what server-status says of balancers',
    example: 'ProxyStatus On',
    set: (cmd, value) => {
      const mode = choose(value, ['off', 'on', 'full']);
      if (mode === undefined) return 'ProxyStatus must be one of: off | on | full';
      cmd.config.status = mode;
      return undefined;
    },
  },
];
