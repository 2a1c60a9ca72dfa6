// The list of files that somebody has typed: which there are, and what is in those where it matters.
//
//   index.html                    a file
//   uploads/                      a folder
//   map.txt: old new              a file with a content
//   blog/.htaccess:               a content of several lines: those below that are indented
//     RewriteEngine On
//     RewriteRule ^ index.php [L]

import { trimBlanks } from '../../conf/lexer.ts';
import { latin1 } from '../bytes.ts';

/** Names below a root or, with a slash in front, of the whole machine. Byte strings. */
export interface TypedFiles {
  readonly files: ReadonlyMap<string, string>;
  readonly folders: ReadonlySet<string>;
}

export function readTypedFiles(text: string): TypedFiles {
  const files = new Map<string, string>();
  const folders = new Set<string>();
  let open: string | undefined;
  for (const line of latin1(text).split(/\r?\n/)) {
    const indented = open === undefined ? null : /^(?: {1,2}|\t)(.*)$/.exec(line);
    if (indented !== null) files.set(open!, `${files.get(open!)}${indented[1]}\n`);
    else open = readLine(line, files, folders);
  }
  return { files, folders };
}

/** Answers the name of a file whose content may go on below. */
function readLine(line: string, files: Map<string, string>, folders: Set<string>): string | undefined {
  const text = trimBlanks(line);
  const colon = text.search(/:(?:[ \t]|$)/);
  const path = colon < 0 ? text : text.slice(0, colon);
  if (path === '') return undefined;
  if (colon < 0) {
    if (path.endsWith('/')) folders.add(path);
    else files.set(path, madeUp(path));
    return undefined;
  }
  const content = trimBlanks(text.slice(colon + 1));
  files.set(path, content === '' ? '' : `${content}\n`);
  return path;
}

/** Nobody asks for it; a file that is empty would be another one for `-s`. */
function madeUp(path: string): string {
  return `This is ${path}.\n`;
}
