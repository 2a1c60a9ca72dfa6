// Who is who around a connection to a FastCGI application: what carries a request, and who uses it.

import type { FcgiEnd, FcgiFault } from '../../../wire/fastcgi-reader.ts';
import type { BodyFeeder } from '../backend-body.ts';
import type { Loss } from '../backend-roles.ts';
import type { BodyCarrier } from '../request-relay.ts';

/** A connection, as the request sees it that has it for itself. */
export interface FcgiCarrier extends BodyCarrier, BodyFeeder {
  /** It has carried requests before this one. */
  readonly isReused: boolean;
  /** Sends the records that come before the request's input. `keeps`: they ask for the connection to stay open. */
  begin(records: string, keeps: boolean): void;
  /** The user gives up: its request may be under way, so nothing else can use the connection. */
  giveUp(): void;
}

/** Whoever uses a connection for one request. It ends with one of onEnd, onFault, onLost and onStop. */
export interface FcgiUser {
  /** The connection is up and this user's own. */
  onReady(connection: FcgiCarrier): void;
  /** No connection became free within `acquire`. */
  onBusy(): void;
  /** Some of the output; good until the call returns. False asks the connection to wait. */
  onOutput(bytes: Buffer, from: number, to: number): boolean;
  /** The application says that its output is complete. */
  onOutputEnd(): void;
  /** What came at once has been told. */
  onPause(): void;
  /** Some of what the application writes for its operator. */
  onComplaint(text: string): void;
  /** A record of a type that makes no sense here. */
  onStrange(type: number): void;
  onEnd(end: FcgiEnd): void;
  onFault(fault: FcgiFault): void;
  onLost(loss: Loss): void;
  /** Bytes may be written again. */
  onDrain(): void;
  /** Nobody wants the rest of the output: the connection is gone. */
  onStop(): void;
}
