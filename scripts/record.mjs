// npm run record [-- FILES] [--check]: records what the Apache httpd on this machine answers to the
// cases of test/conformance, or checks that the recorded answers still are its answers. FILES are
// paths of .case files, or parts of their names.
import { withSupport } from './support.mjs';

const arguments_ = process.argv.slice(2);
const isCheck = arguments_.includes('--check');
const wanted = arguments_.filter((argument) => !argument.startsWith('--'));

process.exitCode = await withSupport(['recording', 'case-list', 'programs'], async (support) => {
  const apache = support.part('apache2');
  if (apache === undefined) {
    console.error(`record: no Apache httpd found (Debian package ${support.packageOf('apache2')})`);
    return 1;
  }
  console.log(`${apache.program}, Apache/${apache.version}`);
  const files = support
    .caseFiles('conformance')
    .filter(
      (file) =>
        wanted.length === 0 ||
        wanted.some((name) => file.endsWith(name) || support.topicOf(file).includes(name)),
    );
  if (files.length === 0) {
    console.error(`record: no case file is named like ${wanted.join(', ')}`);
    return 2;
  }
  let problems = 0;
  for (const file of files) {
    const report = await (isCheck ? support.checkRecording(file, 4) : support.recordCaseFile(file, 4));
    problems += report.problems.length;
    const verdict =
      report.problems.length > 0 ? `${report.problems.length} problems` : isCheck ? 'agrees' : 'recorded';
    console.log(`${support.topicOf(file)}: ${report.cases} cases, ${verdict}`);
    for (const problem of report.problems) console.log(problem.replace(/^/gm, '    '));
  }
  return problems === 0 ? 0 : 1;
});
