// ProxyHCExpr, ProxyHCTemplate and ProxyHCTPsize. What they say of a server stands in mod_proxy's configuration of it,
// where the parameters of its balancers' members are read.

import type { Command } from '../../../conf/command.ts';
import type { Directive, DirectiveError } from '../../../conf/directive.ts';
import { readWord, splitWords } from '../../../conf/words.ts';
import { compileExpr, type Expr, ExprSyntaxError } from '../../../kit/expr/index.ts';
import { everywhere, mainServer } from '../../contexts.ts';
import { leadingInteger } from '../duration.ts';
import { type HealthConfig, plainTemplate } from './config.ts';
import { setHealthParameter } from './parameters.ts';

/** What mod_proxy_hcheck's directives set. */
export interface HealthServerConfig {
  /** How many checks may run at the same time; 0 for one after the other. */
  size: number | undefined;
}

type HealthCommand = Command<HealthServerConfig, undefined>;

/** Finds the lines of the server that a directive is for. */
type ConfigOf = (cmd: HealthCommand) => HealthConfig;

const LONGEST_NAME = 15;

function refuseHtaccess(cmd: HealthCommand): DirectiveError | undefined {
  return cmd.section.context === '.htaccess' ? `${cmd.name} cannot occur within htaccess files` : undefined;
}

/** A word that may be in braces, which nest; where it ends. */
function readBraced(text: string, from: number): { readonly text: string; readonly next: number } {
  let depth = 0;
  let at = from;
  for (; at < text.length; at++) {
    if (text[at] === '\\' && text[at + 1] === '\\') at++;
    else if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) break;
  }
  return { text: text.slice(from + 1, at).replaceAll('\\\\', '\\'), next: at + 1 };
}

function compile(text: string): Expr | string {
  try {
    return compileExpr(text, { kind: 'condition', healthCheck: true });
  } catch (error) {
    if (!(error instanceof ExprSyntaxError)) throw error;
    return `Could not parse expression "${text}": ${error.message}`;
  }
}

function addCondition(cmd: HealthCommand, text: string, config: HealthConfig): DirectiveError | undefined {
  const name = readWord(text);
  if (name === undefined || name.text === '') return `Missing expression name for ${cmd.name}`;
  if (name.text.length > LONGEST_NAME) return `Expression name limited to ${LONGEST_NAME} characters`;
  const word = text[name.next] === '{' ? readBraced(text, name.next) : readWord(text, name.next);
  if (word === undefined || word.text === '') return `Missing expression for ${cmd.name}`;
  const expr = compile(word.text);
  if (typeof expr === 'string') return expr;
  if ((readWord(text, word.next)?.text ?? '') !== '') return 'error: extra parameter(s)';
  config.addCondition({ name: name.text, expr });
  return undefined;
}

const WITHOUT_EQUALS = "Invalid ProxyHCTemplate parameter. Parameter must be in the form 'key=value'";

function withdraw({ templates }: HealthConfig, error: string): string {
  templates.pop();
  return error;
}

function addTemplate(cmd: HealthCommand, text: string, config: HealthConfig): DirectiveError | undefined {
  const [name, ...words] = splitWords(text).map((word) => word.text);
  if (name === undefined || name === '') return `Missing template name for ${cmd.name}`;
  const settings = plainTemplate();
  // Apache: a template is known already while its line is read.
  config.templates.push({ name, settings });
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0) return withdraw(config, WITHOUT_EQUALS);
    const error = setHealthParameter(settings, word.slice(0, equals), word.slice(equals + 1), config);
    if (error !== undefined) return withdraw(config, `ProxyHCTemplate: ${error} ${word}; ${name}`);
  }
  return undefined;
}

function setSize(cmd: HealthCommand, word: string): DirectiveError | undefined {
  const size = leadingInteger(word);
  if (size < 0) return 'Invalid ProxyHCTPsize parameter. Parameter must be >= 0';
  cmd.config.size = size;
  return undefined;
}

/** The directives; `configOf` is mod_proxy's. */
export function healthDirectives(configOf: ConfigOf): readonly Directive<HealthServerConfig, undefined>[] {
  return [
    {
      name: 'ProxyHCExpr',
      contexts: everywhere,
      override: 'FileInfo',
      args: 'raw',
      help: 'Define a health check condition ruleset expression',
      example: 'ProxyHCExpr ok234 {%{REQUEST_STATUS} =~ /^[234]/}',
      set: (cmd, text) => refuseHtaccess(cmd) ?? addCondition(cmd, text ?? '', configOf(cmd)),
    },
    {
      name: 'ProxyHCTemplate',
      contexts: everywhere,
      override: 'FileInfo',
      args: 'raw',
      help: 'Health check template',
      example: 'ProxyHCTemplate web hcmethod=GET hcuri=/status hcinterval=5 hcpasses=2 hcfails=3',
      set: (cmd, text) => refuseHtaccess(cmd) ?? addTemplate(cmd, text ?? '', configOf(cmd)),
    },
    {
      name: 'ProxyHCTPsize',
      contexts: mainServer,
      args: 'take1',
      default: 'ProxyHCTPsize 16',
      help: 'Set size of health check thread pool: how many checks may run at the same time',
      example: 'ProxyHCTPsize 8',
      set: (cmd, word) => setSize(cmd, word ?? ''),
    },
  ];
}
