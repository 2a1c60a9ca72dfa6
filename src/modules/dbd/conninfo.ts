// DBDParams of the pgsql driver: libpq's `keyword=value` text, or a postgresql:// URI, as settings of the pg package.

import { userInfo } from 'node:os';
import type { ClientConfig } from 'pg';

/** Where Debian's PostgreSQL waits, which is where Debian's libpq looks when no host is given. */
const SOCKET_FOLDER = '/var/run/postgresql';

/** How long a connection may take that has no connect_timeout of its own, milliseconds: a request waits for it. */
const CONNECT_TIMEOUT = 10_000;

/** Words of libpq that mean nothing here, accepted for the sake of lines that have them. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'channel_binding',
  'fallback_application_name',
  'gssencmode',
  'keepalives_interval',
  'keepalives_count',
  'krbsrvname',
  'service',
  'sslcompression',
  'target_session_attrs',
  'tcp_user_timeout',
]);

/** Reads the settings; throws an Error with libpq's sentence. */
export function readConninfo(text: string): ClientConfig {
  if (/^postgres(?:ql)?:\/\//.test(text)) return { ...defaults(), connectionString: text };
  const settings: ClientConfig = defaults();
  for (const [name, value] of splitConninfo(text)) setOne(settings, name, value);
  return settings;
}

function defaults(): ClientConfig {
  return { connectionTimeoutMillis: CONNECT_TIMEOUT, host: SOCKET_FOLDER, user: userName() };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

function splitConninfo(text: string): [string, string][] {
  const pairs: [string, string][] = [];
  const pair = /\s*([^\s=]+)(?:\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s\\']|\\.)*)))?(?=\s|$)/gy;
  let end = 0;
  for (const found of text.matchAll(pair)) {
    const [whole, name = '', quoted, plain] = found;
    if (quoted === undefined && plain === undefined)
      throw new Error(`missing "=" after "${name}" in connection info string`);
    pairs.push([name, (quoted ?? plain ?? '').replace(/\\(.)/g, '$1')]);
    end = found.index + whole.length;
  }
  if (text.slice(end).trim() !== '') throw new Error('unterminated quoted string in connection info string');
  return pairs;
}

function setOne(settings: ClientConfig, name: string, value: string): void {
  switch (name) {
    case 'host':
    case 'hostaddr':
      settings.host = value;
      break;
    case 'port':
      settings.port = Number(value);
      break;
    case 'dbname':
      settings.database = value;
      break;
    case 'user':
    case 'password':
    case 'options':
    case 'application_name':
    case 'client_encoding':
      settings[name] = value;
      break;
    case 'connect_timeout':
      if (Number(value) > 0) settings.connectionTimeoutMillis = Number(value) * 1000;
      break;
    case 'keepalives':
      settings.keepAlive = value !== '0';
      break;
    case 'sslmode':
      settings.ssl = sslOf(value);
      break;
    default:
      if (!WITHOUT_EFFECT.has(name)) throw new Error(`invalid connection option "${name}"`);
  }
}

/** Encrypted from `require` on; certificates are checked where `verify` says so. */
function sslOf(mode: string): ClientConfig['ssl'] {
  switch (mode) {
    case 'disable':
    case 'allow':
    case 'prefer':
      return false;
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-ca':
      return { rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { rejectUnauthorized: true };
    default:
      throw new Error(`invalid sslmode value: "${mode}"`);
  }
}
