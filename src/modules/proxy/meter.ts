// Who counts the bytes to and from a backend.

export interface Meter {
  /** Bytes of requests. */
  transferred: number;
  /** Bytes of responses: status lines and bodies. */
  read: number;
}
