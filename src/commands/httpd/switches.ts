// The switches of Apache's httpd, as getopt reads them: clusters (`-tD NAME`), values attached or apart. Changes nothing.

import { LOG_LEVELS, type LogLevelName } from '../../request/core-config.ts';

export type ControlWord = 'start' | 'stop' | 'restart' | 'graceful' | 'graceful-stop';

/** What the words ask for besides serving. */
export type HttpdAct =
  | 'serve'
  | 'test'
  | 'dump'
  | 'directives'
  | 'settings'
  | 'version'
  | 'modules'
  | 'control';

export interface HttpdSwitches {
  readonly act: HttpdAct;
  /** -k; `start` and the lack of it serve, in their own way where a server runs already. */
  readonly control: ControlWord | undefined;
  readonly file: string | undefined;
  readonly serverRoot: string | undefined;
  readonly defines: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** -e: the least severe level that is shown. */
  readonly startupLevel: LogLevelName | undefined;
  /** -E */
  readonly startupLog: string | undefined;
  readonly checksDocumentRoots: boolean;
  readonly skipUnknownModules: boolean;
}

const WITH_VALUE = 'DCcdfeEk';
const PLAIN = 'vVlLtTSMhX?';

/** Names given by -D that ask for an account of the configuration. */
export const DUMPS = ['DUMP_VHOSTS', 'DUMP_RUN_CFG', 'DUMP_MODULES', 'DUMP_INCLUDES'] as const;

const CONTROLS: readonly ControlWord[] = ['start', 'stop', 'restart', 'graceful', 'graceful-stop'];

/** What is wrong with the words; '' where they ask for the help. */
export class SwitchError extends Error {}

/** Throws a SwitchError for words that httpd would answer with its usage. */
export function readSwitches(words: readonly string[]): HttpdSwitches {
  const switches = new Switches();
  for (const [letter, value] of splitSwitches(words)) {
    switches.take(letter, value);
    // As in Apache, what stands behind these is not looked at.
    if (letter === 'v' || letter === 'l') break;
  }
  return switches.result();
}

function* splitSwitches(words: readonly string[]): Generator<[letter: string, value: string]> {
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '--skip-unknown-modules') {
      yield [word, ''];
      continue;
    }
    if (!word.startsWith('-') || word === '-' || word === '--')
      throw new SwitchError(`unexpected word ${word}`);
    for (let place = 1; place < word.length; place++) {
      const letter = word.charAt(place);
      if (PLAIN.includes(letter)) {
        yield [letter, ''];
        continue;
      }
      if (!WITH_VALUE.includes(letter)) throw new SwitchError(`illegal option -- ${letter}`);
      const value = word.slice(place + 1) || words[++at];
      if (value === undefined) throw new SwitchError(`option requires an argument -- ${letter}`);
      yield [letter, value];
      break;
    }
  }
}

class Switches {
  #act: HttpdAct = 'serve';
  #control: ControlWord | undefined = undefined;
  #file: string | undefined = undefined;
  #serverRoot: string | undefined = undefined;
  readonly #defines: string[] = [];
  readonly #before: string[] = [];
  readonly #after: string[] = [];
  #startupLevel: LogLevelName | undefined = undefined;
  #startupLog: string | undefined = undefined;
  #checksDocumentRoots = true;
  #skipUnknownModules = false;

  take(letter: string, value: string): void {
    switch (letter) {
      case 'D':
        this.#define(value);
        return;
      case 'C':
        this.#before.push(value);
        return;
      case 'c':
        this.#after.push(value);
        return;
      case 'd':
        this.#serverRoot = value;
        return;
      case 'f':
        this.#file = value;
        return;
      case 'e':
        this.#setLevel(value);
        return;
      case 'E':
        this.#startupLog = value;
        return;
      case 'k':
        this.#setControl(value);
        return;
      case '--skip-unknown-modules':
        this.#skipUnknownModules = true;
        return;
      default:
        this.#takePlain(letter);
    }
  }

  #takePlain(letter: string): void {
    switch (letter) {
      case 'v':
        this.#act = 'version';
        return;
      case 'l':
        this.#act = 'modules';
        return;
      case 'V':
        this.#act = 'settings';
        return;
      case 'L':
        this.#act = 'directives';
        return;
      case 't':
        if (this.#act === 'serve') this.#act = 'test';
        return;
      case 'T':
        this.#checksDocumentRoots = false;
        return;
      case 'S':
        this.#define('DUMP_VHOSTS');
        this.#define('DUMP_RUN_CFG');
        return;
      case 'M':
        this.#define('DUMP_MODULES');
        return;
      case 'X':
        this.#define('DEBUG');
        return;
      default:
        throw new SwitchError('');
    }
  }

  #define(name: string): void {
    this.#defines.push(name);
    if ((DUMPS as readonly string[]).includes(name) && this.#act !== 'directives' && this.#act !== 'settings')
      this.#act = 'dump';
  }

  #setLevel(value: string): void {
    const level = LOG_LEVELS.find((name) => name === value.toLowerCase());
    if (level === undefined) throw new SwitchError(`-e ${value}: no such level`);
    this.#startupLevel = level;
  }

  #setControl(value: string): void {
    const control = CONTROLS.find((word) => word === value);
    if (control === undefined || this.#control !== undefined) throw new SwitchError(`-k ${value}`);
    this.#control = control;
  }

  result(): HttpdSwitches {
    const isControl = this.#act === 'serve' && this.#control !== undefined && this.#control !== 'start';
    return {
      act: isControl ? 'control' : this.#act,
      control: this.#control,
      file: this.#file,
      serverRoot: this.#serverRoot,
      defines: this.#defines,
      before: this.#before,
      after: this.#after,
      startupLevel: this.#startupLevel,
      startupLog: this.#startupLog,
      checksDocumentRoots: this.#checksDocumentRoots,
      skipUnknownModules: this.#skipUnknownModules,
    };
  }
}

/** In Apache's order, its own words. */
export const HTTPD_USAGE = `Usage: portico httpd [-D name] [-d directory] [-f file]
                     [-C "directive"] [-c "directive"]
                     [-k start|restart|graceful|graceful-stop|stop]
                     [-v] [-V] [-h] [-l] [-L] [-t] [-T] [-S] [-M] [-X]
                     [--skip-unknown-modules]
Options:
  -D name            : define a name for use in <IfDefine name> directives
  -d directory       : specify an alternate initial ServerRoot
  -f file            : specify an alternate ServerConfigFile
  -C "directive"     : process directive before reading config files
  -c "directive"     : process directive after reading config files
  -e level           : show startup errors of level (see LogLevel)
  -E file            : log startup errors to file
  -v                 : show version number
  -V                 : show settings
  -h                 : list available command line options (this page)
  -l                 : list compiled in modules
  -L                 : list available configuration directives
  -t -D DUMP_VHOSTS  : show parsed vhost settings
  -t -D DUMP_RUN_CFG : show parsed run settings
  -S                 : a synonym for -t -D DUMP_VHOSTS -D DUMP_RUN_CFG
  -t -D DUMP_MODULES : show all loaded modules
  -M                 : a synonym for -t -D DUMP_MODULES
  -t -D DUMP_INCLUDES: show all included configuration files
  -t                 : run syntax check for config files
  -T                 : start without DocumentRoot(s) check
  -X                 : debug mode (do not detach)
  -D FOREGROUND      : do not detach, as -D NO_DETACH
  --skip-unknown-modules : pass over LoadModule of modules that are not Apache's own
`;
