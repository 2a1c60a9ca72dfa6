// What a directory may do, and what its .htaccess may change: Options, AllowOverride, AllowOverrideList.

import type { Command } from '../../conf/command.ts';
import type { Override } from '../../conf/context.ts';
import type { Directive } from '../../conf/directive.ts';
import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';
import type { AllowedOverrides, CoreDirConfig, CoreServerConfig } from '../../request/core-config.ts';
import { OPT } from '../../request/core-config.ts';
import { everywhere } from '../contexts.ts';

type CoreCommand = Command<CoreServerConfig, CoreDirConfig>;
type CoreDirective = Directive<CoreServerConfig, CoreDirConfig>;

/** Bits by option, names in lower case. */
const OPTION_BITS: Readonly<Record<string, number>> = {
  indexes: OPT.indexes,
  includes: OPT.includes | OPT.includesWithExec,
  includesnoexec: OPT.includes,
  followsymlinks: OPT.symLinks,
  symlinksifownermatch: OPT.symLinksIfOwner,
  execcgi: OPT.execCgi,
  multiviews: OPT.multiViews,
  none: OPT.none,
  all: OPT.all,
};

interface OptionWord {
  readonly sign: '' | '+' | '-';
  readonly name: string;
  readonly bits: number;
}

function readOption(word: string): OptionWord | string {
  const sign = /^[+-]/.exec(word)?.[0] as '+' | '-' | undefined;
  const name = word.slice(sign ? 1 : 0);
  const bits = OPTION_BITS[lowerAscii(name)];
  if (bits === undefined) return `Illegal option ${name}`;
  if (sign !== undefined && bits === OPT.none) return "You may not use 'Options +None' or 'Options -None'.";
  if (sign !== undefined && bits === OPT.all) return "You may not use 'Options +All' or 'Options -All'.";
  return { sign: sign ?? '', name, bits };
}

/** Under `AllowOverride Options=…` only the options of that list may be named. */
function isRestricted({ allowedOptions }: CoreCommand, { name, bits }: OptionWord): boolean {
  if (allowedOptions === undefined || bits === OPT.none) return false;
  return !allowedOptions.includes(lowerAscii(name)) && !allowedOptions.includes('all');
}

function readOptions(cmd: CoreCommand, words: readonly string[]): readonly OptionWord[] | string {
  const options: OptionWord[] = [];
  for (const word of words) {
    const option = readOption(word);
    if (typeof option === 'string') return option;
    if (isRestricted(cmd, option)) return `Option ${option.name} not allowed here`;
    const before = options.at(-1);
    if (before && option.bits === OPT.all) return "'Options All' must be the first option given.";
    // Apache: `All -Indexes` is understood, other mixtures are not.
    if (before && before.bits !== OPT.all && (option.sign === '') !== (before.sign === ''))
      return 'Either all Options must start with + or -, or no Option may.';
    options.push(option);
  }
  return options;
}

/** Words without signs replace what was said before; signed ones change what is inherited. */
function applyOptions(dir: CoreDirConfig, options: readonly OptionWord[]): void {
  if (options[0]?.sign === '') {
    const plain = options.filter(({ sign }) => sign === '');
    dir.options = plain.reduce((bits, option) => bits | option.bits, 0);
    dir.optionsAdd = 0;
    dir.optionsRemove = 0;
  }
  for (const { sign, bits } of options) {
    if (sign === '') continue;
    const add = dir.optionsAdd ?? 0;
    const remove = dir.optionsRemove ?? 0;
    dir.optionsAdd = sign === '+' ? add | bits : add & ~bits;
    dir.optionsRemove = sign === '+' ? remove & ~bits : remove | bits;
  }
}

const CLASSES: readonly Override[] = ['AuthConfig', 'FileInfo', 'Indexes', 'Limit', 'Options'];

interface Overrides {
  readonly classes: Set<Override>;
  readonly nonfatal: { override: boolean; unknown: boolean };
  options?: readonly string[];
}

