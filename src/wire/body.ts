// How message bodies travel: a source pushes chunks into a sink and can be told to wait.
// Owns the shape only. Sockets, files, children and filters implement it; there are no streams on this path
// because a Node stream costs more than the bytes of a typical small body.

/** Takes a body. `data` answers false when the source should pause until the sink calls its `resume`. */
export interface BodySink {
  /** It copies what it keeps of a chunk, at this moment: the bytes may be overwritten once `data` has returned. */
  readonly copies?: boolean;
  /** A piece of the body. False asks for a pause. */
  data(chunk: Buffer): boolean;
  /** The body is complete. Nothing may follow. */
  end(): void;
  /** The body broke off; what was sent so far is not the whole message. */
  fail(error: Error): void;
}

/** Gives a body, once: pushes into the sink it was started with until `end` or `fail`. */
export interface BodySource {
  /** Begins to push. May call the sink before it returns. */
  start(sink: BodySink): void;
  /** Asks it to push nothing until `resume`; what is on its way may still come. */
  pause(): void;
  /** Goes on after `pause`. */
  resume(): void;
  /** The taker has lost interest: stop, and free what is held. Idempotent; the sink hears nothing more. */
  abort(): void;
}

/** A body: at hand, as a byte string or as bytes, or one that comes. */
export type BodyContent = string | Buffer | BodySource;

/** Stops a body that comes; one at hand has nothing to stop. */
export function abortContent(body: BodyContent | undefined): void {
  if (typeof body === 'object' && !Buffer.isBuffer(body)) body.abort();
}

/** Why a body from the wire broke off. `status` is the answer it deserves (400, 408, 413, 501) while one can be given. */
export class BodyError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
