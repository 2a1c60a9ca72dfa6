// The variables of a request. As in Apache's tables a name is found whatever its case, and keeps that of its first setting.

import { equalsIgnoreCase } from '../kit/ascii.ts';

export class Environment extends Map<string, string> {
  constructor(entries: Iterable<readonly [string, string]> = []) {
    super();
    for (const [name, value] of entries) this.set(name, value);
  }

  override get(name: string): string | undefined {
    return super.get(name) ?? super.get(this.#spelled(name));
  }

  override has(name: string): boolean {
    return super.has(name) || super.has(this.#spelled(name));
  }

  override set(name: string, value: string): this {
    return super.set(super.has(name) ? name : this.#spelled(name), value);
  }

  override delete(name: string): boolean {
    return super.delete(name) || super.delete(this.#spelled(name));
  }

  /** The name as it stands here; itself when it does not. */
  #spelled(name: string): string {
    for (const known of this.keys()) if (equalsIgnoreCase(known, name)) return known;
    return name;
  }
}
