// Byte strings as the operating system's strings.

/**
 * The text of a byte string, up to a NUL: names, arguments and environments end there. Bytes that are not UTF-8 cannot be
 * expressed through Node.
 */
export function native(bytes: string): string {
  const end = bytes.indexOf('\0');
  return Buffer.from(end < 0 ? bytes : bytes.slice(0, end), 'latin1').toString('utf8');
}
