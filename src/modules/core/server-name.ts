// Who a server is: ServerName, ServerAlias, ServerAdmin, and the names it answers by in URLs and pages.

import type { Directive } from '../../conf/directive.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import { compileWildcard } from '../../kit/glob.ts';
import type { CoreDirConfig, CoreServerConfig } from '../../request/core-config.ts';
import { everywhere, serverFiles, servers } from '../contexts.ts';

type CoreDirective = Directive<CoreServerConfig, CoreDirConfig>;

/** `[scheme://]host[:port]` in its parts, or Apache's sentence for what is wrong. */
function readServerName(arg: string): { scheme?: string; host: string; port?: number } | string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(arg);
  const rest = arg.slice(scheme?.[0].length ?? 0).replace(/\/.*$/s, '');
  if (rest.startsWith('['))
    return `Invalid ServerName "${arg}" use ServerAlias to set multiple server names.`;
  const colon = rest.indexOf(':');
  const named = scheme ? { scheme: lowerAscii(scheme[1]!) } : {};
  if (colon < 0) return { ...named, host: rest };
  const port = /^[0-9]{1,5}$/.test(rest.slice(colon + 1)) ? Number(rest.slice(colon + 1)) : 0;
  if (port < 1 || port > 65535)
    return `The port number "${arg}" is outside the appropriate range (i.e., 1..65535).`;
  return { ...named, host: rest.slice(0, colon), port };
}

export const serverNameDirectives: readonly CoreDirective[] = [
  {
    name: 'ServerName',
    args: 'take1',
    contexts: servers,
    help: 'The hostname and port of the server',
    example: 'ServerName www.example.com:80',
    set(cmd, arg = '') {
      const name = readServerName(arg);
      if (typeof name === 'string') return name;
      cmd.config.serverName = name.host;
      cmd.config.serverPort = name.port ?? 0;
      if (name.scheme !== undefined) cmd.config.serverScheme = name.scheme;
      return undefined;
    },
  },
  {
    name: 'ServerAlias',
    args: 'takeArgv',
    contexts: ['virtual host'],
    help: 'A name or names alternately used to access the server',
    example: 'ServerAlias example.com *.example.com',
    set(cmd, ...names) {
      for (const name of names.map((word) => lowerAscii(word ?? ''))) {
        if (/[*?]/.test(name)) {
          cmd.config.wildAliases.push(compileWildcard(name));
          cmd.config.wildAliasTexts = [...(cmd.config.wildAliasTexts ?? []), name];
        } else cmd.config.aliases.push(name);
      }
      return undefined;
    },
  },
  {
    name: 'ServerPath',
    args: 'take1',
    contexts: ['virtual host'],
    help: 'The pathname the server can be reached at',
    noEffect: 'clients that send no Host field get the first virtual host',
    example: 'ServerPath /sub/',
    set: () => undefined,
  },
  {
    name: 'ServerAdmin',
    args: 'take1',
    contexts: servers,
    help: 'The email address of the server administrator',
    example: 'ServerAdmin webmaster@example.com',
    set(cmd, address) {
      if (address !== undefined) cmd.config.serverAdmin = address;
      return undefined;
    },
  },
  {
    name: 'ServerSignature',
    args: 'take1',
    contexts: everywhere,
    override: 'All',
    default: 'Off',
    help: 'En-/disable server signature (on|off|email)',
    example: 'ServerSignature On',
    set(cmd, arg = '') {
      const value = lowerAscii(arg);
      if (value !== 'on' && value !== 'off' && value !== 'email')
        return 'ServerSignature: use one of: off | on | email';
      cmd.dir.serverSignature = value;
      return undefined;
    },
  },
  {
    name: 'UseCanonicalName',
    args: 'take1',
    contexts: serverFiles,
    default: 'Off',
    help: 'How to work out the ServerName : Port when constructing URLs',
    example: 'UseCanonicalName On',
    set(cmd, arg = '') {
      const value = lowerAscii(arg);
      if (value !== 'on' && value !== 'off' && value !== 'dns')
        return "parameter must be 'on', 'off', or 'dns'";
      cmd.dir.useCanonicalName = value;
      return undefined;
    },
  },
  {
    name: 'UseCanonicalPhysicalPort',
    args: 'take1',
    contexts: serverFiles,
    default: 'Off',
    help: 'Whether to use the physical Port when constructing URLs',
    example: 'UseCanonicalPhysicalPort On',
    set(cmd, arg = '') {
      const value = lowerAscii(arg);
      if (value !== 'on' && value !== 'off') return "parameter must be 'on' or 'off'";
      cmd.dir.useCanonicalPhysicalPort = value === 'on';
      return undefined;
    },
  },
];
