// What portico's parsers make of the bytes of a connection, given in pieces: heads, bodies, where each message ends,
// and what ends the reading. They are driven as the connections drive them (src/server, src/modules/proxy).

import { type BodyDecoder, createBodyDecoder } from '../../src/wire/body-decoder.ts';
import type { BodyFraming } from '../../src/wire/framing.ts';
import type { HeaderList } from '../../src/wire/header-list.ts';
import { MessageError } from '../../src/wire/message-error.ts';
import { type RequestHead, type RequestLimits, RequestParser } from '../../src/wire/request-parser.ts';
import { ResponseError, type ResponseHead, ResponseParser } from '../../src/wire/response-parser.ts';
import type { WireEntry } from './corpus-file.ts';
import type { End, Reading, ReadMessage } from './verdict.ts';

export interface ParserReading<Head = unknown> extends Reading {
  readonly messages: readonly (ReadMessage & { readonly head: Head })[];
  /** Of the head whose body was being read in the end. */
  readonly unfinished: ReadonlyMap<string, string> | undefined;
  /** So many bytes at most were taken in without making a head: a bound on them is a bound on memory. */
  readonly most: number;
}

/** The head under way, and the decoder of its body. */
interface UnderWay<Head> {
  readonly head: Head;
  readonly decoder: BodyDecoder;
  body: string;
}

abstract class Reader<Head> implements ParserReading<Head> {
  readonly messages: (ReadMessage & { readonly head: Head })[] = [];
  end: End = 'clean';
  detail = '';
  most = 0;
  /** Bytes given so far. */
  protected given = 0;
  protected underWay: UnderWay<Head> | undefined = undefined;
  #headFrom = 0;

  read(piece: Buffer): void {
    let at = 0;
    while (at < piece.length && this.end !== 'refused' && this.end !== 'closed')
      at = this.underWay === undefined ? this.#readHead(piece, at) : this.#readBody(this.underWay, piece, at);
    this.given += piece.length;
  }

  #readHead(piece: Buffer, at: number): number {
    if (this.end === 'clean') this.#headFrom = this.given + at;
    const next = this.feed(piece, at);
    if (next === undefined) {
      this.most = Math.max(this.most, this.given + piece.length - this.#headFrom);
      this.end = this.isInsideHead ? 'more' : 'clean';
      return piece.length;
    }
    if (this.end !== 'refused' && this.given + next <= this.#headFrom)
      throw new Error('the parser made no progress');
    return next;
  }

  #readBody(underWay: UnderWay<Head>, piece: Buffer, at: number): number {
    const { decoder } = underWay;
    const end = decoder.decode(piece, at, (bytes, from, to) => {
      underWay.body += bytes.toString('latin1', from, to);
    });
    if (end <= at && !decoder.done && decoder.error === undefined)
      throw new Error('the decoder made no progress');
    if (decoder.error !== undefined) this.refuse(`${decoder.error.status} ${decoder.error.code}`);
    else if (decoder.done) this.complete(underWay, this.given + end);
    return end;
  }

  protected begin(head: Head, framing: BodyFraming, upTo: number): void {
    const underWay = { head, decoder: createBodyDecoder(framing), body: '' };
    this.underWay = underWay;
    this.end = 'more';
    if (underWay.decoder.done) this.complete(underWay, upTo);
  }

  protected complete({ head, body }: UnderWay<Head>, upTo: number): void {
    this.underWay = undefined;
    const { start, facts, isLast } = this.tell(head);
    this.messages.push({ start, body, facts, upTo, head });
    this.end = isLast ? 'closed' : 'clean';
  }

  get unfinished(): ReadonlyMap<string, string> | undefined {
    return this.underWay === undefined ? undefined : this.tell(this.underWay.head).facts;
  }

  protected refuse(detail: string): void {
    this.end = 'refused';
    this.detail = detail;
  }

  protected abstract readonly isInsideHead: boolean;

  /** Feeds the parser; answers the index behind the head, or undefined while there is none. */
  protected abstract feed(piece: Buffer, at: number): number | undefined;

  protected abstract tell(head: Head): { start: string; facts: Map<string, string>; isLast: boolean };
}

class RequestReader extends Reader<RequestHead> {
  readonly #parser: RequestParser;

  constructor(limits?: RequestLimits) {
    super();
    this.#parser = new RequestParser(limits);
  }

  protected get isInsideHead(): boolean {
    return this.#parser.isInsideHead;
  }

