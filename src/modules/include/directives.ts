// The directives of mod_include.

import type { Command } from '../../conf/command.ts';
import type { Directive } from '../../conf/directive.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import { everywhere, sections, servers } from '../contexts.ts';
import type { IncludeDir, IncludeServer } from './config.ts';

type IncludeDirective = Directive<IncludeServer, IncludeDir>;

function text(
  name: string,
  key: 'errorMessage' | 'timeFormat' | 'undefinedEcho',
  about: { readonly help: string; readonly example: string; readonly default: string },
): IncludeDirective {
  return {
    name,
    args: 'take1',
    contexts: everywhere,
    override: 'All',
    ...about,
    set(cmd, value = '') {
      cmd.dir[key] = value;
      return undefined;
    },
  };
}

function flag(
  name: string,
  key: 'lastModified' | 'etag' | 'legacyExpressions',
  help: string,
): IncludeDirective {
  return {
    name,
    args: 'flag',
    contexts: sections,
    override: 'Limit',
    default: 'Off',
    help,
    example: `${name} On`,
    set(cmd, value) {
      cmd.dir[key] = value === 'on';
      return undefined;
    },
  };
}

function setTag(
  cmd: Command<IncludeServer, IncludeDir>,
  key: keyof IncludeServer,
  tag: string,
): string | undefined {
  if (/\s/.test(tag)) return `${cmd.name} may not contain any whitespaces`;
  if (tag === '') return `${cmd.name} may not be empty`;
  cmd.config[key] = tag;
  return undefined;
}

export const includeDirectives: readonly IncludeDirective[] = [
  {
    name: 'XBitHack',
    args: 'take1',
    contexts: everywhere,
    override: 'Options',
    default: 'Off',
    help: 'Off, On, or Full',
    example: 'XBitHack Full',
    set(cmd, word = '') {
      const value = lowerAscii(word);
      if (value !== 'off' && value !== 'on' && value !== 'full')
        return 'XBitHack must be set to Off, On, or Full';
      cmd.dir.xBitHack = value;
      return undefined;
    },
  },
  text('SSIErrorMsg', 'errorMessage', {
    help: 'a string',
    example: 'SSIErrorMsg "<!-- error -->"',
    default: '[an error occurred while processing this directive]',
  }),
  text('SSITimeFormat', 'timeFormat', {
    help: 'a strftime(3) formatted string',
    example: 'SSITimeFormat "%R, %B %d, %Y"',
    default: '%A, %d-%b-%Y %H:%M:%S %Z',
  }),
  {
    name: 'SSIStartTag',
    args: 'take1',
    contexts: servers,
    default: '<!--#',
    help: 'SSI Start String Tag',
    example: 'SSIStartTag "<%"',
    set: (cmd, tag = '') => setTag(cmd, 'startTag', tag),
  },
  {
    name: 'SSIEndTag',
    args: 'take1',
    contexts: servers,
    default: '-->',
    help: 'SSI End String Tag',
    example: 'SSIEndTag "%>"',
    set: (cmd, tag = '') => setTag(cmd, 'endTag', tag),
  },
  text('SSIUndefinedEcho', 'undefinedEcho', {
    help: 'String to be displayed if an echoed variable is undefined',
    example: 'SSIUndefinedEcho nothing',
    default: '(none)',
  }),
  flag(
    'SSILegacyExprParser',
    'legacyExpressions',
    "Whether to use the legacy expression parser compatible with <= 2.2.x. Limited to 'on' or 'off'",
  ),
  flag(
    'SSILastModified',
    'lastModified',
    "Whether to set the last modified header or respect an existing header. Limited to 'on' or 'off'",
  ),
  flag(
    'SSIEtag',
    'etag',
    "Whether to allow the generation of ETags within the server. Existing ETags will be preserved. Limited to 'on' or 'off'",
  ),
];
