// mod_cgi (and mod_cgid, which differs only in how Apache starts processes): programs that answer requests.
// Owns when a script may run and what its output means; script.ts runs it, environment.ts tells it what it may know.

import { internalRedirect } from '../../request/answer.ts';
import { meetsConditions } from '../../request/conditions.ts';
import { coreDir, coreServer, OPT, optionsOf } from '../../request/core-config.ts';
import type { Exchange, Rehearsal } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { HANDED_OVER } from '../../request/serve.ts';
import type { ClientWatcher } from '../../request/transport.ts';
import { DECLINED, DONE, OK, type Verdict } from '../../request/verdict.ts';
import { CgiError, type CgiHead, CgiResponseParser } from '../../wire/cgi-response.ts';
import { type ScriptDir, scriptDirectives } from './directives.ts';
import { scriptEnvironment, searchWords } from './environment.ts';
import { isRootByAccident } from './root.ts';
import { Script, ScriptBody } from './script.ts';

export { scriptEnvironment } from './environment.ts';
export { runShell } from './shell.ts';

/** Timeout's default, milliseconds. */
const DEFAULT_TIMEOUT = 60_000;

function refuse(x: Exchange, status: number, text: string): Verdict {
  logEvent(x, 'cgi', 'error', `${text}: ${x.filename}`);
  return status;
}

/** May the file that the request names run? OK or the status that says why not. */
function checkScript(x: Exchange): Verdict {
  const aliased = x.note('alias-forced-type') === 'cgi-script';
  if ((optionsOf(x.dirConfig) & OPT.execCgi) === 0 && !aliased) {
    return refuse(x, 403, 'AH01262: Options ExecCGI is off in this directory');
  }
  if (x.file === undefined) return refuse(x, 404, 'AH02811: script not found or unable to stat');
  if (x.file.kind === 'directory') return refuse(x, 403, 'AH02812: attempt to invoke directory as script');
  if (x.pathInfo !== '' && coreDir(x.dirConfig).acceptPathInfo === 'off') {
    return refuse(x, 404, "AH02813: AcceptPathInfo off disallows user's path");
  }
  return OK;
}

/** What a script's output came to, as far as its header. */
type Beginning =
  | { readonly kind: 'head'; readonly head: CgiHead; readonly body: ScriptBody; readonly script: Script }
  | { readonly kind: 'error'; readonly status: number; readonly text: string };

const TOO_SILENT = 'AH01220: Timeout waiting for output from CGI script';

/** Starts the script and waits for its header. */
async function startScript(x: Exchange): Promise<Beginning> {
  const file = x.filename!;
  const environment = await scriptEnvironment(x);
  return new Promise<Beginning>((resolve) => {
    const parser = new CgiResponseParser();
    const body = new ScriptBody(() => script);
    let begun = false;
    const begin = (beginning: Beginning): void => {
      begun = true;
      x.transport.unwatch(watcher);
      resolve(beginning);
    };
    const fail = (status: number, text: string): void => {
      begin({ kind: 'error', status, text });
      script.kill();
    };
    const watcher: ClientWatcher = {
      onClientGone() {
        if (!begun) fail(500, 'the client went away before the script answered');
      },
    };
    const script: Script = new Script(
      {
        file,
        words: searchWords(x.args),
        directory: file.slice(0, file.lastIndexOf('/')) || '/',
        environment,
        patience: cgi.dir(x)?.timeout ?? coreServer(x.server).timeout ?? DEFAULT_TIMEOUT,
      },
      {
        output(chunk) {
          if (begun) {
            body.push(chunk);
            return;
          }
          const head = parser.feed(chunk);
          if (head === undefined) return;
          if (head instanceof CgiError) fail(500, describe(head, file));
          else {
            begin({ kind: 'head', head, body, script });
            if (parser.position < chunk.length) body.push(chunk.subarray(parser.position));
          }
        },
        complaint(line) {
          logEvent(x, 'cgi', 'error', `AH01215: ${line}: ${file}`);
        },
        silent() {
          if (!begun) {
            fail(504, TOO_SILENT);
            return;
          }
          logEvent(x, 'cgi', 'error', TOO_SILENT);
          body.fail(new Error(TOO_SILENT));
          script.kill();
        },
        over(error) {
          if (begun) body.finish();
          else if (error === undefined)
            begin({ kind: 'error', status: 500, text: 'End of script output before headers' });
          else
            begin({
              kind: 'error',
              status: 500,
              text: `AH01215: ${error.message}: exec of '${file}' failed`,
            });
        },
      },
    );
    x.transport.watch(watcher);
    // The body of the request that failed is not the error document's.
    script.feed(x.errorStatus === 0 ? x.body?.source : undefined);
  });
}

