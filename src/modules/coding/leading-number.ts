// Numbers as C reads them.

/** A number as C's atoi reads it, for directives that Apache reads so: what is none is 0. */
export function leadingNumber(text: string): number {
  return Number(/^\s*([+-]?\d{1,9})/.exec(text)?.[1] ?? 0);
}
