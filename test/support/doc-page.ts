// A page of docs/, whose examples are run as they stand there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DocPage {
  readonly text: string;
  /** What stands between fences of that language (`sh`, `apache`, `js`), in order. */
  blocksOf(language: string): readonly string[];
}

export function readDocPage(name: string): DocPage {
  const text = readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');
  return {
    text,
    blocksOf(language) {
      const fenced = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
      return [...text.matchAll(fenced)].map(([, block = '']) => block);
    },
  };
}
