// The settings beside a configuration as Debian keeps them: /etc/apache2/envvars, a shell script that Apache's launcher
// reads before it starts the server. Read here without a shell: assignments, export, unset, tests in `if`, other such
// files. What needs a program to be read is left out and said.

import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isOpen, readWords, ShellLimit, type ShellVariables, splitCommands } from './shell-words.ts';

/** What a script of settings comes to. */
export interface Settings {
  /** Exported variables; undefined for those that it unsets. */
  readonly exported: ReadonlyMap<string, string | undefined>;
  /** What was left out: `line N: why`. */
  readonly problems: readonly string[];
}

export interface SettingsHost {
  env(name: string): string | undefined;
  /** The text of a file that the script reads; undefined when there is none. */
  read(path: string): string | undefined;
  /** For `-f`, `-d` and their kin. */
  test(operator: string, path: string): boolean;
}

/** Scripts that read each other. */
const MOST_FILES = 10;

export function readSettings(text: string, host: SettingsHost): Settings {
  const script = new Script(host);
  script.run(text);
  return { exported: script.exported(), problems: script.problems };
}

/** An `if` that is open: whether its present branch runs, and whether one of its branches has. */
interface Branch {
  runs: boolean;
  isDone: boolean;
}

class Script implements ShellVariables {
  readonly problems: string[] = [];
  readonly #host: SettingsHost;
  /** undefined: unset. */
  readonly #values = new Map<string, string | undefined>();
  readonly #exports = new Set<string>();
  readonly #branches: Branch[] = [];
  /** The branch whose condition is being read, up to its `then`. */
  #asking: Branch | undefined = undefined;
  #files = 0;
  #line = 0;

  constructor(host: SettingsHost) {
    this.#host = host;
  }

  get(name: string): string | undefined {
    return this.#values.has(name) ? this.#values.get(name) : this.#host.env(name);
  }

  set(name: string, value: string): void {
    this.#values.set(name, value);
  }

  /** What a program started after the script would see changed. */
  exported(): ReadonlyMap<string, string | undefined> {
    const seen = [...this.#values].filter(
      ([name, value]) => value === undefined || this.#exports.has(name) || this.#host.env(name) !== undefined,
    );
    return new Map(seen);
  }

  run(text: string): void {
    if (++this.#files > MOST_FILES) throw new ShellLimit('too many files read each other');
    const lines = text.split('\n');
    for (let at = 0; at < lines.length; at++) {
      this.#line = at + 1;
      let line = lines[at]!;
      while ((line.endsWith('\\') || isOpen(line)) && at + 1 < lines.length)
        line = line.endsWith('\\') ? line.slice(0, -1) + lines[++at] : `${line}\n${lines[++at]}`;
      this.#runLine(line);
    }
  }

  #runLine(line: string): void {
    let isTrue = true;
    for (const { text, after } of splitCommands(line)) {
      if ((after === '&&' && !isTrue) || (after === '||' && isTrue)) continue;
      try {
        isTrue = this.#command(text);
      } catch (error) {
        if (!(error instanceof ShellLimit)) throw error;
        this.problems.push(`line ${this.#line}: ${error.message}`);
        isTrue = false;
      }
    }
  }

