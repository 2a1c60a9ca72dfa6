// docs/lint.md, made from the declarations of the checks, and docs/traps.md, made from the cases in
// test/conformance/traps, what Apache answered to them, and what `portico explain` tells of them.

import { readdirSync, readFileSync } from 'node:fs';
import { storyOf } from './trap-stories.mjs';

const traps = new URL('../test/conformance/traps/', import.meta.url);

/** The reference of all checks. */
export function lintPage(groups, made) {
  const count = groups.flatMap(({ checks }) => checks).length;
  return [
    '# portico lint',
    '',
    `Finds ${count} known traps in rewrite rules and configurations: holes, loops, lines that never do anything. What it says of a`,
    'rule is not guessed from its text: the engine that serves requests is run on requests made for the rule, and whether a',
    'pattern can match at all, or takes everything that another one waits for, is decided over all subjects there are.',
    `${made}`,
    '',
    '```',
    'portico lint .htaccess              one file, by itself',
    'portico lint public/                every .htaccess file beneath; public/ stands for /',
    'portico lint -f httpd.conf          a whole configuration, with what it includes (-d, -D, -C, -c as for serve)',
    'portico lint - < .htaccess          standard input',
    'portico lint --list                 every check',
    'portico lint --explain rewrite-loop what a check is about',
    '```',
    '',
    '`--severity error|warning|note` says which findings are shown and count (warnings and errors, where nothing is said).',
    '`--format json` and `--format sarif` (2.1.0) are for programs. `--as htaccess|config` says what a file is whose name does',
    'not; `--document-root DIR` says which directory stands for `/`. The exit code is 0 when nothing is found, 1 when something',
    'is, 2 for wrong usage. Errors that would keep the configuration from being read are findings, too.',
    '',
    '**error**: it does not work, or it is a hole. **warning**: it does something else than it looks. **note**: worth a thought.',
    '',
    'A comment switches checks off; several ids stand side by side, and without an id all are meant:',
    '',
    '```apache',
    '# portico-lint-disable-next-line rewrite-loop',
    'RewriteRule ^(.*)$ public/$1 [L]',
    'RewriteRule ^(.*)$ public/$1 [L] # portico-lint-disable-line rewrite-loop',
    '# portico-lint-disable-file query-dropped',
    '```',
    '',
    'The second form stands where Apache passes over what follows the last argument: behind the flags of RewriteRule and',
    'RewriteCond. [traps.md](traps.md) shows some of the traps with what Apache answers.',
    '',
    ...groups.flatMap(({ title, checks }) => [
      `## ${title}`,
      '',
      '| check | severity | |',
      '| --- | --- | --- |',
      ...checks.map(({ id, severity, title: what }) => `| [${id}](#${id}) | ${severity} | ${cell(what)} |`),
      '',
      ...checks.flatMap(checkSection),
    ]),
  ].join('\n');
}

/** Marks of Markdown and of its tables, as themselves. */
function cell(text) {
  return plain(text).replaceAll('|', '\\|');
}

function plain(text) {
  return text.replace(/[<*_[\]]/g, '\\$&');
}

function checkSection({ id, severity, title, why, mend, bad, good }) {
  return [
    `### ${id}`,
    '',
    `**${severity}.** ${plain(title)}. ${plain(why)}`,
    '',
    plain(mend),
    '',
    ...bad.slice(0, 1).flatMap((example) => exampleBlock('Wrong', example)),
    ...good.slice(0, 1).flatMap((example) => exampleBlock('Right', example)),
  ];
}

function exampleBlock(word, { kind, text, files }) {
  const beside =
    files === undefined
      ? ''
      : ` (and there is ${Object.keys(files)
          .map((file) => `\`${file}\``)
          .join(', ')})`;
  return [
    `${word}, ${kind === 'htaccess' ? 'in `.htaccess`' : 'in a configuration'}${beside}:`,
    '',
    '```apache',
    text,
    '```',
    '',
  ];
}

/** Nothing of a story says which Require line let a request in, or kept it out. */
const UNTOLD = new Set(['require-all-granted', 'limit-leaves-methods']);

/** Where the story of the mended form shows something that the first one does not. */
const TOLD_MENDED = new Set([
  'rewrite-loop',
  'pattern-with-query',
  'conditions-end-at-rule',
  'file-test-before-mapping',
  'space-in-query',
  'redirect-shows-file-path',
  'variable-set-too-late',
  'trusts-forwarded-for',
]);

