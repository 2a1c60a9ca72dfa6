// node scripts/cases.mjs FILTER [--apache | --portico]: runs the cases whose file and name contain the
// words of FILTER and prints the answers: the recorded ones beside portico's, or those of one server.
import { withSupport } from './support.mjs';

const arguments_ = process.argv.slice(2);
const options = arguments_.filter((argument) => argument.startsWith('--'));
const filter = arguments_.filter((argument) => !argument.startsWith('--')).join(' ');
const unknown = options.find((option) => !['--apache', '--portico', '--log'].includes(option));
if (unknown !== undefined || filter === '') {
  console.error('usage: node scripts/cases.mjs FILTER [--apache | --portico] [--log]');
  process.exit(2);
}

process.exitCode = await withSupport(
  ['case-list', 'run-case', 'answers-file', 'answer-diff'],
  async (support) => {
    const cases = ['conformance', 'differences'].flatMap((folder) =>
      support.selectCases(support.allCases(folder), filter),
    );
    let failed = 0;
    for (const one of cases) {
      console.log(
        `\n=== ${support.topicOf(one.file)} ${one.name}${one.note.trim() === '' ? '' : `\n${one.note.trim()}`}`,
      );
      if (!(await runOne(one, support))) failed++;
    }
    console.log(`\n${cases.length - failed} of ${cases.length} cases agree`);
    return failed === 0 && cases.length > 0 ? 0 : 1;
  },
);

async function runOne(one, support) {
  const kind = options.includes('--apache') ? 'apache' : 'portico';
  const expected = support.readAnswers(one.file)?.byCase.get(one.name) ?? [];
  let run;
  try {
    run = await support.runCase(one, kind);
  } catch (error) {
    console.log(error.message);
    return false;
  }
  if (options.some((option) => option !== '--log'))
    console.log(run.answers.map(support.formatAnswer).join('\n'));
  const difference = support.describeDifference(expected, run.answers);
  if (difference !== undefined) console.log(`differs (- recorded, + ${kind}):\n${difference}`);
  if (difference !== undefined || options.includes('--log')) console.log(run.log.replace(/^/gm, '    '));
  return difference === undefined;
}