  protected feed(piece: Buffer, at: number): number | undefined {
    const head = this.#parser.feed(piece, at);
    if (head === undefined) return undefined;
    const next = this.#parser.position;
    if (head instanceof MessageError)
      this.refuse(`${head.status} ${head.code} ${JSON.stringify(head.requestLine)}`);
    // A coding that nobody here can undo: whoever reads the body gets this.
    else if (head.body.kind === 'chunked' && head.body.coded) this.refuse('501 coded');
    else this.begin(head, head.body, this.given + next);
    return next;
  }

  protected tell(head: RequestHead): { start: string; facts: Map<string, string>; isLast: boolean } {
    const facts = factsOf(head.headers, {
      method: head.method,
      target: head.target,
      path: head.path,
      version: head.version,
      scheme: head.scheme ?? '',
      host: head.host ?? '',
      port: String(head.port ?? ''),
      expect: head.expect,
      framing: head.body.kind,
      keep: head.keepAlive ? 'yes' : 'no',
    });
    return { start: head.method, facts, isLast: !head.keepAlive };
  }
}

class ResponseReader extends Reader<ResponseHead> {
  readonly #parser = new ResponseParser();

  constructor(method: string) {
    super();
    this.#parser.expect(method);
  }

  protected get isInsideHead(): boolean {
    return this.#parser.isInsideHead;
  }

  protected feed(piece: Buffer, at: number): number | undefined {
    const head = this.#parser.feed(piece, at);
    if (head === undefined) return undefined;
    const next = this.#parser.position;
    if (head instanceof ResponseError) {
      this.refuse(head.kind);
      return next;
    }
    this.begin(head, head.body, this.given + next);
    if (head.leftover !== undefined) this.#readLeftover(head.leftover);
    return next;
  }

  #readLeftover(leftover: Buffer): void {
    const underWay = this.underWay;
    if (underWay !== undefined) underWay.body += leftover.toString('latin1');
  }

  /** The backend has closed its direction. */
  finish(): void {
    if (this.underWay?.decoder.close() === true) this.complete(this.underWay, this.given);
  }

  protected tell(head: ResponseHead): { start: string; facts: Map<string, string>; isLast: boolean } {
    const facts = factsOf(head.headers, {
      version: `1.${head.minor}`,
      reason: head.reason,
      framing: head.body.kind,
      reuse: head.keepAlive ? 'yes' : 'no',
    });
    const isInterim = head.status < 200 && head.status !== 101;
    return { start: String(head.status), facts, isLast: !isInterim };
  }
}

/** Facts by name, and every field by its name: several of one name are joined by `, `. */
function factsOf(headers: HeaderList, own: Readonly<Record<string, string>>): Map<string, string> {
  const facts = new Map(Object.entries(own));
  for (const [name, value] of headers) {
    if (Object.hasOwn(own, name)) continue;
    const known = facts.get(name);
    facts.set(name, known === undefined ? value : `${known}, ${value}`);
  }
  return facts;
}

/** Places at which `bytes` are cut, in rising order; none stands for one piece. */
export type Cuts = readonly number[];

function feedCut(reader: { read(piece: Buffer): void }, bytes: Buffer, cuts: Cuts): void {
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    if (to > from) reader.read(bytes.subarray(from, to));
    from = Math.max(from, to);
  }
}

export function readRequests(
  bytes: Buffer,
  cuts: Cuts = [],
  limits?: RequestLimits,
): ParserReading<RequestHead> {
  const reader = new RequestReader(limits);
  feedCut(reader, bytes, cuts);
  return reader;
}

/** Reads what a backend says to one request, up to the end of its connection. */
export function readResponses(bytes: Buffer, method: string, cuts: Cuts = []): ParserReading<ResponseHead> {
  const reader = new ResponseReader(method);
  feedCut(reader, bytes, cuts);
  reader.finish();
  return reader;
}

/** Reads an entry of the corpus. */
export function readEntry({ bytes, section }: WireEntry, cuts: Cuts = []): ParserReading {
  return section.side === 'requests' ? readRequests(bytes, cuts) : readResponses(bytes, section.method, cuts);
}

/** Everything there is to a reading as one text: what has to be the same however the bytes were cut. */
export function tellReading({ messages, end, detail }: Reading): string {
  return JSON.stringify([messages.map((one) => [one.start, one.body, one.upTo, ...one.facts]), end, detail]);
}
