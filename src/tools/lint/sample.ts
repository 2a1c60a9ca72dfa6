// Requests that are made up to try rules with, and the run of a scope's rules over one of them by the engine itself.

import type { ExprHost } from '../../kit/expr/index.ts';
import { settle } from '../../kit/wait.ts';
import type { FileFacts, RewriteResult } from '../../rules/index.ts';
import { runDirectoryRules, runServerRules } from '../../rules/index.ts';
import type { RewriteMap } from '../../rules/maps.ts';
import { MemoryHost } from '../../rules/memory-host.ts';
import type { ServerVariable } from '../../rules/variables.ts';
import { readsForeignEnv } from './env-names.ts';
import { keepPatience } from './patience.ts';
import { type RewriteScope, Unknowable } from './rewrite-scope.ts';

/** A request as it comes from a client. Byte strings; the path is decoded. */
export interface Sample {
  readonly path: string;
  readonly query: string | undefined;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly method: string;
  readonly address: string;
  /** Names in lower case; not Host. */
  readonly headers: Readonly<Record<string, string>>;
  /** Environment that an earlier pass left. */
  readonly env: ReadonlyMap<string, string>;
  /** The path that the client asked for, where an internal redirect has made another one of it. */
  readonly first?: string;
}

/** Which files there are. */
export type Files = (path: string) => 'file' | 'directory' | undefined;

/** Where a path leads into a directory beneath the scope's with an .htaccess file, whose rules take the place of these. */
export function isOtherScope(scope: RewriteScope, path: string, files: Files): boolean {
  const prefix = prefixOf(scope);
  if (scope.directory === undefined || !path.startsWith(prefix)) return false;
  const parts = path.slice(prefix.length).split('/').slice(0, -1);
  return parts.some(
    (_, at) => files(`${scope.directory}${parts.slice(0, at + 1).join('/')}/.htaccess`) === 'file',
  );
}

export const NO_FILES: Files = () => undefined;

/** A plain GET. */
export function sampleOf(path: string, more: Partial<Sample> = {}): Sample {
  return {
    path,
    query: undefined,
    scheme: 'http',
    host: 'www.example.com',
    method: 'GET',
    address: '192.0.2.1',
    headers: {},
    env: new Map(),
    ...more,
  };
}

/** What a client would have typed. */
export function urlOf({ scheme, host, path, query }: Sample): string {
  return `${scheme}://${host}${spell(path)}${query === undefined ? '' : `?${query}`}`;
}

