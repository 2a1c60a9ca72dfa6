// php_value and its kin, the directives of mod_php: collected per section and handed to PHP-FPM, which knows them as the
// parameters PHP_VALUE and PHP_ADMIN_VALUE. differs: "php_value and its kin".

import type { Command } from '../../../conf/command.ts';
import type { Directive, DirectiveError } from '../../../conf/directive.ts';
import { lowerAscii } from '../../../kit/ascii.ts';
import { everywhere, serverFiles } from '../../contexts.ts';
import type { FcgiConfig, PhpSettings } from './config.ts';
import { isSystemSetting } from './php-system-settings.ts';

type Kind = keyof PhpSettings;

const NONE: ReadonlyMap<string, string> = new Map();

/** A value as PHP's configuration parser reads it back unchanged: nothing in it is a comment, a constant or a variable. */
function quote(value: string): string {
  const pieces = value.match(/'+|[^']+/g) ?? [''];
  return pieces
    .map((piece) => (piece === '' || piece.startsWith("'") ? `"${piece}"` : `'${piece}'`))
    .join('');
}

/** The text of PHP_VALUE or PHP_ADMIN_VALUE: one setting a line, behind what the environment has under that name. */
export function phpSettingsText(
  settings: ReadonlyMap<string, string>,
  given: string | undefined,
): string | undefined {
  if (settings.size === 0) return given;
  const lines = [...settings].map(([name, value]) => `${name}=${quote(value)}`);
  return [...(given === undefined ? [] : [given]), ...lines].join('\n');
}

function store(cmd: Command<undefined, FcgiConfig>, kind: Kind, name: string, value: string): undefined {
  const known = cmd.dir.php ?? { user: NONE, admin: NONE };
  cmd.dir.php = { ...known, [kind]: new Map([...known[kind], [name, value]]) };
  return undefined;
}

function setSetting(
  cmd: Command<undefined, FcgiConfig>,
  kind: Kind,
  name: string,
  value: string,
): DirectiveError | undefined {
  if (!/^[A-Za-z0-9_.-]+$/.test(name)) return `${cmd.name}: '${name}' is not the name of a PHP setting`;
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) return `${cmd.name}: the value contains a control character`;
  if (kind === 'user' && isSystemSetting(name)) {
    cmd.warn(
      `${cmd.name} ${name} has no effect: PHP takes this setting from php_admin_value or php.ini only`,
      {
        code: 'conf/no-effect',
      },
    );
    return undefined;
  }
  return store(cmd, kind, name, value);
}

/** mod_php: `none` is an empty value. */
function readValue(word: string): string {
  return lowerAscii(word) === 'none' ? '' : word;
}

function readFlag(word: string): string {
  return lowerAscii(word) === 'on' || word === '1' ? '1' : '0';
}

interface Shape {
  readonly name: string;
  readonly kind: Kind;
  readonly read: (word: string) => string;
  readonly help: string;
  readonly example: string;
}

function phpDirective({ name, kind, read, help, example }: Shape): Directive<undefined, FcgiConfig> {
  return {
    name,
    args: 'take2',
    ...(kind === 'user' ? { contexts: everywhere, override: 'Options' } : { contexts: serverFiles }),
    help,
    example,
    set: (cmd, setting, word) => setSetting(cmd, kind, setting ?? '', read(word ?? '')),
  };
}

export const phpDirectives: readonly Directive<undefined, FcgiConfig>[] = [
  phpDirective({
    name: 'php_value',
    kind: 'user',
    read: readValue,
    help: 'PHP Value Modifier: a setting of php.ini for the scripts here, handed to PHP-FPM',
    example: 'php_value upload_max_filesize 64M',
  }),
  phpDirective({
    name: 'php_flag',
    kind: 'user',
    read: readFlag,
    help: 'PHP Flag Modifier: a setting of php.ini that is on or off, handed to PHP-FPM',
    example: 'php_flag display_errors Off',
  }),
  phpDirective({
    name: 'php_admin_value',
    kind: 'admin',
    read: readValue,
    help: 'PHP Value Modifier (Admin): a setting of php.ini that scripts and .htaccess files cannot change',
    example: 'php_admin_value open_basedir /srv/www',
  }),
  phpDirective({
    name: 'php_admin_flag',
    kind: 'admin',
    read: readFlag,
    help: 'PHP Flag Modifier (Admin): a flag of php.ini that scripts and .htaccess files cannot change',
    example: 'php_admin_flag allow_url_fopen Off',
  }),
];
