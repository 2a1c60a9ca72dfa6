// Text that people type, in command lines and on pages, as the bytes that configurations and requests are made of.

/** The UTF-8 of a text, in a latin1 string. */
export function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
