// A place in a pattern's text, and the small steps all readers of it share.

import { RegexSyntaxError } from './error.ts';

export class Cursor {
  readonly source: string;
  at = 0;

  constructor(source: string) {
    this.source = source;
  }

  get atEnd(): boolean {
    return this.at >= this.source.length;
  }

  /** The character here, or the empty string at the end. */
  peek(ahead = 0): string {
    return this.source.charAt(this.at + ahead);
  }

  startsWith(text: string): boolean {
    return this.source.startsWith(text, this.at);
  }

  /** The character here, stepping over it. */
  next(): string {
    return this.source.charAt(this.at++);
  }

  /** Steps over `text` if it stands here. */
  take(text: string): boolean {
    if (!this.startsWith(text)) return false;
    this.at += text.length;
    return true;
  }

  /** Steps over what the sticky expression matches here. */
  match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.source);
    if (found) this.at += found[0].length;
    return found;
  }

  /** Everything up to `end`, stepping over both. */
  until(end: string, what: string): string {
    const start = this.at;
    const stop = this.source.indexOf(end, start);
    if (stop < 0) this.fail(`missing ${end} after ${what}`, start);
    this.at = stop + end.length;
    return this.source.slice(start, stop);
  }

  fail(message: string, offset: number = this.at): never {
    throw new RegexSyntaxError(message, Math.min(offset, this.source.length));
  }
}
