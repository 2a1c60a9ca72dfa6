// How far a long task has come, on standard error, where a person looks.

/** Milliseconds between two drawings. */
const PACE_MS = 100;

const WIDTH = 30;

export class Progress {
  readonly #isShown: boolean = process.stderr.isTTY === true;
  #drawnAt = 0;

  /** `part` of the whole is done; `text` says what. Cheap: most calls draw nothing. */
  show(part: number, text: () => string): void {
    if (!this.#isShown) return;
    const now = Date.now();
    if (now - this.#drawnAt < PACE_MS) return;
    this.#drawnAt = now;
    const done = Math.round(Math.min(1, part) * WIDTH);
    const bar = '█'.repeat(done) + '░'.repeat(WIDTH - done);
    process.stderr.write(
      `\r${bar} ${String(Math.floor(Math.min(1, part) * 100)).padStart(3)} %  ${text()}\x1b[K`,
    );
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.#isShown && this.#drawnAt > 0) process.stderr.write('\r\x1b[K');
  }
}
