// The engine against a recording of Apache httpd 2.4.71: configuration, requests, answers and trace lines
// in recorded.txt. A small server around the engine does what the phases do.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ExprHost } from '../kit/expr/index.ts';
import { settle } from '../kit/wait.ts';
import { unescapeUrl } from './escape.ts';
import { runDirectoryRules } from './finish-directory.ts';
import { runServerRules } from './finish-server.ts';
import type { SubrequestResult } from './host.ts';
import { internalMap, type RewriteMap, readMapLocation } from './maps.ts';
import { MemoryHost, memoryRequest } from './memory-host.ts';
import type { RewriteResult } from './outcome.ts';
import { isProblem, type RewriteProblem } from './problem.ts';
import { emptyRuleSet, mergeRuleSets, type RuleSet, RuleSetBuilder } from './rule-set.ts';
import { parseTextMap } from './text-map.ts';
import { levelOf, printTrace } from './trace.ts';

interface RecordedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  readonly fields: readonly string[];
  readonly lines: readonly string[];
}

interface RecordedCase {
  name: string;
  serverName: string;
  proxy: boolean;
  everyLine: boolean;
  conf: string[];
  readonly files: Map<string, string>;
  readonly requests: RecordedRequest[];
}

const root = '/srv/www';

function readCases(text: string): RecordedCase[] {
  const cases: RecordedCase[] = [];
  for (const block of text.split(/^=== /m).slice(1)) {
    const [head = '', ...body] = block.replace(/\n$/, '').split('\n');
    const [word = '', ...rest] = head.split(' ');
    if (word === 'case') cases.push(emptyCase(rest.join(' ')));
    else readBlock(cases.at(-1)!, word, rest.join(' '), body);
  }
  return cases;
}

function emptyCase(name: string): RecordedCase {
  const files = new Map([
    [`${root}/plain.txt`, 'plain\n'],
    [`${root}/p/f.txt`, 'f\n'],
    ['/srv/al/f', 'al\n'],
    ['/etc/passwd', 'x'],
    ['/root/x/y', 'x'],
  ]);
  return { name, serverName: 'www.test', proxy: true, everyLine: false, conf: [], files, requests: [] };
}

function readBlock(into: RecordedCase, word: string, rest: string, body: string[]): void {
  if (word === 'servername') into.serverName = rest;
  else if (word === 'noproxy') into.proxy = false;
  else if (word === 'everyline') into.everyLine = true;
  else if (word === 'conf') into.conf = body;
  else if (word === 'htaccess') into.files.set(`${root}/${rest}/.htaccess`, body.join('\n'));
  else if (word === 'file') into.files.set(`${root}/${rest}`, `${body.join('\n')}\n`);
  else if (word === 'request') into.requests.push(readRequest(rest, body));
}

function readRequest(head: string, body: string[]): RecordedRequest {
  const [line = '', ...headerLines] = head.split(' | ');
  const [method = '', target = ''] = line.split(' ');
  const headers = headerLines.map((text): [string, string] => {
    const colon = text.indexOf(':');
    return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).trim()];
  });
  const [status = '', ...fields] = body.filter((text) => text.startsWith('> ')).map((text) => text.slice(2));
  const lines = body.filter((text) => !text.startsWith('> '));
  return { method, target, headers: Object.fromEntries(headers), status: Number(status), fields, lines };
}

/** The rewrite directives of a scope, and the sections in it. */
class Site {
  readonly server: RuleSet;
  readonly sections: { readonly kind: string; readonly argument: string; readonly set: RuleSet }[] = [];
  readonly aliases: [string, string][] = [['/al', '/srv/al']];
  mergeSlashes = true;
  requestLineLimit = 8190;

  constructor(recorded: RecordedCase) {
    const builder = new RuleSetBuilder();
    builder.setEngine(true);
    this.#read(recorded, recorded.conf, builder);
    this.server = builder.build();
  }

