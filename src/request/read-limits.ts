// How long a client may take to send a request (mod_reqtimeout): the contract between the module that is told and the
// connections that watch the clock.

/** For one part of a request: seconds for all of it, and how bytes that come earn more of them. */
export interface ReadLimit {
  /** Milliseconds; 0 for any time. */
  readonly timeout: number;
  /** Milliseconds that bytes cannot extend it beyond; 0 for no such bound. */
  readonly longest: number;
  /** Milliseconds that each byte earns; 0 where none does. */
  readonly perByte: number;
}

export interface ReadLimits {
  readonly header: ReadLimit;
  readonly body: ReadLimit;
}
