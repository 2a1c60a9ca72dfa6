// Where a server's files are, and how URL paths are read: DocumentRoot, AccessFileName, slashes.

import type { Directive } from '../../conf/directive.ts';
import type { ConfIo } from '../../conf/io.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import type { CoreDirConfig, CoreServerConfig } from '../../request/core-config.ts';
import { mainServer, servers } from '../contexts.ts';

function isDirectory(io: ConfIo, path: string): boolean {
  try {
    return io.stat(path)?.kind === 'directory';
  } catch {
    return false;
  }
}

export const pathDirectives: readonly Directive<CoreServerConfig, CoreDirConfig>[] = [
  {
    name: 'DocumentRoot',
    args: 'take1',
    contexts: servers,
    help: 'Root directory of the document tree',
    example: 'DocumentRoot /',
    set(cmd, arg = '') {
      const path = cmd.resolve(arg);
      if (!cmd.io.assumesDocumentRoots && !isDirectory(cmd.io, path))
        return `DocumentRoot '${arg}' is not a directory, or is not readable`;
      cmd.config.documentRoot = path;
      return undefined;
    },
  },
  {
    name: 'AccessFileName',
    args: 'takeArgv',
    contexts: servers,
    default: '.htaccess',
    help: 'Name(s) of per-directory config files (default: .htaccess)',
    example: 'AccessFileName .htaccess .acl',
    set(cmd, ...names) {
      cmd.config.accessFileNames = names.filter((name) => name !== undefined);
      return undefined;
    },
  },
  {
    name: 'AllowEncodedSlashes',
    args: 'take1',
    contexts: servers,
    default: 'Off',
    help: "Allow URLs containing '/' encoded as '%2F'",
    example: 'AllowEncodedSlashes NoDecode',
    set(cmd, arg = '') {
      const value = lowerAscii(arg);
      if (value !== 'on' && value !== 'off' && value !== 'nodecode')
        return 'AllowEncodedSlashes must be On, Off, or NoDecode';
      cmd.config.allowEncodedSlashes = value;
      return undefined;
    },
  },
  {
    name: 'MergeSlashes',
    args: 'flag',
    contexts: servers,
    default: 'On',
    help: 'Controls whether consecutive slashes in the URI path are merged',
    example: 'MergeSlashes Off',
    set(cmd, value) {
      cmd.config.mergeSlashes = value === 'on';
      return undefined;
    },
  },
  {
    name: 'User',
    args: 'take1',
    contexts: mainServer,
    help: 'Effective user id for this server',
    example: 'User www-data',
    set(cmd, user) {
      if (user !== undefined) cmd.config.user = user;
      return undefined;
    },
  },
  {
    name: 'Group',
    args: 'take1',
    contexts: mainServer,
    help: 'Effective group id for this server',
    example: 'Group www-data',
    set(cmd, group) {
      if (group !== undefined) cmd.config.group = group;
      return undefined;
    },
  },
  {
    name: 'ChrootDir',
    args: 'take1',
    contexts: mainServer,
    help: 'The directory to chroot(2) into',
    example: '<IfDefine Chroot>\nChrootDir /srv/jail\n</IfDefine>',
    set: () => ({
      message: 'portico cannot change its root directory',
      hint: 'Start it inside of the directory: with chroot(8), RootDirectory= of systemd, or in a container.',
    }),
  },
  {
    name: 'Suexec',
    args: 'flag',
    contexts: mainServer,
    default: 'Off',
    help: 'Enable or disable suEXEC support',
    example: 'Suexec Off',
    set: (_cmd, value) =>
      value === 'on'
        ? {
            message: "suEXEC isn't supported: scripts run as the user of the server",
            hint: 'Give each user an application server of their own, and pass requests on with ProxyPass.',
          }
        : undefined,
  },
  {
    name: 'PidFile',
    args: 'take1',
    contexts: mainServer,
    help: 'A file for logging the server process ID',
    example: 'PidFile run/portico.pid',
    set(cmd, path = '') {
      cmd.config.pidFile = cmd.resolve(path);
      return undefined;
    },
  },
];
