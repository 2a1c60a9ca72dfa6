// Is the answer of a configuration always the same for the same request? It is not where it asks for the time, draws lots
// or keeps count. Whatever is not known to be steady is taken not to be.

import type { ConfNode } from '../conf/tree.ts';
import { modules } from '../modules/index.ts';
import type { LiveSite } from '../request/exchange.ts';

/** Modules whose answers follow from the request, the configuration and the files alone. */
const STEADY_MODULES: ReadonlySet<string> = new Set([
  'access_compat',
  'actions',
  'alias',
  'allowmethods',
  'auth_basic',
  'authn_anon',
  'authn_core',
  'authn_file',
  'authz_core',
  'authz_groupfile',
  'authz_host',
  'authz_owner',
  'authz_user',
  'autoindex',
  'brotli',
  'cgi',
  'core',
  'deflate',
  'dir',
  'env',
  'expires',
  'filter',
  'headers',
  'http',
  'log_config',
  'logio',
  'mime',
  'negotiation',
  'proxy',
  'proxy_connect',
  'proxy_fcgi',
  'proxy_http',
  'proxy_http2',
  'proxy_wstunnel',
  'remoteip',
  'reqtimeout',
  'rewrite',
  'setenvif',
  'ssl',
  'status',
  'substitute',
  'userdir',
  'vhost_alias',
]);

/** Sections, and what reading a configuration does itself. */
const CONF_NAMES: readonly string[] = [
  'define',
  'directory',
  'directorymatch',
  'else',
  'elseif',
  'files',
  'filesmatch',
  'if',
  'limit',
  'limitexcept',
  'location',
  'locationmatch',
  'proxymatch',
  'undefine',
  'virtualhost',
  'ifdefine',
  'ifdirective',
  'iffile',
  'ifmodule',
  'ifsection',
  'ifversion',
  'include',
  'includeoptional',
  'loadmodule',
  'macro',
  'use',
];

/** Their bounds count for fields that are otherwise not looked at, or their conditions decide only for the backend. */
const UNSTEADY_NAMES: ReadonlySet<string> = new Set([
  'limitrequestfieldsize',
  'limitrequestfields',
  'proxyfcgisetenvif',
]);

const STEADY_NAMES: ReadonlySet<string> = new Set([
  ...CONF_NAMES,
  ...modules
    .filter(({ name }) => STEADY_MODULES.has(name))
    .flatMap(({ directives }) => directives.map(({ name }) => name.toLowerCase()))
    .filter((name) => !UNSTEADY_NAMES.has(name)),
]);

/** They speak of what is written to logs, or only allow something. */
const HARMLESS_NAMES: ReadonlySet<string> = new Set([
  'customlog',
  'errorlog',
  'errorlogformat',
  'globallog',
  'logformat',
  'options',
  'transferlog',
]);

/** The time, an identity, a lot, a program or a database, and what goes round among several. */
const UNSTEADY_ARGUMENT =
  /(?<![a-z])TIME(?:_|(?![a-z]))|DATE_(?:GMT|LOCAL)|UNIQUE_ID|LOG_ID|%[tDlibI](?![a-z0-9])|(?:rnd|prg|dbd|fastdbd):|balancer:|INCLUDES/i;

function isSteadyLine(name: string, args: string): boolean {
  const lower = name.toLowerCase();
  return STEADY_NAMES.has(lower) && (HARMLESS_NAMES.has(lower) || !UNSTEADY_ARGUMENT.test(args));
}

function isSteadyTree(nodes: readonly ConfNode[]): boolean {
  return nodes.every(
    (node) =>
      isSteadyLine(node.name, node.args) && (node.kind === 'directive' || isSteadyTree(node.children)),
  );
}

function isSteadyText(lines: readonly string[]): boolean {
  return lines.every((line) => {
    const found = /^\s*(?:#|$|<?\/?([a-z0-9_]+)(.*))/is.exec(line);
    return found !== null && (found[1] === undefined || isSteadyLine(found[1], found[2] ?? ''));
  });
}

/** What is known of one site. */
export class Steadiness {
  readonly #live: LiveSite;
  readonly #isSteady: boolean;
  readonly #files: Map<string, boolean> = new Map();

  constructor(live: LiveSite) {
    this.#live = live;
    this.#isSteady = isSteadyTree(live.conf.tree);
  }

  /** `accessFiles`: the paths of those that a request has met. */
  holds(accessFiles: readonly string[]): boolean {
    return this.#isSteady && accessFiles.every((path) => this.#isSteadyFile(path));
  }

  #isSteadyFile(path: string): boolean {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    let isSteady = false;
    try {
      isSteady = isSteadyText(this.#live.io.read(path).split('\n'));
    } catch {
      // What cannot be read is not known.
    }
    this.#files.set(path, isSteady);
    return isSteady;
  }
}
