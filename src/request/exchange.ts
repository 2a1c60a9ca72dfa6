// The exchange: one request and its answer under way (Apache's request_rec), and how exchanges are linked:
// `prev` for internal redirects and error documents, `main` for subrequests. Owns the state, decides nothing.

import type { FileFacts } from '../conf/io.ts';
import type { ConfModule } from '../conf/module.ts';
import type { DirConfig } from '../conf/section.ts';
import type { Server } from '../conf/server.ts';
import type { Site } from '../conf/site.ts';
import type { Era } from '../kit/era.ts';
import type { Soon } from '../kit/wait.ts';
import type { BodyContent, BodySource } from '../wire/body.ts';
import { HeaderList } from '../wire/header-list.ts';
import type { ServerActivity } from './activity.ts';
import type { Apps } from './apps.ts';
import { Environment } from './environment.ts';
import type { HtaccessCache } from './htaccess-cache.ts';
import type { SiteIo } from './io.ts';
import type { PhaseName } from './phases.ts';
import type { ReadLimits } from './read-limits.ts';
import type { RequestEvent } from './rehearsal.ts';
import type { Transport } from './transport.ts';
import type { Verdict } from './verdict.ts';

/** Runs at one phase. What it cannot handle it declines; what it throws becomes a 500 of this exchange alone. */
export type Hook = (x: Exchange) => Soon<Verdict>;

/** What is known of a connection before anything is read from it. */
export interface ConnectionFacts {
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly localPort: number;
}

/** Changes answers on their way out: fields and body, once the answer is known and before any of it is sent. */
export interface OutputFilter {
  /** As configurations call it; case does not count. */
  readonly name: string;
  /** Its place among the others, one of FILTER_TYPE or near one. */
  readonly type: number;
  /**
   * Looks at the answer and changes what it wants to: fields, `responseBody`, `contentLength`. Doing nothing is an
   * answer, too. Throws FilterError where the answer cannot be given.
   */
  apply(x: Exchange): Soon<void>;
}

/** Changes bodies of requests on their way to a handler: takes the place of the source in `body`. */
export interface InputFilter {
  readonly name: string;
  readonly type: number;
  apply(x: Exchange): void;
}

/** Whoever tries requests out without a server: told of each step, and of what would be done outside. */
export interface Rehearsal {
  /** How much the rule engine tells: its trace level, 9 for all of it, 0 for nothing. */
  readonly ruleLevel: number;
  /** The release of Apache that is asked about; undefined for the one that portico is. */
  readonly era: Era | undefined;
  note(x: Exchange, event: RequestEvent): void;
}

/** A loaded site as its exchanges see it: one frozen configuration, kept by an exchange to its end. */
export interface LiveSite {
  /** The configuration that it runs. */
  readonly conf: Site;
  /** The main server. */
  readonly main: Server;
  /** Main server and virtual hosts. */
  readonly servers: readonly Server[];
  /** The machine that it runs on. */
  readonly io: SiteIo;
  /** Hooks by phase, in order; only of loaded modules. */
  readonly hooks: { readonly [phase in PhaseName]: readonly Hook[] };
  /** Filters of the loaded modules, by name in lower case. */
  readonly outputFilters: ReadonlyMap<string, OutputFilter>;
  /** The same of request bodies. */
  readonly inputFilters: ReadonlyMap<string, InputFilter>;
  /** What modules' `open` answered, by slot. */
  readonly states: readonly unknown[];
  /** Those that are on, in the order in which they run. */
  readonly modules: readonly ConfModule[];
  /** What is known of .htaccess files. */
  readonly htaccess: HtaccessCache;
  /** Looks up another URL or file as this server would answer it: mapped, nothing handled. Status 200 when it may. */
  lookupUri(x: Exchange, uri: string): Soon<Exchange>;
  /** The same for a file: absolute, or beside that of the exchange. */
  lookupFile(x: Exchange, file: string): Soon<Exchange>;
  /** The virtual host for a local address and a host name (lower case, without port). */
  findServer(localAddress: string, localPort: number, hostname: string): Server;
  /** How long clients of a server may take to send a request; undefined for no bound but Timeout. */
  readLimits(server: Server): ReadLimits | undefined;
  /** What the server is doing; undefined where there is none around the site. */
  readonly activity: ServerActivity | undefined;
  /** The applications that the server starts itself; undefined where there is no server around the site. */
  readonly apps: Apps | undefined;
  /** Set where requests are only tried out: no backend is asked, no program is started, no log is written. */
  readonly rehearsal: Rehearsal | undefined;
  /** Which connections begin with a PROXY header; undefined when none does. */
  readonly expectsProxyHeader: ((connection: ConnectionFacts) => boolean) | undefined;
  /** Is it enough to come from the right place, or to be the right user? */
  satisfiesAny(x: Exchange): boolean;
}

