// ProxyPass and ProxyPassMatch: the line's words, the worker it names and the worker's parameters.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { splitWords } from '../../conf/words.ts';
import { isGlob } from '../../kit/glob.ts';
import { compileRegex, type Regex, RegexSyntaxError } from '../../kit/regex/index.ts';
import { serverFiles } from '../contexts.ts';
import { isBalancerUrl } from './balancer/config.ts';
import { passToBalancer } from './balancer/directives.ts';
import type { PassEntry, ProxyDirConfig, ProxyServerConfig } from './config.ts';
import { healthOf } from './hcheck/loaded.ts';
import { splitUrl } from './target.ts';
import { shareWorker, workerName } from './worker.ts';
import { reasonOfNoEffect, setWorkerParameter, type WorkerParameters } from './worker-parameters.ts';

type ProxyCommand = Command<ProxyServerConfig, ProxyDirConfig>;
type ProxyDirective = Directive<ProxyServerConfig, ProxyDirConfig>;

/** What stands in sections that are matched by URL; the section's path is then the line's. */
export function isInLocation(cmd: ProxyCommand): boolean {
  return cmd.section.kind === 'location' || cmd.section.kind === 'other';
}

const SECTION_NAMES: { readonly [kind: string]: string } = {
  directory: 'Directory',
  files: 'Files',
  if: 'If',
};

/** Apache's sentence for a line in a section that is not matched by URL. */
export function refuseSection(cmd: ProxyCommand): string | undefined {
  const name = SECTION_NAMES[cmd.section.kind];
  return name === undefined ? undefined : `${cmd.name} cannot occur within <${name}> section`;
}

/** The words of a line, sorted. */
interface PassLine {
  readonly path: string;
  readonly isRegex: boolean;
  readonly url: string;
  readonly flags: ReadonlySet<string>;
  readonly mapping: PassEntry['mapping'];
  readonly params: readonly { readonly name: string; readonly value: string }[];
}

const FLAGS: ReadonlySet<string> = new Set(['nocanon', 'interpolate', 'noquery']);

function readLine(cmd: ProxyCommand, words: readonly string[], isMatch: boolean): PassLine | string {
  const inLocation = isInLocation(cmd);
  const rest = [...words];
  let isRegex = isMatch;
  if (!inLocation && rest[0] === '~') {
    if (isMatch) return "ProxyPassMatch invalid syntax ('~' usage).";
    isRegex = true;
    rest.shift();
  }
  const path = inLocation ? (cmd.section.path ?? '') : rest.shift();
  // Apache: a path with wildcards is read as a regular expression here.
  if (inLocation && isGlob(path ?? '')) isRegex = true;
  const url = rest.shift();
  if (path === undefined || url === undefined) {
    return 'ProxyPass|ProxyPassMatch needs a path when not defined in a location';
  }
  return readOptions(rest, { path, url, isRegex }, inLocation);
}

function readOptions(
  words: readonly string[],
  line: Pick<PassLine, 'path' | 'url' | 'isRegex'>,
  inLocation: boolean,
): PassLine | string {
  const flags = new Set<string>();
  const params = new Map<string, { name: string; value: string }>();
  let mapping: PassEntry['mapping'] = 'decoded';
  for (const word of words) {
    const lower = word.toLowerCase();
    const equals = word.indexOf('=');
    if (FLAGS.has(lower)) flags.add(lower);
    else if (lower.startsWith('mapping=')) {
      if (lower !== 'mapping=encoded' && lower !== 'mapping=servlet') return 'unknown mapping';
      mapping = lower === 'mapping=encoded' ? 'encoded' : 'servlet';
    } else if (equals < 0) {
      return inLocation && line.url.startsWith('/')
        ? 'ProxyPass|ProxyPassMatch can not have a path when defined in a location.'
        : "Invalid ProxyPass|ProxyPassMatch parameter. Parameter must be in the form 'key=value'.";
    } else params.set(lower.slice(0, equals), { name: word.slice(0, equals), value: word.slice(equals + 1) });
  }
  return { ...line, flags, mapping, params: [...params.values()] };
}

function setPass(cmd: ProxyCommand, text: string, isMatch: boolean): DirectiveError | undefined {
  const words = splitWords(text).map((word) => word.text);
  const line = readLine(cmd, words, isMatch);
  if (typeof line === 'string') return line;
  const regex = line.isRegex ? compilePattern(line.path) : undefined;
  if (typeof regex === 'string') return regex;
  if (/^unix:[^|]*\|[^:]*$/i.test(line.url)) {
    return {
      message: 'ProxyPass|ProxyPassMatch uses an invalid "unix:" URL',
      hint: 'write unix:/path/to/socket|http://name/',
    };
  }
  const entry: PassEntry = {
    path: line.path,
    regex,
    url: line.url === '!' ? undefined : line.url,
    nocanon: line.flags.has('nocanon'),
    interpolate: line.flags.has('interpolate'),
    mapping: line.mapping,
    place: cmd.place,
  };
  const fault = entry.url === undefined ? undefined : addWorker(cmd, entry.url, line);
  if (fault !== undefined) return fault;
  if (isInLocation(cmd)) setLocationPass(cmd, entry);
  else cmd.config.passes.push(entry);
  if (entry.mapping !== 'decoded') cmd.config.hasEncoded = true;
  return undefined;
}