/** The traps, each with its mended form, Apache's answers to both, and the story of a request. */
export async function trapsPage(made) {
  const names = readdirSync(traps)
    .filter((name) => name.endsWith('.case'))
    .sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  const parts = [];
  for (const name of names) parts.push(...(await trapsIn(name)));
  return [
    '# Traps',
    '',
    'Configurations that do something else than they look, with what Apache 2.4.71 answers, and how to mend them.',
    'Each stands as a case in `test/conformance/traps`, and a test holds that portico answers the same; `portico lint` finds',
    'them ([lint.md](lint.md)). Below each stands what `portico explain` says of the request ([explain.md](explain.md) tells how',
    'to read it); `…` is in the place of header fields that do not matter. Where the folder is `/srv/htdocs`, the',
    '`.htaccess` file is in it. Where only Require lines decide, there is no story: it would not tell them apart.',
    made,
    '',
    ...parts,
  ].join('\n');
}

const ORDER = ['rules.case', 'proxy.case', 'access.case'];

async function trapsIn(name) {
  const cases = readCases(readFileSync(new URL(name, traps), 'utf8'));
  const answers = readAnswers(currentText(new URL(name.replace('.case', '.answers'), traps)));
  const parts = [];
  for (const one of cases) {
    const mended = cases.find((other) => other.name === `${one.name}-mended`);
    if (mended !== undefined) parts.push(...(await trapSection(one, mended, answers)));
  }
  return parts;
}

async function trapSection(one, mended, answers) {
  const [title, ...more] = one.note.split('\n');
  const check = /^check: (.*)$/m.exec(one.note)?.[1];
  const text = more.filter((line) => !line.startsWith('check: '));
  const request = requestThatShows(one, mended, answers);
  const stories = UNTOLD.has(check) ? [] : TOLD_MENDED.has(check) ? [one, mended] : [one];
  const [story = [], mendedStory = []] = await Promise.all(
    stories.map(async ({ sections }) => ['```console', await storyOf(sections, request), '```', '']),
  );
  return [
    `## ${title.replace(/^# /, '')}`,
    '',
    ...text,
    '',
    ...shown(one, answers),
    ...story,
    'Mended:',
    '',
    ...shown(mended, answers),
    ...mendedStory,
    `Found by [${check}](lint.md#${check}).`,
    '',
  ];
}

/** The first request of both forms that the mending changes. */
function requestThatShows(one, mended, answers) {
  const [before, after] = [one, mended].map(({ name }) => answers.get(name) ?? []);
  const found = before.find(({ request, status, location, body }) => {
    const other = after.find((answer) => answer.request === request);
    return (
      other !== undefined && (other.status !== status || other.location !== location || other.body !== body)
    );
  });
  return (found ?? before[0]).request;
}

function shown({ name, sections }, answers) {
  const lines = (answers.get(name) ?? []).map(({ request, status, location, body }) => {
    const said = [status, location === undefined ? '' : `Location: ${location}`, body].filter(
      (part) => part !== '',
    );
    return `${/^[A-Z]+ /.test(request) ? request : `GET ${request}`}  →  ${said.join('  ')}`;
  });
  return [
    ...sections.filter(isConfiguration).flatMap(({ text }) => ['```apache', text, '```', '']),
    '```',
    ...lines.map((line) =>
      line.replaceAll('{PORT}', '8080').replaceAll('{ECHO}', '8000').replaceAll('{ROOT}', '/srv'),
    ),
    '```',
    '',
  ];
}

function isConfiguration({ keyword }) {
  return keyword === 'htaccess' || keyword === 'conf';
}

function readCases(text) {
  const cases = [];
  for (const [head, body] of sectionsOf(text.replaceAll('{ECHO}', '8000'))) {
    const [keyword, ...words] = head.split(' ');
    if (keyword === 'case') cases.push({ name: words[0], note: '', sections: [] });
    const current = cases.at(-1);
    if (current === undefined) continue;
    if (keyword === 'note') current.note = body;
    else current.sections.push({ keyword, words, text: body });
  }
  return cases;
}

function readAnswers(text) {
  const answers = new Map();
  for (const [head, body] of sectionsOf(text)) {
    const each = `\n${body}`
      .split('\n--- ')
      .slice(1)
      .map((answer) => {
        const [request, status, ...lines] = answer.split('\n');
        const location = lines.find((line) => line.startsWith('location: '))?.slice(10);
        const echoed = lines.find((line) => /^\| [A-Z]+ \S+ HTTP/.test(line));
        const first = echoed ?? lines.find((line) => line.startsWith('| '));
        return { request, status, location, body: first === undefined ? '' : first.slice(2) };
      });
    answers.set(head, each);
  }
  return answers;
}

function sectionsOf(text) {
  return `\n${text}`
    .split('\n=== ')
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return end < 0 ? [part, ''] : [part.slice(0, end), part.slice(end + 1).trimEnd()];
    });
}

function currentText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
