// The directives of mod_dbd.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { servers } from '../contexts.ts';
import type { DbdServer } from './config.ts';
import { driverNames, findDriver, isInstalled } from './drivers.ts';

type DbdDirective = Directive<DbdServer, undefined>;

function setDriver(cmd: Command<DbdServer>, name: string): DirectiveError | undefined {
  const driver = findDriver(name);
  const message = `Can't load driver file apr_dbd_${name}.so`;
  if (driver === undefined) return { message, hint: `the drivers are ${driverNames.join(' and ')}` };
  if (!isInstalled(driver.package))
    return {
      message,
      why: `the driver ${name} works through the npm package ${driver.package}, which is not installed`,
      hint: `npm install ${driver.package}`,
    };
  cmd.config.driver = name;
  return undefined;
}

/** Notes SQL under a label; the labels of maps and of DBDPrepareSQL are the same names. */
export function addStatement(cmd: Command, config: DbdServer, label: string, sql: string): void {
  const before = config.statements.get(label);
  if (before !== undefined && before !== '' && sql !== '')
    cmd.warn(`AH02653: conflicting SQL statements with label ${label}`, { why: 'The later one is used.' });
  config.statements.set(label, sql);
}

type CountField = 'min' | 'keep' | 'max' | 'exptime';

interface CountSpec {
  readonly name: string;
  readonly field: CountField;
  readonly standard: number;
  readonly help: string;
}

function count({ name, field, standard, help }: CountSpec): DbdDirective {
  return {
    name,
    args: 'take1',
    contexts: servers,
    default: `${name} ${standard}`,
    help,
    example: `${name} ${standard}`,
    set(cmd, text = '') {
      if (!/^[0-9]{1,9}$/.test(text)) return 'Argument must be numeric!';
      cmd.config[field] = Number(text);
      return undefined;
    },
  };
}

export const directives: readonly DbdDirective[] = [
  {
    name: 'DBDriver',
    args: 'take1',
    contexts: servers,
    help: `SQL Driver: ${driverNames.join(' or ')}`,
    example: 'DBDriver sqlite3',
    set: (cmd, name = '') => setDriver(cmd, name),
  },
  {
    name: 'DBDParams',
    args: 'take1',
    contexts: servers,
    help: 'SQL Driver Params: the file of an sqlite3 database; for pgsql "host=… dbname=… user=…", as libpq takes it',
    example: 'DBDParams "host=127.0.0.1 dbname=site user=site"',
    set(cmd, text = '') {
      cmd.config.params = text;
      return undefined;
    },
  },
  {
    name: 'DBDPersist',
    args: 'flag',
    contexts: servers,
    default: 'DBDPersist On',
    help: 'Use persistent connection/pool',
    example: 'DBDPersist Off',
    set(cmd, state) {
      cmd.config.persist = state === 'on';
      return undefined;
    },
  },
  {
    name: 'DBDPrepareSQL',
    args: 'take12',
    contexts: servers,
    help: 'SQL statement to prepare (or nothing, to override statement inherited from main server) and label',
    example: 'DBDPrepareSQL "SELECT target FROM moved WHERE source = %s" moved',
    set(cmd, first = '', second?: string) {
      const [sql, label] = second === undefined ? ['', first] : [first, second];
      addStatement(cmd, cmd.config, label, sql);
      return undefined;
    },
  },
  {
    name: 'DBDInitSQL',
    args: 'take1',
    contexts: servers,
    help: 'SQL statement to be executed after connection is created',
    example: 'DBDInitSQL "SET search_path TO site"',
    set(cmd, sql = '') {
      if (sql === '' || sql.startsWith('\n')) return 'You should specify SQL statement';
      cmd.config.initSql = [...cmd.config.initSql, sql];
      return undefined;
    },
  },
  count({ name: 'DBDMin', field: 'min', standard: 1, help: 'Minimum number of connections' }),
  count({ name: 'DBDKeep', field: 'keep', standard: 2, help: 'Maximum number of sustained connections' }),
  count({ name: 'DBDMax', field: 'max', standard: 10, help: 'Maximum number of connections' }),
  count({
    name: 'DBDExptime',
    field: 'exptime',
    standard: 300,
    help: 'Keepalive time for idle connections',
  }),
];
