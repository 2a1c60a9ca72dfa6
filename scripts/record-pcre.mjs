// Asks pcre2test (Debian: pcre2-utils) for what PCRE2 answers:
//   node scripts/record-pcre.mjs
// In src/kit/regex/pcre-answers.txt patterns, flags and subjects are kept; only the `answer` and `error` lines are made
// anew. src/kit/regex/pcre-generated.txt is made whole, from the patterns of pcre-patterns.mjs.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { generateBlocks } from './pcre-patterns.mjs';

const fileNamed = (name) => new URL(`../src/kit/regex/${name}`, import.meta.url);
const GENERATED = { seed: 1, patterns: 660, subjects: 4 };
const modifiers = { i: 'caseless', m: 'multiline', x: 'extended' };

const hexOf = (text) => Buffer.from(text, 'latin1').toString('hex');
const subjectLine = (subject) => `${hexOf(subject).replace(/../g, '\\x$&')}\\=allcaptures`;

/** One block of the file: its pattern, its flags and its subjects. */
function readBlock(block) {
  const lines = block.split('\n');
  const valuesOf = (word) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  return {
    pattern: valuesOf('pattern')[0],
    flags: valuesOf('flags')[0] ?? '',
    subjects: valuesOf('subject').map((text) => JSON.parse(text)),
  };
}

/** What Apache compiles with, unless a flag takes it away: S is "no dotall", E is "no dollar_endonly". */
function testInput({ pattern, flags, subjects }) {
  const on = [...flags].flatMap((flag) => modifiers[flag] ?? []);
  if (!flags.includes('S')) on.push('dotall');
  if (!flags.includes('E')) on.push('dollar_endonly');
  return `/${hexOf(pattern)}/${['hex', ...on].join(',')}\n${subjects.map(subjectLine).join('\n')}\n\n`;
}

const unescaped = (text) =>
  text.replace(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
const printable = (text) =>
  JSON.stringify(text).replace(/[\x7f-\xff]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);

/** The answers to one block, in order: an error for all, or one for each subject. */
function readAnswers(output) {
  const error = /^Failed: error (\d+) at offset \d+: (.*)$/m.exec(output);
  if (error) return { error: `${error[1]} ${error[2]}` };
  const answers = [];
  for (const line of output.split('\n')) {
    const group = /^ ?(\d+): (.*)$/.exec(line);
    if (group?.[1] === '0') answers.push([]);
    if (group) answers.at(-1).push(group[2] === '<unset>' ? '-' : printable(unescaped(group[2])));
    else if (/^(?:No match|Failed)/.test(line)) answers.push([line === 'No match' ? 'none' : 'failed']);
  }
  return { answers: answers.map((groups) => groups.join(' ')) };
}

function record(block) {
  const run = spawnSync('pcre2test', ['-q'], { input: testInput(block), encoding: 'latin1' });
  if (run.error) throw run.error;
  const { error, answers } = readAnswers(run.stdout);
  const head = [`pattern ${block.pattern}`, ...(block.flags ? [`flags ${block.flags}`] : [])];
  if (error) return [...head, `error ${error}`].join('\n');
  if (answers.length !== block.subjects.length) throw new Error(`${block.pattern}\n${run.stdout}`);
  return [
    ...head,
    ...block.subjects.flatMap((s, i) => [`subject ${printable(s)}`, `answer ${answers[i]}`]),
  ].join('\n');
}

function write(name, intro, blocks) {
  writeFileSync(fileNamed(name), `${[intro, ...blocks.map(record)].join('\n\n')}\n`);
  const pairs = blocks.reduce((sum, block) => sum + block.subjects.length, 0);
  console.log(`${name}: ${blocks.length} patterns, ${pairs} subjects`);
}

const [intro, ...texts] = readFileSync(fileNamed('pcre-answers.txt'), 'utf8').trimEnd().split(/\n\n+/);
write('pcre-answers.txt', intro, texts.map(readBlock));
const { seed, patterns, subjects } = GENERATED;
write(
  'pcre-generated.txt',
  `# As pcre-answers.txt, for random patterns (seed ${seed}). Made whole by \`node scripts/record-pcre.mjs\`.`,
  generateBlocks(seed, patterns, subjects),
);
