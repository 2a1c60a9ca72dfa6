// mod_vhost_alias: folders of virtual hosts by their names or addresses, without a <VirtualHost> for each.

import type { Directive } from '../conf/directive.ts';
import { lowerAscii } from '../kit/ascii.ts';
import type { Exchange } from '../request/exchange.ts';
import { logEvent } from '../request/log.ts';
import { defineModule, type Module } from '../request/module.ts';
import { serverName, serverPort } from '../request/self-url.ts';
import { DECLINED, OK, type Verdict } from '../request/verdict.ts';
import { servers } from './contexts.ts';

/** A part of a pattern: text as it is, or a part of the name. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'port' }
  | { readonly kind: 'name'; readonly part: Part; readonly letters: Part };

/** `N`, `N+`, `-N`, `-N+`, counted from one; 0 is all of it. */
interface Part {
  readonly index: number;
  readonly fromEnd: boolean;
  readonly andMore: boolean;
}

interface Pattern {
  /** Undefined: `none`. */
  readonly pieces: readonly Piece[] | undefined;
  readonly by: 'name' | 'address';
}

interface VhostAliasServer {
  documentRoot?: Pattern;
  scriptRoot?: Pattern;
}

const PIECE = /([^%]+)|%(?:(%)|(p)|(-?)([0-9])(\+?)(?:\.(-?)([0-9])(\+?))?)/y;

function readPieces(map: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < map.length) {
    PIECE.lastIndex = at;
    const match = PIECE.exec(map);
    // A dot behind a part must be followed by letters.
    if (match === null || (match[5] !== undefined && match[8] === undefined && map[PIECE.lastIndex] === '.'))
      return undefined;
    pieces.push(pieceOf(match));
    at += match[0].length;
  }
  return pieces;
}

function pieceOf(match: RegExpExecArray): Piece {
  if (match[1] !== undefined) return { kind: 'text', text: match[1] };
  if (match[2] !== undefined) return { kind: 'text', text: '%' };
  if (match[3] !== undefined) return { kind: 'port' };
  return {
    kind: 'name',
    part: partOf(match[4], match[5], match[6]),
    letters: partOf(match[7], match[8], match[9]),
  };
}

function partOf(dash: string | undefined, digit: string | undefined, plus: string | undefined): Part {
  return { index: Number(digit ?? 0), fromEnd: dash === '-', andMore: plus === '+' };
}

/** Dots of a name that are looked at. */
const MOST_PARTS = 19;

/** The parts of a name: what is behind the last dot that counts stays together. */
function splitName(name: string): string[] {
  const parts = name.split('.');
  if (parts.length <= MOST_PARTS) return parts;
  return [...parts.slice(0, MOST_PARTS - 1), parts.slice(MOST_PARTS - 1).join('.')];
}

/** Some of `items`, as a part says; undefined where there are not so many. */
function choose<T>(items: readonly T[], { index, fromEnd, andMore }: Part): readonly T[] | undefined {
  if (index === 0) return items;
  if (index > items.length) return undefined;
  const at = fromEnd ? items.length - index : index - 1;
  if (!andMore) return items.slice(at, at + 1);
  return fromEnd ? items.slice(0, at + 1) : items.slice(at);
}

const MISSING = '_';

function namePiece(name: string, { part, letters }: Extract<Piece, { kind: 'name' }>): string {
  const chosen = choose(splitName(name), part)?.join('.') ?? MISSING;
  return lowerAscii(choose([...chosen], letters)?.join('') ?? MISSING);
}

function interpolate(x: Exchange, pieces: readonly Piece[], name: string): string {
  let path = '';
  for (const piece of pieces) {
    if (piece.kind === 'text') path += piece.text;
    else if (piece.kind === 'port') path += serverPort(x);
    else path += namePiece(name, piece);
  }
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Whether a pattern, filled with a client's Host, leads anywhere but into one folder after the other. */
function climbs(path: string): boolean {
  return path.split('/').includes('..') || path.includes('\0');
}

const SCRIPTS = 'cgi-bin/';

/** Where `cgi-bin/` begins in a path that begins with it; -1 elsewhere. */
function scriptsAt(uri: string): number {
  const slashes = /^\/*/.exec(uri)![0].length;
  return uri.startsWith(SCRIPTS, slashes) ? slashes : -1;
}

function translateName(x: Exchange): Verdict {
  const { documentRoot, scriptRoot } = vhostAlias.server(x);
  if ((documentRoot === undefined && scriptRoot === undefined) || x.proxied) return DECLINED;
  const at = scriptRoot?.pieces === undefined ? -1 : scriptsAt(x.uri);
  if (at >= 0) return mapTo(x, scriptRoot!, x.uri.slice(at + SCRIPTS.length - 1), true);
  if (documentRoot === undefined || !x.uri.startsWith('/')) return DECLINED;
  return mapTo(x, documentRoot, x.uri, false);
}

function mapTo(x: Exchange, { pieces, by }: Pattern, path: string, isScript: boolean): Verdict {
  if (pieces === undefined) return DECLINED;
  const name = by === 'name' ? serverName(x) : x.transport.localAddress;
  const root = interpolate(x, pieces, name);
  if (name.includes('/') || climbs(root)) {
    logEvent(x, 'vhost_alias', 'error', `the name '${name}' makes no folder of a virtual host`);
    return 400;
  }
  x.filename = root + path;
  x.contextDocumentRoot = root;
  x.documentRoot = root;
  if (x.main !== undefined) x.main.documentRoot = root;
  if (isScript) {
    x.handler = 'cgi-script';
    x.notes.set('alias-forced-type', 'cgi-script');
    x.contextPrefix = '/cgi-bin';
  }
  return OK;
}

function rootDirective(
  name: string,
  setting: keyof VhostAliasServer,
  by: Pattern['by'],
  help: string,
  example: string,
): Directive<VhostAliasServer, undefined> {
  return {
    name,
    args: 'take1',
    contexts: servers,
    help,
    example: `${name} ${example}`,
    set(cmd, map = '') {
      if (!map.startsWith('/')) {
        if (lowerAscii(map) !== 'none') return "format string must be an absolute path, or 'none'";
        cmd.config[setting] = { pieces: undefined, by };
        return undefined;
      }
      const pieces = readPieces(map);
      if (pieces === undefined) return 'syntax error in format string';
      cmd.config[setting] = { pieces, by };
      return undefined;
    },
  };
}

const SCRIPT_HELP = 'how to create a ScriptAlias based on the host';
const ROOT_HELP = 'how to create the DocumentRoot based on the host';

export const vhostAlias: Module<VhostAliasServer> = defineModule<VhostAliasServer>({
  name: 'vhost_alias',
  directives: [
    rootDirective('VirtualDocumentRoot', 'documentRoot', 'name', ROOT_HELP, '/www/hosts/%0/docs'),
    rootDirective('VirtualDocumentRootIP', 'documentRoot', 'address', ROOT_HELP, '/www/hosts/%0/docs'),
    rootDirective('VirtualScriptAlias', 'scriptRoot', 'name', SCRIPT_HELP, '/www/hosts/%0/cgi-bin'),
    rootDirective('VirtualScriptAliasIP', 'scriptRoot', 'address', SCRIPT_HELP, '/www/hosts/%0/cgi-bin'),
  ],
  serverConfig: { create: () => ({}), merge: (base, add) => ({ ...base, ...add }) },
  hooks: { translateName },
});