/** A path as it is sent: bytes that a person would not see are escaped. */
export function spell(path: string): string {
  return path.replace(
    /[^!-~]|[%?#]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`,
  );
}

/** What proxies in front say of a connection that they have ended TLS for. */
const SECURE_HEADERS: Readonly<Record<string, string>> = {
  'x-forwarded-proto': 'https',
  'x-forwarded-protocol': 'https',
  'x-forwarded-ssl': 'on',
  'x-forwarded-scheme': 'https',
  'x-forwarded-port': '443',
  'x-url-scheme': 'https',
  'x-scheme': 'https',
  'front-end-https': 'on',
  'cloudfront-forwarded-proto': 'https',
  'cf-visitor': '{"scheme":"https"}',
};

/** Whether a header (in lower case) tells of the connection to a proxy in front. */
export function isProxyHeader(name: string): boolean {
  return Object.hasOwn(SECURE_HEADERS, name);
}

class SampleHost extends MemoryHost {
  readonly #sample: Sample;
  readonly #files: Files;

  constructor(sample: Sample, scope: RewriteScope, files: Files) {
    super({
      documentRoot: scope.documentRoot,
      ...contextOf(scope),
      env: sample.env,
      now: new Date(0),
      random: 0,
      server: {
        scheme: sample.scheme,
        name: sample.host.replace(/:[0-9]*$/, ''),
        port: portOf(sample),
        hasName: () => false,
      },
    });
    this.#sample = sample;
    this.#files = files;
  }

  override variable(name: ServerVariable): string {
    const { method, scheme, address, path, query, first } = this.#sample;
    switch (name) {
      case 'REQUEST_METHOD':
        return method;
      case 'REQUEST_SCHEME':
        return scheme;
      case 'HTTPS':
        return scheme === 'https' ? 'on' : 'off';
      case 'REMOTE_ADDR':
      case 'CONN_REMOTE_ADDR':
        return address;
      case 'SERVER_NAME':
        return this.server.name;
      case 'SERVER_PORT':
        return String(portOf(this.#sample));
      case 'SERVER_PROTOCOL':
        return 'HTTP/1.1';
      case 'DOCUMENT_ROOT':
      case 'CONTEXT_DOCUMENT_ROOT':
        return this.documentRoot;
      case 'THE_REQUEST':
        return `${method} ${spell(first ?? path)}${query === undefined ? '' : `?${query}`} HTTP/1.1`;
      case 'IPV6':
        return 'off';
      default:
        return '';
    }
  }

  override header(name: string): string | undefined {
    const key = name.toLowerCase();
    if (key === 'host') return this.#sample.host;
    const { headers, scheme } = this.#sample;
    return headers[key] ?? (scheme === 'https' ? SECURE_HEADERS[key] : undefined);
  }

  override env(name: string): string | undefined {
    if (name === 'HTTPS' && this.#sample.scheme === 'https') return 'on';
    // As in Apache, a variable's name is found in any case.
    const lower = name.toLowerCase();
    return super.env([...this.environment.keys()].find((known) => known.toLowerCase() === lower) ?? name);
  }

  override ssl(name: string): string {
    return name === 'HTTPS' && this.#sample.scheme === 'https' ? 'on' : '';
  }

  override waitingVariable(): string {
    throw new Unknowable();
  }

  override stat(path: string): FileFacts | null {
    const type = this.#files(path);
    return type === undefined ? null : { type, size: 1, executable: type === 'directory' };
  }

  override expr(): ExprHost {
    throw new Unknowable();
  }

  override probe(): never {
    throw new Unknowable();
  }

  override lookAhead(): never {
    throw new Unknowable();
  }

  override userHome(): string | undefined {
    return undefined;
  }
}

/** A directory that is not below DocumentRoot is there by an Alias. */
function contextOf(scope: RewriteScope): { contextPrefix: string; contextDocumentRoot: string } | undefined {
  const { directory, documentRoot } = scope;
  if (directory === undefined || directory.startsWith(documentRoot.replace(/\/?$/, '/'))) return undefined;
  return {
    contextPrefix: prefixOf(scope).replace(/\/$/, ''),
    contextDocumentRoot: directory.replace(/\/$/, ''),
  };
}

function portOf({ scheme, host }: Sample): number {
  const port = /:([0-9]+)$/.exec(host)?.[1];
  return port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port);
}

/** Maps of a server that this file does not show: they have every name, and nobody knows their values. */
class UnknownMaps extends Map<string, RewriteMap> {
  override get(name: string): RewriteMap {
    return (
      super.get(name) ?? {
        kind: 'txt',
        source: {
          lookup: () => {
            throw new Unknowable();
          },
        },
      }
    );
  }
}

/** What came of a request, with the environment that the rules left. */
export interface Tried {
  readonly result: RewriteResult;
  readonly env: ReadonlyMap<string, string>;
}

/** Runs the rules over a request; undefined where that takes what nobody can know. */
export function tryRules(
  scope: RewriteScope,
  sample: Sample,
  files: Files = NO_FILES,
  ended = false,
): Tried | undefined {
  keepPatience();
  const host = new SampleHost(sample, scope, files);
  const facts = {
    uri: sample.path,
    pathInfo: '',
    query: sample.query,
    originalQuery: sample.query,
    isSubrequest: false,
    ended,
    proxied: false,
  };
  try {
    const result = settle(
      scope.context === 'server'
        ? runServerRules(withMaps(scope), { ...facts, filename: '' }, host)
        : runDirectoryRules(withMaps(scope), { ...facts, ...fileOf(scope, sample.path, files) }, host, {
            mayFollowLinks: true,
            maps: withMaps(scope).maps,
          }),
    );
    if (result instanceof Promise || (result.rule && readsForeignEnv(scope, result.rule))) return undefined;
    return { result, env: host.environment };
  } catch (error) {
    if (error instanceof Unknowable) return undefined;
    throw error;
  }
}

function withMaps(scope: RewriteScope): RewriteScope['set'] {
  return { ...scope.set, maps: new UnknownMaps(scope.set.maps) };
}

/** Mapping stops at the first name that is not there; what is behind it is path-info. */
export function fileOf(
  scope: RewriteScope,
  path: string,
  files: Files,
): { readonly filename: string; readonly pathInfo: string } {
  const { documentRoot, directory = '/' } = scope;
  const prefix = prefixOf(scope);
  const isBelow = path.startsWith(prefix);
  const whole = isBelow ? directory + path.slice(prefix.length) : documentRoot.replace(/\/$/, '') + path;
  for (let end = (isBelow ? directory : documentRoot).length; ; ) {
    const slash = whole.indexOf('/', end);
    if (slash < 0) return { filename: whole, pathInfo: '' };
    const part = whole.slice(0, slash);
    if (slash > end && files(part) !== 'directory' && !directory.startsWith(`${part}/`))
      return { filename: part, pathInfo: whole.slice(slash) };
    end = slash + 1;
  }
}

/** The URL-path of a scope's directory, with its final slash; `/` for a server. */
export function prefixOf({ context, directory, documentRoot, set }: RewriteScope): string {
  if (context !== 'directory' || directory === undefined) return '/';
  const root = documentRoot.replace(/\/?$/, '/');
  return directory.startsWith(root)
    ? `/${directory.slice(root.length)}`
    : (set.base?.replace(/\/?$/, '/') ?? '/');
}
