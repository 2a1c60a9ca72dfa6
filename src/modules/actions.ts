// mod_actions: a script of this server answers in the place of files of a type or handler (Action), or for a method
// (Script). The request goes on to the script's URL, with its own path behind it as path info.

import type { Command } from '../conf/command.ts';
import type { Directive, DirectiveError } from '../conf/directive.ts';
import { equalsIgnoreCase, lowerAscii } from '../kit/ascii.ts';
import type { Soon } from '../kit/wait.ts';
import { internalRedirect } from '../request/answer.ts';
import type { Exchange } from '../request/exchange.ts';
import { logEvent } from '../request/log.ts';
import { defineModule, type Module } from '../request/module.ts';
import { DECLINED, type Verdict } from '../request/verdict.ts';
import { escapeUrl } from '../rules/escape.ts';
import { everywhere, serverFiles } from './contexts.ts';
import { methodClass } from './core/index.ts';

/** An Action line: the script's URL, and whether the file need not exist. */
interface Action {
  readonly script: string;
  readonly isVirtual: boolean;
}

interface ActionsConfig {
  /** By type or handler, in lower case. */
  actions: ReadonlyMap<string, Action>;
  /** URLs of scripts by method; GET stands for HEAD, too. */
  scripts: ReadonlyMap<string, string>;
}

type ActionsCommand = Command<undefined, ActionsConfig>;

function setAction(
  cmd: ActionsCommand,
  type: string,
  script: string,
  option: string | undefined,
): DirectiveError | undefined {
  if (option !== undefined && !equalsIgnoreCase(option, 'virtual')) return `unrecognized option '${option}'`;
  const action = { script, isVirtual: option !== undefined };
  cmd.dir.actions = new Map([...cmd.dir.actions, [lowerAscii(type), action]]);
  return undefined;
}

function setScript(cmd: ActionsCommand, method: string, script: string): DirectiveError | undefined {
  if (method === 'TRACE') return 'TRACE not allowed for Script';
  cmd.dir.scripts = new Map([...cmd.dir.scripts, [methodClass(method), script]]);
  return undefined;
}

const directives: readonly Directive<undefined, ActionsConfig>[] = [
  {
    name: 'Action',
    args: 'take23',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'a media type followed by a script name',
    example: 'Action application/x-httpd-php /cgi-bin/php.cgi',
    set: (cmd, type, script, option) => setAction(cmd, type ?? '', script ?? '', option),
  },
  {
    name: 'Script',
    args: 'take2',
    contexts: serverFiles,
    help: 'a method followed by a script name',
    example: 'Script PUT /cgi-bin/put.cgi',
    set: (cmd, method, script) => setScript(cmd, method ?? '', script ?? ''),
  },
];

/** Apache: a GET without a query is not the script's. Where the script is none, its own URL must not lead here again. */
function scriptOfMethod(x: Exchange, { scripts }: ActionsConfig): string | undefined | 'loop' {
  if (methodClass(x.method) === 'GET' && x.args === undefined) return undefined;
  const script = scripts.get(methodClass(x.method));
  return script !== undefined && x.prev?.prev !== undefined ? 'loop' : script;
}

/** What the Action for the exchange's handler, or type, says; a status where its file is missing. */
function scriptOfAction(x: Exchange, { actions }: ActionsConfig): string | undefined | 404 {
  const { handler } = x;
  const action = handler === undefined ? undefined : actions.get(lowerAscii(handler));
  if (action === undefined) return undefined;
  if (!action.isVirtual && x.file === undefined) {
    logEvent(x, 'actions', 'info', `AH00652: File does not exist: ${x.filename}`);
    return 404;
  }
  x.env.set('HANDLER', handler!);
  return action.script;
}

function handle(x: Exchange): Soon<Verdict> {
  const config = actions.dir(x);
  if (config === undefined) return DECLINED;
  const byMethod = scriptOfMethod(x, config);
  if (byMethod === 'loop') return DECLINED;
  const script = scriptOfAction(x, config) ?? byMethod;
  if (typeof script !== 'string') return script ?? DECLINED;
  const query = x.args === undefined ? '' : `?${x.args}`;
  return internalRedirect(x, script + escapeUrl(x.uri) + query, { contentType: x.contentType });
}

const NO_ACTIONS: ActionsConfig['actions'] = new Map();
const NO_SCRIPTS: ActionsConfig['scripts'] = new Map();

export const actions: Module<undefined, ActionsConfig> = defineModule<undefined, ActionsConfig>({
  name: 'actions',
  directives,
  dirConfig: {
    create: () => ({ actions: NO_ACTIONS, scripts: NO_SCRIPTS }),
    merge: (base, add) => ({
      actions: new Map([...base.actions, ...add.actions]),
      scripts: new Map([...base.scripts, ...add.scripts]),
    }),
  },
  hooks: { handler: { last: handle } },
});
