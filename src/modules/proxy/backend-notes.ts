// What mod_proxy_http notes of an exchange with a backend, for `%{proxy-status}n` and `%{proxy-source-port}n` of logs.
// Told when asked: most logs do not.

import type { NoteSource } from '../../request/exchange.ts';

export class BackendNotes implements NoteSource {
  readonly #status: number;
  readonly #sourcePort: number | undefined;

  /** The status as the backend has sent it, and our port of the connection; undefined for a unix socket. */
  constructor(status: number, sourcePort: number | undefined) {
    this.#status = status;
    this.#sourcePort = sourcePort;
  }

  note(name: string): string | undefined {
    if (name === 'proxy-status') return String(this.#status);
    // Apache: a socket has no port.
    return name === 'proxy-source-port' ? String(this.#sourcePort ?? 0) : undefined;
  }
}