  #read(recorded: RecordedCase, lines: readonly string[], builder: RuleSetBuilder): void {
    for (let i = 0; i < lines.length; i++) {
      const section = /^<(\w+) (.*)>$/.exec(lines[i]!);
      if (!section) {
        this.#readLine(recorded, lines[i]!, builder);
        continue;
      }
      const end = lines.indexOf(`</${section[1]}>`, i);
      const inner = new RuleSetBuilder(`${section[2]}/`);
      this.#read(recorded, lines.slice(i + 1, end), inner);
      this.sections.push({ kind: section[1]!, argument: section[2]!, set: inner.build() });
      i = end;
    }
  }

  #readLine(recorded: RecordedCase, line: string, builder: RuleSetBuilder): void {
    const [, word = '', args = ''] = /^(\w+)\s*(.*)$/s.exec(line) ?? [];
    const words = args.split(/\s+/);
    if (word === 'Alias') this.aliases.unshift([words[0]!, words[1]!]);
    else if (word === 'MergeSlashes') this.mergeSlashes = args !== 'Off';
    else if (word === 'LimitRequestLine') this.requestLineLimit = Number(args);
    else if (word === 'RewriteMap') builder.addMap(words[0]!, mapOf(recorded, words[1]!));
    else expectFine(applyDirective(builder, word, args));
  }
}

function applyDirective(builder: RuleSetBuilder, word: string, args: string): object | undefined {
  if (word === 'RewriteEngine') builder.setEngine(args === 'On');
  if (word === 'RewriteBase') return builder.setBase(args);
  if (word === 'RewriteOptions') return builder.addOptions(args.split(' '));
  if (word === 'RewriteCond') return builder.addCondition(args, word);
  return word === 'RewriteRule' ? builder.addRule(args, word) : undefined;
}

class Refused extends Error {
  constructor(problem: RewriteProblem) {
    super(problem.error);
  }
}

function expectFine(result: object | undefined): void {
  if (result && isProblem(result)) throw new Refused(result);
}

function mapOf(recorded: RecordedCase, text: string): RewriteMap {
  const { kind, argument } = readMapLocation(text);
  if (kind === 'int') {
    const map = internalMap(argument);
    if (isProblem(map)) throw new Error(map.error);
    return map;
  }
  const values = parseTextMap(recorded.files.get(argument) ?? '');
  const cache = new Set<string>();
  return {
    kind,
    source: {
      isCached: (key) => cache.has(key),
      lookup: (key) => {
        cache.add(key);
        return values.get(key) ?? null;
      },
    },
  };
}

interface Mapped {
  readonly filename: string;
  readonly pathInfo: string;
  readonly contextPrefix: string;
  readonly contextRoot: string;
}

/** One client request on its way through the rules, internal redirects included. */
class Exchange {
  readonly #case: RecordedCase;
  readonly #site: Site;
  readonly #request: RecordedRequest;
  readonly #traceLevel: number;
  readonly lines: string[] = [];
  readonly fields: string[] = [];
  #ended = false;
  #env: ReadonlyMap<string, string> = new Map();
  #cookies: ReadonlyMap<string, string> = new Map();

  constructor(recorded: RecordedCase, site: Site, request: RecordedRequest, traceLevel = 8) {
    this.#traceLevel = traceLevel;
    this.#case = recorded;
    this.#site = site;
    this.#request = request;
  }

  /** As run; a .htaccess file that is refused is answered 500. */
  runOrRefuse(): number | undefined {
    try {
      return this.run();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.lines.push(`! ${error.message}`);
      return 500;
    }
  }

  /** The status where the rules decide it, else undefined. */
  run(): number | undefined {
    let [path, query] = splitTarget(this.#request.target);
    for (let redirects = 0; redirects <= 10; redirects++) {
      const step = this.#pass(this.#normalise(path), query, redirects);
      if (step.outcome.kind !== 'internal-redirect') return this.#answer(step);
      ({ path } = step.outcome);
      ({ query } = step.outcome);
      const hash = path.indexOf('#');
      if (hash >= 0) path = path.slice(0, hash);
      if (!path.startsWith('/')) return 400;
    }
    return 500;
  }

  #normalise(path: string): string {
    const decoded = unescapeUrl(path);
    const merged = this.#site.mergeSlashes ? decoded.replace(/\/+/g, '/') : decoded;
    return merged.replace(/\/p\/\.\.\//, '/');
  }

  #pass(uri: string, query: string | undefined, redirects: number): RewriteResult {
    const server = this.#run(uri, query, redirects, undefined);
    if (
      server.outcome.kind !== 'decline' &&
      server.outcome.kind !== 'pass-through' &&
      server.outcome.kind !== 'file'
    )
      return server;
    const mapped = this.#map(uri, server);
    const inner = this.#run(uri, server.query, redirects, mapped);
    return { ...inner, pathInfo: server.outcome.kind };
  }

