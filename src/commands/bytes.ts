// Words of the command line are text; configurations are bytes in latin1 strings.

export function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
