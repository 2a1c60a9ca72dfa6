// What a subject begins with, looked up among many texts at once.

/** Positions in a list by a text that a subject must begin with; a look-up costs one step for each length there is. */
export class PrefixTable {
  readonly #byLength: (Map<string, number[]> | undefined)[] = [];

  get isEmpty(): boolean {
    return this.#byLength.length === 0;
  }

  add(prefix: string, position: number): void {
    this.#byLength[prefix.length] ??= new Map();
    const table = this.#byLength[prefix.length]!;
    const positions = table.get(prefix);
    if (positions) positions.push(position);
    else table.set(prefix, [position]);
  }

  /** Adds the positions of every text that `subject` begins with. */
  collect(subject: string, into: number[]): void {
    const end = Math.min(this.#byLength.length, subject.length + 1);
    for (let length = 1; length < end; length++) {
      const positions = this.#byLength[length]?.get(subject.slice(0, length));
      if (positions) into.push(...positions);
    }
  }
}