  get #isRunning(): boolean {
    return this.#branches.every(({ runs }) => runs);
  }

  /** Runs one command; answers whether it succeeded. */
  #command(text: string): boolean {
    const [, keyword, rest = ''] = /^(if|then|elif|else|fi)(?:\s+([\s\S]*))?$/.exec(text) ?? [];
    if (keyword !== undefined) return this.#keyword(keyword, rest);
    if (this.#asking !== undefined) return this.#ask(this.#asking, text);
    return this.#isRunning ? this.#simple(text) : true;
  }

  #keyword(keyword: string, rest: string): boolean {
    if (keyword === 'if') {
      const branch = { runs: false, isDone: !this.#isRunning };
      this.#branches.push(branch);
      return this.#begin(branch, rest);
    }
    const open = this.#branches.at(-1);
    if (open === undefined) throw new ShellLimit(`${keyword} without if`);
    this.#asking = undefined;
    if (keyword === 'elif') return this.#begin(open, rest);
    if (keyword === 'fi') this.#branches.pop();
    else if (keyword === 'else') open.runs = !open.isDone;
    return rest === '' || keyword === 'fi' ? true : this.#command(rest);
  }

  /** A condition, of which `&&` and `||` may bring more on the same line. */
  #begin(branch: Branch, condition: string): boolean {
    branch.runs = false;
    if (branch.isDone) return false;
    this.#asking = branch;
    return this.#ask(branch, condition);
  }

  /** A branch whose condition cannot be read does not run, nor do those behind it. */
  #ask(branch: Branch, condition: string): boolean {
    branch.runs = false;
    branch.isDone = true;
    branch.runs = this.#simple(condition);
    branch.isDone = branch.runs;
    return branch.runs;
  }

  #simple(text: string): boolean {
    const [, isNot, plain = text] = /^(!\s+)([\s\S]*)$/.exec(text) ?? [];
    const words = readWords(plain, this).map((word) => word.text);
    const [name = '', ...args] = words;
    const result = this.#builtin(name, args, plain);
    return isNot === undefined ? result : !result;
  }

  #builtin(name: string, args: readonly string[], text: string): boolean {
    switch (name) {
      case '':
      case ':':
      case 'true':
        return true;
      case 'false':
        return false;
      case 'export':
        for (const word of args) this.#exports.add(this.#assign(word) ?? word);
        return true;
      case 'unset':
        for (const word of args.filter((arg) => arg !== '-v')) this.#unset(word);
        return true;
      case '[':
      case 'test':
        return this.#test(name === '[' ? this.#insideBrackets(args) : args);
      case '.':
      case 'source':
        return this.#source(args[0] ?? '');
      default:
        return this.#assignAll([name, ...args], text);
    }
  }

  #unset(name: string): void {
    this.#values.set(name, undefined);
    this.#exports.delete(name);
  }

  /** `NAME=value` → its name. */
  #assign(word: string): string | undefined {
    const [, name, value = ''] = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/.exec(word) ?? [];
    if (name !== undefined) this.set(name, value);
    return name;
  }

  #assignAll(words: readonly string[], text: string): boolean {
    const isAssignment = words.every((word) => /^[A-Za-z_][A-Za-z0-9_]*=/.test(word));
    if (!isAssignment) throw new ShellLimit(`it runs \`${text.split(/\s/)[0]}\``);
    for (const word of words) this.#assign(word);
    return true;
  }

  #insideBrackets(args: readonly string[]): readonly string[] {
    if (args.at(-1) !== ']') throw new ShellLimit('a [ is not closed');
    return args.slice(0, -1);
  }

  #test(args: readonly string[]): boolean {
    const [first = '', second, third] = args;
    if (first === '!' && args.length > 1) return !this.#test(args.slice(1));
    if (args.length <= 1) return first !== '';
    if (args.length === 2 && first === '-z') return second === '';
    if (args.length === 2 && first === '-n') return second !== '';
    if (args.length === 2 && /^-[defrswxLh]$/.test(first)) return this.#host.test(first, second!);
    if (args.length === 3 && (second === '=' || second === '==')) return first === third;
    if (args.length === 3 && second === '!=') return first !== third;
    throw new ShellLimit(`it asks \`${args.join(' ')}\``);
  }

  #source(path: string): boolean {
    const text = this.#host.read(path);
    if (text === undefined) throw new ShellLimit(`${path} cannot be read`);
    const line = this.#line;
    this.run(text);
    this.#line = line;
    return true;
  }
}

/** The real machine. */
const machineHost: SettingsHost = {
  env: (name) => process.env[name],
  read: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  test: (operator, path) => {
    const facts = statSync(path, { throwIfNoEntry: false });
    if (operator === '-d') return facts?.isDirectory() === true;
    if (operator === '-f') return facts?.isFile() === true;
    if (operator === '-s') return (facts?.size ?? 0) > 0;
    return facts !== undefined;
  },
};

/**
 * Puts the settings beside a configuration into the environment, as Apache's launcher does, and makes the folder of its
 * PidFile, which lies in memory and is gone after each start of the machine. Without an envvars file nothing happens.
 * `keep` leaves alone what the environment has already.
 */
export function takeSettings(
  confFile: string,
  report: (problem: string) => void,
  keep: boolean = false,
): void {
  const directory = dirname(confFile);
  const file = join(directory, 'envvars');
  if (!existsSync(file)) return;
  const text = machineHost.read(file);
  if (text === undefined) {
    report(`${file} cannot be read`);
    return;
  }
  const env = (name: string): string | undefined =>
    process.env[name] ?? (name === 'APACHE_CONFDIR' ? directory : undefined);
  const { exported, problems } = readSettings(text, { ...machineHost, env });
  for (const problem of problems) report(`${file}, ${problem}: left out`);
  for (const [name, value] of exported) {
    if (keep && process.env[name] !== undefined) continue;
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  if (process.env.APACHE_ARGUMENTS)
    report(`${file}: APACHE_ARGUMENTS is not used; give these switches to portico`);
  makeRunFolder(exported.get('APACHE_RUN_DIR'));
}

/** Who may not make it is told so when the PidFile is written. */
function makeRunFolder(path: string | undefined): void {
  if (path === undefined || !path.startsWith('/')) return;
  try {
    mkdirSync(path, { recursive: true });
  } catch {
    // The PidFile says what is wrong.
  }
}
