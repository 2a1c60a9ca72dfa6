// Byte strings for people: UTF-8 where it is that, every control byte visible.

import { escapeControls } from '../kit/diagnostic.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The text that the bytes spell; escapes for what spells none, and for what a terminal would obey. */
export function readable(bytes: string): string {
  if (!/[\x00-\x1f\x7f-\xff]/.test(bytes)) return bytes;
  if (/[\u0100-\uffff]/.test(bytes)) return bytes;
  const text = decoded(bytes);
  return text === undefined ? escapeControls(bytes) : text.replace(/[\x00-\x1f\x7f-\x9f]/g, escapeControls);
}

/** The same for the bytes of a request, whose line ends stay. */
export function readableLines(bytes: string): string {
  return bytes.split('\r\n').map(readable).join('\r\n');
}

function decoded(bytes: string): string | undefined {
  try {
    return decoder.decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
