// What an application prints: cut into lines, each of which goes to the log once; the last of them are kept.

/** No line is longer, in bytes: what is longer goes on in the next. */
const LONGEST_LINE = 4000;
const KEPT_LINES = 40;
/** How much of a kept line is shown. */
const KEPT_BYTES = 500;

/** Cuts a stream into lines, without their ends. */
export class LineSplitter {
  readonly #take: (line: string) => void;
  #open = '';

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  push(chunk: Buffer): void {
    const text = this.#open + chunk.toString('latin1');
    let at = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      this.#give(text.slice(at, end));
      at = end + 1;
    }
    for (; text.length - at > LONGEST_LINE; at += LONGEST_LINE) this.#take(text.slice(at, at + LONGEST_LINE));
    this.#open = text.slice(at);
  }

  /** Nothing more comes: a last line needs no end. */
  end(): void {
    if (this.#open !== '') this.#give(this.#open);
    this.#open = '';
  }

  #give(line: string): void {
    let rest = line.endsWith('\r') ? line.slice(0, -1) : line;
    for (; rest.length > LONGEST_LINE; rest = rest.slice(LONGEST_LINE))
      this.#take(rest.slice(0, LONGEST_LINE));
    this.#take(rest);
  }
}

/** The last lines, oldest first. */
export class OutputTail {
  #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line.length > KEPT_BYTES ? `${line.slice(0, KEPT_BYTES)}...` : line);
    if (this.#lines.length >= 2 * KEPT_LINES) this.#lines = this.#lines.slice(-KEPT_LINES);
  }

  lines(): readonly string[] {
    return this.#lines.slice(-KEPT_LINES);
  }
}