function setLocationPass(cmd: ProxyCommand, entry: PassEntry): void {
  cmd.dir.pass = entry;
  if (cmd.section.isRegex !== true || entry.regex !== undefined) return;
  cmd.warn(`${cmd.name} does not read the path of this section as a regular expression`, {
    code: 'conf/no-effect',
    hint: 'use ProxyPassMatch here',
  });
}

function compilePattern(pattern: string): Regex | string {
  try {
    return compileRegex(pattern);
  } catch (error) {
    if (error instanceof RegexSyntaxError) return 'Regular expression could not be compiled.';
    throw error;
  }
}

/** Schemes whose backends cannot be spoken to: the request is answered 500 and the log says why. */
const UNSUPPORTED: { readonly [scheme: string]: string } = {
  ajp: 'let the application server listen for HTTP, too, and write http://',
  scgi: 'let the application listen for HTTP or FastCGI, and write http:// or fcgi://',
  uwsgi: 'start uWSGI with --http-socket, and write http://',
  ftp: 'let a web server hand out the files, and write http://',
};

function addWorker(cmd: ProxyCommand, url: string, line: PassLine): DirectiveError | undefined {
  if (isBalancerUrl(url)) {
    return passToBalancer(cmd, url, line.isRegex ? undefined : line.path, line.params);
  }
  const split = splitUrl(url);
  if (split === undefined || split.authority === '') return `ProxyPass URL must be absolute!: ${url}`;
  if (
    !line.isRegex &&
    /:[^\]]*[^0-9\]][^\]]*$/.test(split.authority.slice(split.authority.lastIndexOf('@') + 1))
  ) {
    return `ProxyPass Unable to parse URL: ${url}`;
  }
  if (Object.hasOwn(UNSUPPORTED, split.scheme)) {
    const hint = UNSUPPORTED[split.scheme]!;
    cmd.warn(
      `${cmd.name}: ${split.scheme}:// backends are not supported yet; requests for them are answered 500`,
      { code: 'conf/no-effect', ...(hint === '' ? {} : { hint }) },
    );
    return undefined;
  }
  return setParameters(cmd, url, line);
}

function setParameters(cmd: ProxyCommand, url: string, line: PassLine): DirectiveError | undefined {
  const scratch: WorkerParameters = {};
  for (const { name, value } of line.params) {
    const error = setWorkerParameter(scratch, name, value, healthOf(cmd));
    if (error !== undefined) return `ProxyPass ${error}`;
    warnNoEffect(cmd, name);
  }
  const name = workerName(url);
  if (name === undefined) return undefined;
  const { worker, isNew } = shareWorker(cmd.config.workers, name, line.isRegex);
  if (isNew) {
    // Apache: a worker keeps the ProxyTimeout that stands above its line, also for virtual hosts that share it.
    if (cmd.config.timeout !== undefined) worker.params.timeout = cmd.config.timeout;
    Object.assign(worker.params, scratch);
  } else {
    for (const { name, value } of line.params) {
      cmd.warn(
        `AH01146: Ignoring parameter '${name}=${value}' for worker '${worker.name}' because of worker sharing`,
      );
    }
  }
  return undefined;
}

/** Says of a parameter that it does nothing (here). */
export function warnNoEffect(cmd: Command<ProxyServerConfig, ProxyDirConfig>, name: string): void {
  if (/^hc/i.test(name)) {
    cmd.warn(
      `${cmd.name}: parameter ${name} has no effect here: health checks are for members of balancers`,
      {
        code: 'conf/no-effect',
        hint: 'make a balancer of it: <Proxy "balancer://app"> with a BalancerMember line that has the parameter',
      },
    );
  }
  const why = reasonOfNoEffect(name);
  if (why === undefined) return;
  cmd.warn(`${cmd.name}: parameter ${name} is accepted and has no effect here`, {
    code: 'conf/no-effect',
    why,
  });
}

export const passDirectives: readonly ProxyDirective[] = [
  {
    name: 'ProxyPass',
    contexts: serverFiles,
    args: 'raw',
    help: 'a virtual path and a URL',
    example: 'ProxyPass "/app/" "http://127.0.0.1:8000/"',
    set: (cmd, text = '') => refuseSection(cmd) ?? setPass(cmd, text, false),
  },
  {
    name: 'ProxyPassMatch',
    contexts: serverFiles,
    args: 'raw',
    help: 'a virtual path and a URL',
    example: 'ProxyPassMatch "^/(.*\\.gif)$" "http://127.0.0.1:8000/$1"',
    set: (cmd, text = '') => refuseSection(cmd) ?? setPass(cmd, text, true),
  },
];
