// The records that a FastCGI application sends back (FastCGI specification 1.0, section 3.3), read from bytes as they
// come: contents are handed over in pieces, nothing is held but a header that is not complete.

import { FCGI, FCGI_HEADER, FCGI_REQUEST_ID, FCGI_VERSION } from './fastcgi-records.ts';

/** What the end of a request says (section 5.5). */
export interface FcgiEnd {
  readonly appStatus: number;
  /** 0 when the request was answered; else why it was refused. */
  readonly protocolStatus: number;
}

/** Why bytes are no records of the request. */
export interface FcgiFault {
  readonly kind: 'version' | 'id';
  readonly value: number;
}

/** Takes what records contain. Pieces are only good until the call returns. */
export interface FcgiSink {
  output(bytes: Buffer, from: number, to: number): void;
  /** The empty record that ends the output. */
  outputEnd(): void;
  complaint(bytes: Buffer, from: number, to: number): void;
  /** A record of a type that no application sends to a responder's server; its content is passed over. */
  strange(type: number): void;
}

/** A FCGI_END_REQUEST has this much content. */
const END_LENGTH = 8;

type State = 'header' | 'content' | 'padding' | 'ended' | 'failed';

/** Reads the records of one request; made anew, or `reset`, for the next. */
export class FcgiReader {
  /** What ended the request; undefined while nothing has. */
  end: FcgiEnd | undefined = undefined;
  /** What made the bytes unreadable. */
  fault: FcgiFault | undefined = undefined;

  #state: State = 'header';
  readonly #header: Buffer = Buffer.alloc(FCGI_HEADER);
  readonly #ending: Buffer = Buffer.alloc(END_LENGTH);
  #filled = 0;
  #type = 0;
  #left = 0;
  #padding = 0;

  reset(): void {
    this.end = undefined;
    this.fault = undefined;
    this.#state = 'header';
    this.#filled = 0;
  }

  /**
   * Takes bytes up to the end of the request, its padding included, or up to a fault. Answers the index behind them:
   * what follows belongs to nobody.
   */
  feed(bytes: Buffer, sink: FcgiSink): number {
    let at = 0;
    while (at < bytes.length) {
      switch (this.#state) {
        case 'header':
          at = this.#readHeader(bytes, at, sink);
          break;
        case 'content':
          at = this.#readContent(bytes, at, sink);
          break;
        case 'padding':
          at = this.#readPadding(bytes, at);
          break;
        default:
          return at;
      }
    }
    return at;
  }

  /** The record that ends the request is read to its last byte. */
  get isOver(): boolean {
    return this.#state === 'ended';
  }

  #readHeader(bytes: Buffer, at: number, sink: FcgiSink): number {
    const taken = Math.min(FCGI_HEADER - this.#filled, bytes.length - at);
    bytes.copy(this.#header, this.#filled, at, at + taken);
    this.#filled += taken;
    if (this.#filled === FCGI_HEADER) this.#beginRecord(sink);
    return at + taken;
  }

  #beginRecord(sink: FcgiSink): void {
    const header = this.#header;
    const version = header[0]!;
    const id = header.readUInt16BE(2);
    this.#filled = 0;
    if (version !== FCGI_VERSION) this.#fail({ kind: 'version', value: version });
    else if (id !== FCGI_REQUEST_ID) this.#fail({ kind: 'id', value: id });
    else this.#beginContent(sink, header[1]!, header.readUInt16BE(4));
  }

  #beginContent(sink: FcgiSink, type: number, length: number): void {
    this.#type = type;
    this.#left = length;
    this.#padding = this.#header[6]!;
    if (type === FCGI.endRequest) this.#ending.fill(0);
    else if (type !== FCGI.stdout && type !== FCGI.stderr) sink.strange(type);
    else if (type === FCGI.stdout && length === 0) sink.outputEnd();
    this.#state = 'content';
    if (length === 0) this.#endContent();
  }

  #fail(fault: FcgiFault): void {
    this.fault = fault;
    this.#state = 'failed';
  }

  #readContent(bytes: Buffer, at: number, sink: FcgiSink): number {
    const to = at + Math.min(this.#left, bytes.length - at);
    if (this.#type === FCGI.stdout) sink.output(bytes, at, to);
    else if (this.#type === FCGI.stderr) sink.complaint(bytes, at, to);
    else if (this.#type === FCGI.endRequest) this.#readEnding(bytes, at, to);
    this.#left -= to - at;
    if (this.#left === 0) this.#endContent();
    return to;
  }

  #readEnding(bytes: Buffer, from: number, to: number): void {
    if (this.#filled >= END_LENGTH) return;
    bytes.copy(this.#ending, this.#filled, from, Math.min(to, from + END_LENGTH - this.#filled));
    this.#filled += to - from;
  }

  #endContent(): void {
    if (this.#type === FCGI.endRequest) {
      this.#filled = 0;
      this.end = { appStatus: this.#ending.readUInt32BE(0), protocolStatus: this.#ending[4]! };
    }
    this.#state = 'padding';
    if (this.#padding === 0) this.#endRecord();
  }

  #readPadding(bytes: Buffer, at: number): number {
    const taken = Math.min(this.#padding, bytes.length - at);
    this.#padding -= taken;
    if (this.#padding === 0) this.#endRecord();
    return at + taken;
  }

  #endRecord(): void {
    this.#state = this.end === undefined ? 'header' : 'ended';
  }
}
