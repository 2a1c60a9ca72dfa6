// Records src/kit/expr/apache-answers.txt: what the Apache httpd on this machine makes of expressions.
//   node scripts/record-expr.mjs [--check]
// Kinds and texts in the file are kept; only the answers are made anew. Each expression stands in a section of its own,
// `<Location /cN>`, for which it is asked once; those that Apache refuses are found one after the other and left out.

import { readFileSync, writeFileSync } from 'node:fs';
import { apacheIn, ask, withFolder } from './apache.mjs';
import { withSupport } from './support.mjs';

const file = new URL('../src/kit/expr/apache-answers.txt', import.meta.url);
const isCheck = process.argv.includes('--check');
const FIRST_LINES = ['ServerName www.test', 'SetEnv FOO bar'];

/** The beginning of the file, and its lines as objects. */
function readAnswers(text) {
  const lines = text.trimEnd().split('\n');
  const intro = lines.filter((line) => line.startsWith('#'));
  const entries = lines.slice(intro.length).map((line, number) => {
    const [kind, expression] = line.split('\t');
    return { number, kind, expression, answer: '' };
  });
  return { intro, entries };
}

/** Four lines, so that the line of an error tells whose it is. */
function sectionOf({ number, kind, expression }) {
  const quoted = `"expr=${expression.replace(/["\\]/g, '\\$&')}"`;
  const action = kind === 'c' ? `R 1 ${quoted}` : `R ${quoted}`;
  return [`<Location /c${number}>`, `Header always set ${action}`, '</Location>', ''];
}

/** Answers the entries Apache accepts; the others get their error. */
function sortOut(entries, make) {
  let accepted = entries;
  for (;;) {
    const apache = make(accepted);
    const complaint = apache.complaint();
    if (complaint === '') return { apache, accepted };
    const [, line, message] = /Syntax error on line (\d+) of [^\n]*:\n([^\n]*)/.exec(complaint) ?? [];
    const index = (Number(line) - apache.firstLine - FIRST_LINES.length - 2) / 4;
    const refused = accepted[index];
    if (refused === undefined) throw new Error(complaint);
    refused.answer = `error ${message.replace(/^Can't parse (?:value|envclause\/)? ?expression ?: ?/, '')}`;
    accepted = accepted.filter((entry) => entry !== refused);
  }
}

async function answerFor({ number, kind }, port) {
  const head = `GET /c${number}/x/y?a=b&c=d HTTP/1.1\r\nHost: www.test\r\nUser-Agent: UA/1\r\nX-A: va\r\nConnection: close\r\n\r\n`;
  const fields = (await ask(port, head)).split('\r\n\r\n')[0].split('\r\n');
  const fieldOf = (name) => fields.find((field) => field.startsWith(`${name}: `))?.slice(name.length + 2);
  if (kind === 's') return JSON.stringify(fieldOf('R') ?? '');
  const vary = fieldOf('Vary');
  return `${fieldOf('R') === '1'}${vary === undefined ? '' : ` vary ${vary.replaceAll(', ', ',')}`}`;
}

async function record(entries, program, port) {
  await withFolder(async (folder) => {
    const make = (accepted) =>
      apacheIn({
        program,
        folder,
        port,
        modules: ['headers', 'env'],
        lines: [...FIRST_LINES, ...accepted.flatMap(sectionOf)],
        env: { XOS: 'osv' },
      });
    const { apache, accepted } = sortOut(entries, make);
    await apache.during(async () => {
      for (const entry of accepted) entry.answer = await answerFor(entry, port);
    });
  });
}

process.exitCode = await withSupport(['programs', 'ports'], async (support) => {
  const before = readFileSync(file, 'latin1');
  const { intro, entries } = readAnswers(before);
  await record(entries, support.apacheProgram(), await support.freePort());
  const lines = entries.map(({ kind, expression, answer }) => `${kind}\t${expression}\t${answer}`);
  const after = `${[...intro, ...lines].join('\n')}\n`;
  if (isCheck) {
    console.log(after === before ? 'apache-answers.txt agrees' : 'apache-answers.txt differs');
    return after === before ? 0 : 1;
  }
  writeFileSync(file, after, 'latin1');
  console.log(`${entries.length} expressions recorded`);
  return 0;
});
