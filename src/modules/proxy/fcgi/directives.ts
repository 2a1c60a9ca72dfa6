// mod_proxy_fcgi's own directives: what kind of application is spoken to, and variables adjusted before it hears of
// them.

import type { Command } from '../../../conf/command.ts';
import type { Directive, DirectiveError } from '../../../conf/directive.ts';
import { equalsIgnoreCase } from '../../../kit/ascii.ts';
import { compileExpr, type Expr, type ExprOptions, ExprSyntaxError } from '../../../kit/expr/index.ts';
import { everywhere } from '../../contexts.ts';
import type { Adjustment, FcgiConfig } from './config.ts';

type FcgiDirective = Directive<undefined, FcgiConfig>;

/** Compiles an expression; a text is the error. */
function compile(
  cmd: Command<undefined, FcgiConfig>,
  text: string,
  kind: ExprOptions['kind'],
): Expr | string {
  try {
    return compileExpr(text, { kind, restricted: cmd.section.context === '.htaccess' });
  } catch (error) {
    if (!(error instanceof ExprSyntaxError)) throw error;
    return `Could not parse expression "${text}": ${error.message}`;
  }
}

function addAdjustment(
  cmd: Command<undefined, FcgiConfig>,
  condition: string,
  name: string,
  value: string | undefined,
): DirectiveError | undefined {
  const when = compile(cmd, condition, 'condition');
  if (typeof when === 'string') return when;
  if (name.startsWith('!')) {
    if (value !== undefined) {
      return `Third argument ("${value}") is not allowed when using ProxyFCGISetEnvIf's unset mode (${name})`;
    }
    if (name === '!') return 'ProxyFCGISetEnvIf: "!" is not a valid variable name';
    return add(cmd, { condition: when, name: name.slice(1), value: undefined });
  }
  const text = compile(cmd, value ?? '', 'string');
  return typeof text === 'string' ? text : add(cmd, { condition: when, name, value: text });
}

function add(cmd: Command<undefined, FcgiConfig>, adjustment: Adjustment): undefined {
  cmd.dir.adjustments = [...cmd.dir.adjustments, adjustment];
  return undefined;
}

export const fcgiDirectives: readonly FcgiDirective[] = [
  {
    name: 'ProxyFCGIBackendType',
    args: 'take1',
    contexts: everywhere,
    override: 'FileInfo',
    default: 'ProxyFCGIBackendType FPM',
    help: "Specify the type of FastCGI server: 'Generic', 'FPM'",
    example: 'ProxyFCGIBackendType GENERIC',
    set: (cmd, word) => {
      const kinds = ['fpm', 'generic'] as const;
      const kind = kinds.find((one) => equalsIgnoreCase(one, word ?? ''));
      if (kind === undefined)
        return "ProxyFCGIBackendType requires one of the following arguments: 'GENERIC', 'FPM'";
      cmd.dir.backend = kind;
      return undefined;
    },
  },
  {
    name: 'ProxyFCGISetEnvIf',
    args: 'take23',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'expr-condition env-name expr-value',
    example: 'ProxyFCGISetEnvIf "true" SCRIPT_FILENAME "/srv/app%{reqenv:SCRIPT_NAME}"',
    set: (cmd, condition, name, value) => addAdjustment(cmd, condition ?? '', name ?? '', value),
  },
];