/** A request as the wire delivers it: byte strings, syntax checked, framing decided. */
export interface Incoming {
  /** The whole first line, undecoded. */
  readonly requestLine: string;
  /** As sent: case counts. */
  readonly method: string;
  /** The target as sent: path and query, `*`, or absolute form. */
  readonly target: string;
  /** Raw path of the target, without query. */
  readonly rawPath: string;
  /** Raw query without `?`; undefined when there is none. */
  readonly args: string | undefined;
  /** Host of an absolute-form target, else of the Host field: lower case, without port; '' when there is none. */
  readonly hostname: string;
  /** Port given in the target or Host, if any. */
  readonly port: number | undefined;
  /** Major * 1000 + minor, as Apache counts: 9, 1000, 1001. */
  readonly protocol: number;
  /** As they came. The exchange may change them. */
  readonly headers: HeaderList;
  /** Undefined where the head announces none. */
  readonly body: RequestBody | undefined;
}

/** The body of a request. Starting `source` lets a client that waits for `100 Continue` go on. */
export interface RequestBody {
  /** What gives its bytes, framing taken off. */
  readonly source: BodySource;
  /** Content-Length, or undefined when the body is chunked. */
  readonly length: number | undefined;
  /** The client waits for 100 Continue before it sends. */
  readonly expectsContinue: boolean;
}

/** A body of known length that can be given in parts (a file). */
export interface SliceableBody {
  readonly length: number;
  slice(start: number, length: number): BodyContent;
}

/** What a walk down the directories leaves to the exchanges that follow. */
export interface DirectoryWalked {
  /** The directory it ended in. */
  readonly directory: string;
  /** The file that counted as a level of its own below it. */
  readonly level: string | undefined;
  /** What was in force at its end. */
  readonly config: DirConfig;
}

export type ResponseBody = BodyContent | SliceableBody | undefined;

/** Remarks between modules that are seldom asked for. */
export interface NoteSource {
  note(name: string): string | undefined;
}

let lastId = 0;

/**
 * A request and its answer under way: Apache's request_rec. Hooks read and change it, phase by phase; texts of the
 * request are byte strings.
 */
export class Exchange {
  /** Counts up from 1, for all exchanges of the process. */
  readonly id: number = ++lastId;
  /** The site that answers, also when a reload has put another one in its place. */
  readonly site: LiveSite;
  /** The connection that it came on. */
  readonly transport: Transport;
  /** When the request's first line was read, milliseconds since 1970. */
  readonly startedAt: number;

  /** The virtual host that answers. */
  server: Server;
  /** Configuration in force; grows while sections are merged. */
  dirConfig: DirConfig;

  /** The whole first line, undecoded. */
  readonly requestLine: string;
  /** GET, POST …; an error document is asked for with GET. */
  method: string;
  /** HEAD: the answer has no body. Stays when an error document turns the method into GET. */
  headOnly: boolean;
  /** The target as sent by the client (Apache's unparsed_uri); of the first request after a redirect. */
  readonly target: string;
  /** Major * 1000 + minor: 9, 1000, 1001. */
  readonly protocol: number;
  /** The host that was asked for: lower case, without port; '' when there is none. */
  readonly hostname: string;
  /** The port that was asked for, if any. */
  readonly hostPort: number | undefined;
  /** Path, still encoded as the client sent it. */
  rawPath: string;
  /** URL path: decoded and normalised once its virtual host is known, before that as sent. */
  uri: string;
  /** Query as it came, without `?`. */
  args: string | undefined;
  /** Fields of the request, as modules before have left them. */
  headers: HeaderList;
  /** Body of the request; undefined for none. */
  body: RequestBody | undefined;

