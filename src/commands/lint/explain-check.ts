// `portico lint --list` and `--explain ID`: the declarations of checks, for reading in a terminal.

import type { Check, Example } from '../../tools/lint/index.ts';

/** A line for each check. */
export function listChecks(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  return checks
    .map(({ id, severity, title }) => `${id.padEnd(width)}  ${severity.padEnd(7)}  ${title}\n`)
    .join('');
}

/** All that a check declares. */
export function explainCheck({ id, severity, title, why, mend, bad, good }: Check): string {
  const parts = [
    `${id} (${severity})`,
    `${title}.`,
    wrap(why),
    wrap(`Instead: ${mend}`),
    ...bad.map((example) => shown('Wrong', example)),
    ...good.map((example) => shown('Right', example)),
  ];
  return `${parts.join('\n\n')}\n`;
}

function shown(word: string, { kind, text }: Example): string {
  const where = kind === 'htaccess' ? '.htaccess' : 'a configuration';
  return [`${word}, in ${where}:`, ...text.split('\n').map((line) => `    ${line}`)].join('\n');
}

const WIDTH = 100;

/** Lines of a width that is read easily, between words. */
function wrap(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length >= WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