  #run(
    uri: string,
    query: string | undefined,
    redirects: number,
    mapped: Mapped | undefined,
    parentUri?: string,
  ): RewriteResult {
    const host = this.#host(mapped, uri, parentUri !== undefined);
    const request = memoryRequest(uri, {
      query,
      originalQuery: splitTarget(this.#request.target)[1],
      filename: mapped?.filename ?? '',
      pathInfo: mapped?.pathInfo ?? '',
      ended: this.#ended,
      isSubrequest: parentUri !== undefined,
      parentUri,
    });
    const work = mapped
      ? runDirectoryRules(this.#sectionsOf(mapped, uri), request, host, {
          mayFollowLinks: true,
          maps: this.#site.server.maps,
        })
      : runServerRules(this.#site.server, request, host);
    const result = settle(work);
    if (result instanceof Promise) throw new Error('nothing in a recorded case waits');
    if (parentUri === undefined) this.#keep(host, result, redirects);
    return result;
  }

  #keep(host: MemoryHost, result: RewriteResult, redirects: number): void {
    const kind = redirects === 0 ? 'initial' : `initial/redir#${redirects}`;
    const events = this.#case.everyLine
      ? host.events
      : host.events.filter((event) => !perRule.has(event.name));
    for (const event of events)
      this.lines.push(`${levelOf(event.name)} ${kind} ${escapeForLog(printTrace(event))}`);
    const { outcome } = result;
    if (
      outcome.kind === 'status' &&
      outcome.message !== undefined &&
      !/^(Invalid URI|Cannot map)/.test(outcome.message)
    )
      this.lines.push(`! ${outcome.code ? `${outcome.code}: ` : ''}${escapeForLog(outcome.message)}`);
    if (host.vary.length > 0) this.fields.push(`Vary: ${host.vary.join(',')}`);
    for (const [name, line] of host.cookies)
      if (!this.#cookies.has(name)) this.fields.push(`Set-Cookie: ${line}`);
    this.#ended = result.ended;
    this.#env = host.environment;
    this.#cookies = host.cookies;
  }

  #host(mapped: Mapped | undefined, uri: string, quiet: boolean): MemoryHost {
    const [name, port] = this.#case.serverName.split(':');
    return new MemoryHost({
      server: {
        name: 'www.test',
        configuredPort: Number(port ?? 0),
        hasName: (host) => host.toLowerCase() === name,
      },
      documentRoot: root,
      contextPrefix: mapped?.contextPrefix ?? '',
      contextDocumentRoot: mapped?.contextRoot ?? root,
      hasProxy: this.#case.proxy,
      requestLineLimit: this.#site.requestLineLimit,
      expr: exprHost(uri),
      files: this.#case.files,
      homes: new Map([['root', '/root']]),
      headers: { host: 'www.test:18080', ...this.#request.headers },
      variables: {
        SERVER_NAME: 'www.test',
        IPV6: 'off',
        THE_REQUEST: `${this.#request.method} ${this.#request.target} HTTP/1.1`,
      },
      env: this.#env,
      cookies: this.#cookies,
      random: 0,
      traceLevel: quiet ? 0 : this.#traceLevel,
      probe: (by, path) => this.#probe(by, path, uri),
      lookAhead: (by, path, variable) => {
        if (variable !== 'REQUEST_FILENAME') throw new Error(`no look-ahead for ${variable} here`);
        return by === 'file' ? path : this.#probe('uri', path, uri).filename;
      },
    });
  }

  #probe(by: 'uri' | 'file', path: string, parentUri: string): SubrequestResult {
    if (by === 'file') {
      const exists = this.#case.files.has(path);
      return { status: exists ? 200 : 404, filename: path, exists };
    }
    const uri = path.startsWith('/') ? path : parentUri.replace(/[^/]*$/, path);
    const result = this.#run(uri, undefined, 0, undefined, parentUri);
    const mapped = this.#map(uri, result);
    return { status: 200, filename: mapped.filename, exists: this.#case.files.has(mapped.filename) };
  }

  #map(uri: string, server: RewriteResult): Mapped {
    const { outcome } = server;
    if (outcome.kind === 'file')
      return { ...this.#walk('', outcome.path), contextPrefix: '', contextRoot: root };
    const path = outcome.kind === 'pass-through' ? outcome.path : uri;
    const alias = this.#site.aliases.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`));
    const [contextPrefix, contextRoot] = alias ?? ['', root];
    return { ...this.#walk(contextRoot, path.slice(contextPrefix.length)), contextPrefix, contextRoot };
  }

  #walk(folder: string, path: string): { filename: string; pathInfo: string } {
    const host = new MemoryHost({ files: this.#case.files });
    let filename = folder;
    for (const match of path.matchAll(/\/[^/]*/g)) {
      const isFolder = host.stat(filename, true)?.type === 'directory';
      if (!isFolder) return { filename, pathInfo: path.slice(match.index) };
      filename += match[0];
    }
    return { filename, pathInfo: '' };
  }

  #sectionsOf(mapped: Mapped, uri: string): RuleSet {
    let set: RuleSet = { ...emptyRuleSet, engine: true };
    for (const section of this.#site.sections)
      if (section.kind === 'Directory' && `${mapped.filename}/`.startsWith(`${section.argument}/`))
        set = mergeRuleSets(set, section.set);
    const folder = `${mapped.filename}/`.startsWith(`${root}/p/`) ? 'p' : undefined;
    const text = folder && this.#case.files.get(`${root}/${folder}/.htaccess`);
    if (text) set = mergeRuleSets(set, readHtaccess(text, `${root}/${folder}/`));
    for (const section of this.#site.sections)
      if (section.kind === 'Location' && `${uri}/`.startsWith(`${section.argument}/`))
        set = mergeRuleSets(set, section.set);
    return set;
  }

  #answer({ outcome }: RewriteResult): number | undefined {
    if (outcome.kind === 'status') return outcome.status;
    if (outcome.kind === 'redirect') {
      this.fields.push(`Location: ${outcome.location}`);
      return outcome.status;
    }
    return undefined;
  }
}

const perRule = new Set(['initServer', 'applyPattern', 'stripDirectory', 'addPathInfo']);

function exprHost(uri: string): ExprHost {
  const never = (): never => {
    throw new Error('the recorded expressions ask for a variable or a header only');
  };
  const values: Record<string, string> = {
    REQUEST_URI: uri,
    REQUEST_METHOD: 'GET',
    HTTP_HOST: 'www.test:18080',
  };
  return {
    variable: (name) => values[name] ?? never(),
    header: (name) => (name.toLowerCase() === 'host' ? 'www.test:18080' : undefined),
    headerRead: () => undefined,
    responseHeader: never,
    env: never,
    osEnv: never,
    note: never,
    ssl: never,
    stat: never,
    readFile: () => null,
    isAccessible: never,
    ipMatch: never,
    digest: never,
    list: never,
  };
}

function readHtaccess(text: string, directory: string): RuleSet {
  const builder = new RuleSetBuilder(directory, true);
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    expectFine(applyDirective(builder, line.slice(0, space), line.slice(space + 1)));
  }
  return builder.build();
}

function splitTarget(target: string): [string, string | undefined] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target, undefined] : [target.slice(0, mark), target.slice(mark + 1)];
}

