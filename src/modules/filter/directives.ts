// Directives of mod_filter.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import { compileExpr, ExprSyntaxError } from '../../kit/expr/index.ts';
import { FILTER_TYPE } from '../../request/output-filters.ts';
import { leadingNumber } from '../coding/leading-number.ts';
import { everywhere, serverFiles } from '../contexts.ts';
import { type Chain, changeChain } from './chain.ts';
import { type FilterProtocol, type Provider, SmartFilter } from './smart-filter.ts';

export interface FilterDir {
  /** By name as written. */
  readonly filters: Map<string, SmartFilter>;
  chain: Chain;
}

type FilterCommand = Command<undefined, FilterDir>;
type FilterDirective = Directive<undefined, FilterDir>;

const TYPES: ReadonlyMap<string, number> = new Map([
  ['content_set', FILTER_TYPE.contentSet],
  ['protocol', FILTER_TYPE.protocol],
  ['connection', FILTER_TYPE.connection],
  ['network', FILTER_TYPE.network],
]);

function declare(cmd: FilterCommand, name: string, type: number): SmartFilter {
  const filter = new SmartFilter(name, type);
  cmd.dir.filters.set(name, filter);
  return filter;
}

/** Adds a provider to a filter of this section; one that is not declared here gets its provider's type. */
function addProvider(
  cmd: FilterCommand,
  name: string,
  providerName: string,
  when: Provider['when'],
): DirectiveError | undefined {
  const type = cmd.outputFilterType(providerName);
  if (type === undefined)
    return {
      message: `Unknown filter provider ${providerName}`,
      code: 'conf/unknown-filter',
      hint: 'The module that has the filter must be loaded before this line.',
    };
  const filter = cmd.dir.filters.get(name) ?? declare(cmd, name, type);
  filter.providers.unshift({ name: lowerAscii(providerName), when });
  return undefined;
}

function addByExpr(
  cmd: FilterCommand,
  name: string,
  provider: string,
  text: string,
): DirectiveError | undefined {
  if (cmd.outputFilterType(provider) === undefined) return addProvider(cmd, name, provider, { types: [] });
  try {
    const restricted = cmd.section.context === '.htaccess';
    return addProvider(cmd, name, provider, { expr: compileExpr(text, { kind: 'condition', restricted }) });
  } catch (error) {
    if (!(error instanceof ExprSyntaxError)) throw error;
    return {
      message: `Error parsing FilterProvider expression:${error.message}`,
      code: 'conf/bad-expression',
    };
  }
}

/** `DEFLATE;SUBSTITUTE text/html text/css`: a smart filter for each name, at the end of the chain. */
function addByType(
  cmd: FilterCommand,
  [names = '', ...types]: readonly string[],
): DirectiveError | undefined {
  if (types.length === 0) return 'AddOutputFilterByType requires at least two arguments';
  for (const provider of names.split(';').filter((name) => name !== '')) {
    const name = `BYTYPE:${provider}`;
    const isKnown = cmd.dir.filters.has(name);
    const error = addProvider(cmd, name, provider, { types });
    if (error !== undefined) return error;
    if (!isKnown) cmd.dir.chain = changeChain(cmd.dir.chain, name);
  }
  return undefined;
}

/** Words that FilterProtocol knows; others are ignored, as in Apache. */
function protocolOf(text: string): FilterProtocol {
  let protocol: FilterProtocol = {};
  for (const word of text.split(/[;, \t]+/)) {
    switch (word.toLowerCase()) {
      case 'change=yes':
        protocol = { ...protocol, change: 'length' };
        break;
      case 'change=1:1':
        protocol = { ...protocol, change: protocol.change ?? 'content' };
        break;
      case 'change=no': {
        const { change: _none, ...rest } = protocol;
        protocol = rest;
        break;
      }
      case 'byteranges=no':
        protocol = { ...protocol, noByteRanges: true };
        break;
      case 'proxy=no':
        protocol = { ...protocol, noProxy: true };
        break;
      case 'proxy=transform':
        protocol = { ...protocol, transforms: true };
        break;
      case 'cache=no':
        protocol = { ...protocol, noCache: true };
        break;
    }
  }
  return protocol;
}

function setProtocol(
  cmd: FilterCommand,
  name: string,
  provider: string | undefined,
  text: string,
): string | undefined {
  const filter = cmd.dir.filters.get(name);
  if (filter === undefined) return 'FilterProtocol: No such filter';
  if (provider === undefined) {
    filter.protocol = protocolOf(text);
    return undefined;
  }
  const providerName = lowerAscii(provider);
  if (!filter.providers.some((candidate) => candidate.name === providerName))
    return 'FilterProtocol: No such provider for this filter';
  filter.providerProtocols.set(providerName, protocolOf(text));
  return undefined;
}

export const filterDirectives: readonly FilterDirective[] = [
  {
    name: 'FilterDeclare',
    args: 'take12',
    contexts: everywhere,
    override: 'Options',
    help: 'filter-name [filter-type]',
    example: 'FilterDeclare unpack CONTENT_SET',
    set(cmd, name = '', type = '') {
      declare(cmd, name, TYPES.get(type.toLowerCase()) ?? FILTER_TYPE.resource);
      return undefined;
    },
  },
  {
    name: 'FilterProvider',
    args: 'take3',
    contexts: everywhere,
    override: 'Options',
    help: 'filter-name provider-name match-expression',
    example: `FilterProvider COMPRESS DEFLATE "%{CONTENT_TYPE} =~ m#^text/#"`,
    set: (cmd, name = '', provider = '', expr = '') => addByExpr(cmd, name, provider, expr),
  },
  {
    name: 'FilterChain',
    args: 'iterate',
    contexts: everywhere,
    override: 'Options',
    help: 'list of filter names with optional [+-=!@]',
    example: 'FilterChain COMPRESS',
    set(cmd, word = '') {
      cmd.dir.chain = changeChain(cmd.dir.chain, word);
      return undefined;
    },
  },
  {
    name: 'FilterTrace',
    args: 'take2',
    contexts: serverFiles,
    help: 'filter-name debug-level',
    example: 'FilterDeclare COMPRESS\nFilterTrace COMPRESS 1',
    set(cmd, name = '', level = '') {
      const filter = cmd.dir.filters.get(name);
      if (filter === undefined) return `Undeclared smart filter ${name}`;
      filter.isTraced = leadingNumber(level) === 1;
      return undefined;
    },
  },
  {
    name: 'AddOutputFilterByType',
    args: 'takeArgv',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'output filter name followed by one or more content-types',
    example: 'AddOutputFilterByType DEFLATE text/html text/plain',
    set: (cmd, ...words) =>
      addByType(
        cmd,
        words.filter((word) => word !== undefined),
      ),
  },
  {
    name: 'FilterProtocol',
    args: 'take23',
    contexts: everywhere,
    override: 'Options',
    help: 'filter-name [provider-name] protocol-args',
    example: 'FilterDeclare COMPRESS\nFilterProtocol COMPRESS "change=yes"',
    set: (cmd, name = '', second = '', third) =>
      third === undefined ? setProtocol(cmd, name, undefined, second) : setProtocol(cmd, name, second, third),
  },
];
