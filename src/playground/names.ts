// How files are called on the page: by what the visitor has typed.

import { DOCUMENT_ROOT, TYPED_FILE } from '../tools/playground/typed-file.ts';
import type { Line } from '../tools/story.ts';

/** What the page itself puts around a lone .htaccess. */
const AROUND = '--htaccess';

/** From the document root; empty for what nobody has written. */
export function shortName(file: string): string {
  if (file === AROUND) return '';
  if (file === DOCUMENT_ROOT || file === `${DOCUMENT_ROOT}/`) return '/';
  return file.startsWith(`${DOCUMENT_ROOT}/`) ? file.slice(DOCUMENT_ROOT.length) : file;
}

/** The number of a line of the text that is shown. */
export function ownLine(line: Line | undefined): number | undefined {
  return line?.file === TYPED_FILE ? line.line : undefined;
}
