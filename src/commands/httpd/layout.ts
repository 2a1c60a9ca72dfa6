// Where httpd keeps its configuration when nobody says: the layouts of Debian, Red Hat, FreeBSD and the ASF.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface Layout {
  /** HTTPD_ROOT */
  readonly serverRoot: string;
  /** SERVER_CONFIG_FILE, under it. */
  readonly confFile: string;
  /** What is served where no DocumentRoot line stands; under it, too, unless absolute. */
  readonly documentRoot: string;
}

const ASF: Layout = {
  serverRoot: '/usr/local/apache2',
  confFile: 'conf/httpd.conf',
  documentRoot: 'htdocs',
};

const LAYOUTS: readonly Layout[] = [
  { serverRoot: '/etc/apache2', confFile: 'apache2.conf', documentRoot: '/var/www/html' },
  { serverRoot: '/etc/httpd', confFile: 'conf/httpd.conf', documentRoot: '/var/www/html' },
  ASF,
  {
    serverRoot: '/usr/local',
    confFile: 'etc/apache24/httpd.conf',
    documentRoot: '/usr/local/www/apache24/data',
  },
];

/** The first that is there; else the ASF's. */
export function findLayout(): Layout {
  return LAYOUTS.find(({ serverRoot, confFile }) => existsSync(join(serverRoot, confFile))) ?? ASF;
}

/** Where the server's process id and its errors go when no line says so. */
export const DEFAULT_PID_FILE = 'logs/httpd.pid';
export const DEFAULT_ERROR_LOG = 'logs/error_log';