function describe(error: CgiError, file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return `malformed header from script '${name}': Bad header: ${error.text.slice(0, 100)}`;
}

/** The header's fields become the answer's; what Location and Status mean together is RFC 3875 section 6.2. */
async function takeHead(x: Exchange, head: CgiHead, body: ScriptBody, script: Script): Promise<Verdict> {
  const type = head.headers.get('content-type');
  if (type !== undefined) x.contentType = type;
  head.headers.delete('content-type');
  for (const [name, value] of head.headers) addField(x, name, value);
  // In an error document the status is the error's: a Location is then a field like others.
  if (head.location !== undefined && (head.status ?? x.status) === 200) {
    script.kill();
    return redirectTo(x, head.location);
  }
  if (head.location !== undefined) x.headersOut.set('Location', head.location);
  if (head.status !== undefined) {
    x.status = head.status;
    x.reason = head.reason;
  }
  return conditional(x, body, script);
}

/** Fields of the answer alone. */
const OF_THE_BODY: ReadonlySet<string> = new Set(['etag', 'content-range', 'last-modified']);

/** Apache: all others outlive an error that takes the answer's place, and are for `Header always` to change. */
function addField(x: Exchange, name: string, value: string): void {
  const lower = name.toLowerCase();
  if (OF_THE_BODY.has(lower)) x.headersOut.set(name, value);
  else if (lower === 'set-cookie') x.errHeadersOut.append(name, value);
  else x.errHeadersOut.merge(name, value);
}

async function redirectTo(x: Exchange, location: string): Promise<Verdict> {
  if (!location.startsWith('/')) {
    x.headersOut.set('Location', location);
    return 302;
  }
  x.method = 'GET';
  x.body = undefined;
  x.headers.delete('content-length');
  // The script chose the way, not the content: its type is not the next answer's.
  x.contentType = undefined;
  return internalRedirect(x, location);
}

function conditional(x: Exchange, body: ScriptBody, script: Script): Verdict {
  const verdict = x.status === 200 ? meetsConditions(x) : 'proceed';
  if (verdict === 'proceed') {
    x.responseBody = body;
    return OK;
  }
  script.kill();
  return verdict;
}

/** The script is not run: what it would be told is told. */
async function rehearse(x: Exchange, rehearsal: Rehearsal): Promise<Verdict> {
  rehearsal.note(x, { kind: 'handing-on' });
  const environment = await scriptEnvironment(x);
  const deed = { kind: 'program', file: x.filename!, words: searchWords(x.args), environment } as const;
  rehearsal.note(x, { kind: 'deed', deed });
  x.notes.set(HANDED_OVER, '1');
  return DONE;
}

async function handle(x: Exchange): Promise<Verdict> {
  const allowed = checkScript(x);
  if (allowed !== OK) return allowed;
  if (x.site.rehearsal !== undefined) return rehearse(x, x.site.rehearsal);
  if (isRootByAccident(x)) {
    const advice = 'add User and Group lines (or `User root` if that is meant)';
    return refuse(x, 500, `portico runs as root, and a script would too: ${advice}`);
  }
  const beginning = await startScript(x);
  if (beginning.kind === 'error') return refuse(x, beginning.status, beginning.text);
  return takeHead(x, beginning.head, beginning.body, beginning.script);
}

/** By its name, or by the type that stands for it. */
function isScriptHandler(handler: string | undefined): boolean {
  return handler === 'cgi-script' || handler === 'application/x-httpd-cgi';
}

export const cgi: Module<undefined, ScriptDir> = defineModule<undefined, ScriptDir>({
  name: 'cgi',
  aliases: ['cgid_module', 'mod_cgid.c'],
  directives: scriptDirectives,
  dirConfig: { create: () => ({}), merge: (base, add) => ({ ...base, ...add }) },
  hooks: {
    handler: (x) => (isScriptHandler(x.handler) ? handle(x) : DECLINED),
  },
});