  /** File name, or `proxy:URL`; undefined before translateName. */
  filename: string | undefined = undefined;
  /** What of the path stands behind the file, with its `/`; '' for nothing. */
  pathInfo = '';
  /** Facts of `filename`; undefined when there is no such file (or none was looked for). */
  file: FileFacts | undefined = undefined;
  /** Facts of `filename`, or of the folder it would stand in: whose it is. */
  owner: FileFacts | undefined = undefined;
  /** Who answers (SetHandler, AddHandler); undefined for a plain file. */
  handler: string | undefined = undefined;
  /** The media type of the answer, with its charset where one is known. */
  contentType: string | undefined = undefined;
  /** In the place of DocumentRoot (mod_vhost_alias). */
  documentRoot: string | undefined = undefined;
  /** Set by Alias and its kin: the URL prefix and the folder it stands for. */
  contextPrefix = '';
  /** That folder. */
  contextDocumentRoot: string | undefined = undefined;
  /** A reverse-proxied request: `filename` is `proxy:URL`. */
  proxied = false;
  /** The user who has proved who they are, or says so. */
  user: string | undefined = undefined;
  /** How: `Basic`, `Digest`. */
  authType: string | undefined = undefined;
  /** The client's port; 0 where only a proxy's is known. */
  clientPort: number;

  /** The status of the answer. */
  status = 200;
  /** In an error document: the status it is for; else 0. */
  errorStatus = 0;
  /** Methods that would be answered, for an Allow field; '' until a handler names them. */
  allowed = '';
  /** Reason phrase when it is not the usual one. */
  reason: string | undefined = undefined;
  /** Sent with the handler's own answer; dropped when an error takes its place. */
  headersOut: HeaderList = new HeaderList();
  /** Sent with every answer, errors and redirects included (`Header always`, Set-Cookie of a rule). */
  errHeadersOut: HeaderList = new HeaderList();
  /** The fields as they were put together for the client. */
  sentHeaders: HeaderList | undefined = undefined;
  /** The body of the answer as the handler gave it; undefined for none. */
  responseBody: ResponseBody = undefined;
  /** Bytes of `responseBody` when known. */
  contentLength: number | undefined = undefined;
  /** Tag of the list that the file was chosen from: part of the file's own. */
  listTag: string | undefined = undefined;
  /** Filters that the answer goes through, in their order; undefined for none. */
  outputFilters: OutputFilter[] | undefined = undefined;
  /** Once a filter has put a body in the place of the handler's: whether all of that was at hand. */
  bodyBefore: 'at hand' | 'coming' | undefined = undefined;
  /** Filters that the body of the request goes through. */
  inputFilters: InputFilter[] | undefined = undefined;
  /** The answer is a page made for a status, not a handler's own. */
  isCanned = false;
  /** The answer was there before the request was mapped to the end (TRACE, `OPTIONS *`): nothing changes it. */
  isMadeEarly = false;
  /** The connection must close after this answer. */
  closeAfter = false;

  /** Knows remarks that are made when somebody asks for them. */
  noteSource: NoteSource | undefined = undefined;

  /** Undefined as long as the peer is the client. */
  #clientAddress: string | undefined = undefined;
  #env: Environment | undefined = undefined;
  #notes: Map<string, string> | undefined = undefined;
  /** What the environment held before an index took the directory's place: to scripts this still counts. */
  coveredEnv: ReadonlyMap<string, string> | undefined = undefined;
  /** Values of SetEnv for variables that had one: they count once a script's environment is made. */
  scriptEnv: Map<string, string> | undefined = undefined;
  /** Modules' own state: slot, value, slot, value … Few exchanges have more than one, and most slots are high. */
  #state: unknown[] | undefined = undefined;

  /** The exchange whose internal redirect or error document this is. */
  prev: Exchange | undefined = undefined;
  /** Where the walk down the directories has ended. */
  walked: DirectoryWalked | undefined = undefined;
  /** The internal redirect or error document that took the place of this one. */
  next: Exchange | undefined = undefined;
  /** Of a subrequest: the exchange that it was made for. */
  main: Exchange | undefined = undefined;
  /** Internal redirects that led here. */
  redirects = 0;

