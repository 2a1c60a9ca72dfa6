// Which paths of a long list cover a path, by whole segments: one look-up for each segment, however long the list is.
// Slashes in a row are one here, and one at the end is none; what that means exactly is for the caller to compare.

/** Positions of paths in a list. */
export class PathIndex {
  readonly #byPath: Map<string, number[]> = new Map();
  #longest = 0;

  add(path: string, position: number): void {
    const plain = plainPath(path);
    const positions = this.#byPath.get(plain);
    if (positions !== undefined) {
      positions.push(position);
      return;
    }
    this.#byPath.set(plain, [position]);
    this.#longest = Math.max(this.#longest, plain.length);
  }

  /** Adds the positions of the paths that may cover `path`; in no order. */
  collect(path: string, into: number[]): void {
    if (this.#byPath.size === 0) return;
    const plain = plainPath(path);
    // No further than the longest path: a request can have thousands of segments.
    for (let end = 0; end >= 0 && end <= this.#longest; end = plain.indexOf('/', end + 1))
      this.#collectExact(plain.slice(0, end), into);
    if (plain.length <= this.#longest) this.#collectExact(plain, into);
  }

  #collectExact(plain: string, into: number[]): void {
    const positions = this.#byPath.get(plain);
    if (positions !== undefined) for (const position of positions) into.push(position);
  }
}

function plainPath(path: string): string {
  const merged = path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
  return merged.endsWith('/') ? merged.slice(0, -1) : merged;
}