function escapeForLog(text: string): string {
  return text.replace(/[\x00-\x1f\\\x7f-\xff]/g, (char) => {
    const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };
    return named[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

function isTrace(line: string): boolean {
  return !line.startsWith('! ');
}

const recording = readFileSync(new URL('recorded.txt', import.meta.url), 'latin1');

for (const recorded of readCases(recording)) {
  describe(`recorded: ${recorded.name}`, () => {
    const site = new Site(recorded);
    for (const request of recorded.requests) {
      it(`answers and traces ${request.method} ${request.target} as Apache does`, () => {
        const exchange = new Exchange(recorded, site, request);
        expectAnswer(exchange, exchange.runOrRefuse(), request);
        const lines = request.lines.filter((line) => !line.includes(' force filename '));
        expect(exchange.lines.filter(isTrace)).toEqual(lines.filter(isTrace));
      });

      it(`answers ${request.method} ${request.target} the same without a trace`, () => {
        const exchange = new Exchange(recorded, site, request, 0);
        expectAnswer(exchange, exchange.runOrRefuse(), request);
        expect(exchange.lines.filter(isTrace)).toEqual([]);
      });
    }
  });
}

function expectAnswer(exchange: Exchange, status: number | undefined, request: RecordedRequest): void {
  // Besides the trace Apache logs, as an error, in which file a condition stands that cannot be evaluated.
  const troubles = (lines: readonly string[]) =>
    lines.filter((line) => !isTrace(line) && !line.startsWith('! Evaluation of expression'));
  expect(troubles(exchange.lines)).toEqual(troubles(request.lines));
  // A Location the rules did not give is mod_dir's; only a served file keeps its Vary.
  const ofRules = (field: string): boolean =>
    field.startsWith('Location:')
      ? status !== undefined
      : request.status === 200 || !field.startsWith('Vary:');
  expect(exchange.fields.filter(ofRules).sort()).toEqual(request.fields.filter(ofRules).sort());
  if (status !== undefined) expect(status).toBe(request.status);
}