  /** Bytes of body that the answer has sent; known, as the next two, of the first of a chain once it is over. */
  bytesSent = 0;
  /** Bytes of the answer on the wire, head included. */
  wireBytesSent = 0;
  /** False when the client went away or the body broke off. */
  complete = true;

  /** `server`: the virtual host that answers (`site.findServer`); `startedAt`: milliseconds since 1970. */
  constructor(site: LiveSite, server: Server, transport: Transport, incoming: Incoming, startedAt: number) {
    this.site = site;
    this.server = server;
    this.dirConfig = server.defaults;
    this.transport = transport;
    this.startedAt = startedAt;
    this.requestLine = incoming.requestLine;
    this.method = incoming.method;
    this.headOnly = incoming.method === 'HEAD';
    this.target = incoming.target;
    this.rawPath = incoming.rawPath;
    this.uri = incoming.rawPath;
    this.args = incoming.args;
    this.protocol = incoming.protocol;
    this.hostname = incoming.hostname;
    this.hostPort = incoming.port;
    this.headers = incoming.headers;
    this.body = incoming.body;
    this.clientPort = transport.remotePort;
  }

  /** mod_remoteip's answer, else the peer. */
  get clientAddress(): string {
    return this.#clientAddress ?? this.transport.remoteAddress;
  }

  set clientAddress(address: string) {
    this.#clientAddress = address;
  }

  /** Has the same client as the exchange that it comes from. */
  takeClient(from: Exchange): void {
    this.#clientAddress = from.#clientAddress;
    this.clientPort = from.clientPort;
  }

  /** Request environment: SetEnv, SetEnvIf, E= flags, REDIRECT_*. */
  get env(): Environment {
    this.#env ??= new Environment();
    return this.#env;
  }

  set env(map: Environment) {
    this.#env = map;
  }

  /** Whether any variable is set; asking makes no list. */
  hasEnv(): boolean {
    return this.#env !== undefined && this.#env.size > 0;
  }

  /** Remarks between modules, such as `error-notes`. */
  get notes(): Map<string, string> {
    this.#notes ??= new Map();
    return this.#notes;
  }

  /** A remark by its name, of this exchange or of `noteSource`. */
  note(name: string): string | undefined {
    return this.#notes?.get(name) ?? this.noteSource?.note(name);
  }

  /** What the module of that slot has kept here. */
  stateOf(slot: number): unknown {
    const state = this.#state;
    if (state === undefined) return undefined;
    for (let i = 0; i < state.length; i += 2) if (state[i] === slot) return state[i + 1];
    return undefined;
  }

  /** Keeps what the module of that slot wants to find here again. */
  keepState(slot: number, value: unknown): void {
    const state = this.#state;
    if (state === undefined) {
      this.#state = [slot, value];
      return;
    }
    let at = 0;
    while (at < state.length && state[at] !== slot) at += 2;
    state[at] = slot;
    state[at + 1] = value;
  }

  /** Takes over what modules have kept of another exchange. */
  takeState(from: Exchange): void {
    const state = from.#state ?? [];
    for (let i = 0; i < state.length; i += 2)
      if (state[i + 1] !== undefined) this.keepState(state[i] as number, state[i + 1]);
  }

  /** Whether it only asks how something would be answered (lookupUri). */
  isSubrequest(): boolean {
    return this.main !== undefined;
  }

  /** The first exchange of a chain of internal redirects. */
  initial(): Exchange {
    let first: Exchange = this;
    while (first.prev !== undefined) first = first.prev;
    return first;
  }

  /** The request as the client made it: where subrequests and redirects began. */
  root(): Exchange {
    let at: Exchange = this;
    while (at.main !== undefined) at = at.main;
    return at.initial();
  }

  /** The last exchange of a chain of internal redirects: the one whose answer is sent. */
  last(): Exchange {
    let last: Exchange = this;
    while (last.next !== undefined) last = last.next;
    return last;
  }
}