function readOverride(into: Overrides, word: string): string | undefined {
  const equals = word.indexOf('=');
  const name = lowerAscii(equals < 0 ? word : word.slice(0, equals));
  const value = equals < 0 ? undefined : word.slice(equals + 1);
  const known = CLASSES.find((each) => equalsIgnoreCase(each, name));
  if (known !== undefined) into.classes.add(known);
  if (known === 'Options' && value !== undefined) return readAllowedOptions(into, value);
  if (known !== undefined) return undefined;
  if (name === 'all') for (const each of CLASSES) into.classes.add(each);
  else if (name === 'none') into.classes.clear();
  else if (name === 'nonfatal') addNonfatal(into, lowerAscii(value ?? ''));
  else return `Illegal override option ${word}`;
  return undefined;
}

function readAllowedOptions(into: Overrides, list: string): string | undefined {
  const names = list.split(',').filter(Boolean).map(lowerAscii);
  const unknown = names.find((name) => OPTION_BITS[name] === undefined);
  if (unknown !== undefined) return `Illegal option ${unknown}`;
  into.options = names;
  return undefined;
}

function addNonfatal(into: Overrides, what: string): void {
  if (what === 'override' || what === 'all') into.nonfatal.override = true;
  if (what === 'unknown' || what === 'all') into.nonfatal.unknown = true;
}

function readOverrides(words: readonly string[]): AllowedOverrides | string {
  const overrides: Overrides = { classes: new Set(), nonfatal: { override: false, unknown: false } };
  for (const word of words) {
    const error = readOverride(overrides, word);
    if (error !== undefined) return error;
  }
  return overrides;
}

/** .htaccess files are looked for per directory: only <Directory> can say what they may do. */
function warnUseless(cmd: CoreCommand): void {
  if (cmd.section.kind === 'directory') return;
  cmd.warn(`AH00114: Useless use of ${cmd.name} in line ${cmd.place.line} of ${cmd.place.file}.`, {
    code: 'conf/useless-directive',
    why: '.htaccess files are found by directory, before this section applies.',
    hint: 'Write it in a <Directory> section.',
  });
}

function present(words: readonly (string | undefined)[]): string[] {
  return words.filter((word) => word !== undefined);
}

export const optionDirectives: readonly CoreDirective[] = [
  {
    name: 'Options',
    args: 'takeArgv',
    contexts: everywhere,
    override: 'Options',
    default: 'FollowSymLinks',
    help: 'Set a number of attributes for a given directory',
    example: 'Options Indexes FollowSymLinks',
    set(cmd, ...words) {
      const options = readOptions(cmd, present(words));
      if (typeof options === 'string') return options;
      applyOptions(cmd.dir, options);
      return undefined;
    },
  },
  {
    name: 'AllowOverride',
    args: 'takeArgv',
    contexts: ['directory'],
    default: 'None',
    help: 'Controls what groups of directives can be configured by per-directory config files',
    example: 'AllowOverride FileInfo Indexes',
    set(cmd, ...words) {
      const overrides = readOverrides(present(words));
      if (typeof overrides === 'string') return overrides;
      warnUseless(cmd);
      cmd.dir.allowOverride = overrides;
      return undefined;
    },
  },
  {
    name: 'AllowOverrideList',
    args: 'takeArgv',
    contexts: ['directory'],
    default: 'None',
    help: 'Controls what individual directives can be configured by per-directory config files',
    example: 'AllowOverrideList Redirect RedirectMatch',
    set(cmd, ...words) {
      const names = present(words).map(lowerAscii);
      if (names.includes('none') && names.length > 1)
        return "'None' not allowed with other directives in AllowOverrideList";
      warnUseless(cmd);
      cmd.dir.allowOverrideList = new Set(names.filter((name) => name !== 'none'));
      return undefined;
    },
  },
];
