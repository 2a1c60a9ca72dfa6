// `portico httpd`: stands in httpd's place for whoever starts it with httpd's own switches.

import { openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { LoadedModules } from '../../conf/loaded.ts';
import { hasError, type Site, type SiteResult } from '../../conf/site.ts';
import type { Diagnostic } from '../../kit/diagnostic.ts';
import { modules } from '../../modules/index.ts';
import { coreServer } from '../../request/core-config.ts';
import { Machine } from '../../server/machine.ts';
import { type ConfigurationOptions, nameOf, readConfiguration } from '../configuration.ts';
import { directiveList, drawForHttpd } from '../directives.ts';
import { takeSettings } from '../envvars.ts';
import { exitSoon, runServer } from '../running.ts';
import type { SignalRules } from '../signals.ts';
import { redirectTerminal, say, sayWarning, showFindings, showFrom } from '../terminal.ts';
import { control } from './control.ts';
import { attachToParent, type Parent, serveDetached } from './detach.ts';
import { dumpVhosts } from './dump-vhosts.ts';
import {
  dumpIncludes,
  dumpModules,
  dumpRunSettings,
  showCompiledIn,
  showSettings,
  showVersion,
} from './dumps.ts';
import { DEFAULT_ERROR_LOG, DEFAULT_PID_FILE, findLayout } from './layout.ts';
import { HTTPD_USAGE, type HttpdSwitches, readSwitches, SwitchError } from './switches.ts';

/** Names given by -D (or by -X) that keep the server where it was started. */
const STAY: readonly string[] = ['FOREGROUND', 'NO_DETACH', 'DEBUG', 'ONE_PROCESS'];

/** Answers the exit code. */
export async function runHttpd(words: readonly string[]): Promise<number> {
  let switches: HttpdSwitches;
  try {
    switches = readSwitches(words);
  } catch (error) {
    if (!(error instanceof SwitchError)) throw error;
    process.stderr.write(`${error.message === '' ? '' : `portico httpd: ${error.message}\n`}${HTTPD_USAGE}`);
    return 1;
  }
  switch (switches.act) {
    case 'version':
      return print(showVersion());
    case 'settings':
      return print(showSettings());
    case 'modules':
      return print(showCompiledIn(compiledIn()));
    default:
      return runConfigured(switches, words);
  }
}

function print(text: string): number {
  process.stdout.write(Buffer.from(text, 'latin1'));
  return 0;
}

/** As of a configuration that loads nothing. */
function compiledIn(): readonly string[] {
  return new LoadedModules(modules, 'listed').statics().map(({ file }) => file);
}

async function runConfigured(switches: HttpdSwitches, words: readonly string[]): Promise<number> {
  const parent = attachToParent();
  if (!setStartupMessages(switches)) return 1;
  const options = configurationOf(switches);
  takeSettings(options.file, sayWarning, true);
  const { site, diagnostics } = readConfiguration(options, new Machine(sayWarning));
  if (site === undefined || hasError(diagnostics)) {
    showFindings(diagnostics);
    return 1;
  }
  if (switches.act === 'serve' || switches.act === 'control')
    return serve({ switches, words, options, parent, site, diagnostics });
  showFindings(diagnostics);
  if (switches.act === 'test') process.stderr.write('Syntax OK\n');
  else if (switches.act === 'directives') print(drawForHttpd(directiveList(site.modules)));
  else print(dumps(site, switches.defines));
  return 0;
}

/** -e and -E; false when the file of -E cannot be opened. */
function setStartupMessages({ startupLevel, startupLog }: HttpdSwitches): boolean {
  if (startupLevel !== undefined) {
    const isError = ['emerg', 'alert', 'crit', 'error'].includes(startupLevel);
    showFrom(isError ? 'error' : startupLevel === 'warn' ? 'warning' : 'info');
  }
  if (startupLog === undefined) return true;
  try {
    const file = openSync(resolve(startupLog), 'a');
    redirectTerminal((text) => writeSync(file, Buffer.from(text, 'latin1')));
    return true;
  } catch (error) {
    say(
      `AH00086: could not open error log file ${startupLog}: ${error instanceof Error ? error.message : error}`,
    );
    return false;
  }
}

/** Paths are absolute: a server in the background stands in another folder. */
function configurationOf(switches: HttpdSwitches): ConfigurationOptions & { readonly file: string } {
  const layout = findLayout();
  const serverRoot = resolve(switches.serverRoot ?? layout.serverRoot);
  return {
    serverRoot,
    file: resolve(serverRoot, switches.file ?? layout.confFile),
    defines: switches.defines,
    before: [`PidFile ${DEFAULT_PID_FILE}`, `ErrorLog ${DEFAULT_ERROR_LOG}`, ...switches.before],
    after: switches.after,
    skipUnknownModules: switches.skipUnknownModules,
    checksDocumentRoots: switches.checksDocumentRoots,
  };
}

/** In the order in which Apache's start comes to them. */
function dumps(site: Site, defines: readonly string[]): string {
  const has = (name: string): boolean => defines.includes(name);
  return [
    has('DUMP_INCLUDES') ? dumpIncludes(site) : '',
    has('DUMP_VHOSTS') ? dumpVhosts(site) : '',
    has('DUMP_RUN_CFG') ? dumpRunSettings(site) : '',
    has('DUMP_MODULES') ? dumpModules(site) : '',
  ].join('');
}

interface Start {
  readonly switches: HttpdSwitches;
  readonly words: readonly string[];
  readonly options: ConfigurationOptions;
  readonly parent: Parent | undefined;
  readonly site: Site;
  readonly diagnostics: readonly Diagnostic[];
}

async function serve({ switches, words, options, parent, site, diagnostics }: Start): Promise<number> {
  const core = coreServer(site.main);
  if (parent === undefined) {
    const result = control(switches.control ?? 'start', core.pidFile ?? DEFAULT_PID_FILE);
    if (result !== 'start') return result.exit;
    if (!switches.defines.some((name) => STAY.includes(name))) {
      const isFile = core.errorLog !== undefined && /^\//.test(core.errorLog);
      return serveDetached(words, isFile ? core.errorLog : undefined);
    }
  }
  const machine = new Machine(sayWarning);
  // The server begins with what was just read; a reload reads again.
  let first: SiteResult | undefined = { site, tree: site.tree, diagnostics };
  const isStarted = await runServer({
    machine,
    signals: SIGNALS,
    configuration: nameOf(options),
    read() {
      const result = first ?? readConfiguration(options, machine);
      first = undefined;
      return result;
    },
    started: () => parent?.ready(),
  });
  exitSoon();
  return isStarted ? 0 : 1;
}

/** A window that changes its size sends WINCH, too: a server that stands in one does not take it for a wish. */
const SIGNALS: SignalRules = {
  wishes: {
    SIGTERM: 'end',
    SIGINT: 'end',
    SIGHUP: 'reload',
    SIGUSR1: 'reload',
    ...(process.stdout.isTTY ? {} : { SIGWINCH: 'stop' }),
  },
  deadline(instance) {
    const { gracefulShutdownTimeout = 0 } = coreServer(instance.live.main);
    return gracefulShutdownTimeout > 0 ? gracefulShutdownTimeout * 1000 : LONGEST_MS;
  },
};

/** The longest time that a timer of Node's can wait: more than three weeks. */
const LONGEST_MS = 0x7fffffff;
