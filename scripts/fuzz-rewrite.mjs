// npm run fuzz:rewrite -- [--seed N] [--pairs N] [--keep-going] [--json]: random rule sets and requests,
// answered by the Apache httpd on this machine and by the built portico. Prints every difference that is
// not explained (test/fuzz/explained.ts) in its smallest form, as a case for test/conformance.
import { parseArgs } from 'node:util';
import { withSupport } from './support.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    pairs: { type: 'string', default: '2000' },
    'per-kind': { type: 'string', default: '3' },
    'keep-going': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const say = values.json ? () => undefined : (text) => console.log(text);

process.exitCode = await withSupport(['programs', '../fuzz/runner'], async (support) => {
  const apache = support.part('apache2');
  if (apache === undefined) {
    console.error(`fuzz: no Apache httpd found (Debian package ${support.packageOf('apache2')})`);
    return 2;
  }
  const report = await support.runFuzz({
    seed: Number(values.seed),
    pairs: Number(values.pairs),
    perKind: Number(values['per-kind']),
    keepsGoing: values['keep-going'],
    onBatch: ({ pairs, unexplained, seconds }) =>
      say(`${pairs} pairs, ${unexplained} unexplained, ${Math.round(pairs / seconds)} pairs/s`),
  });
  if (values.json) console.log(JSON.stringify(summaryOf(report, support)));
  else printReport(report, support);
  return report.unexplained === 0 ? 0 : 1;
});

function summaryOf(report, support) {
  const { pairs, ruleSets, refused, unexplained, seconds, findings } = report;
  return {
    seed: Number(values.seed),
    pairs,
    ruleSets,
    refused,
    unexplained,
    seconds: Math.round(seconds * 10) / 10,
    statuses: Object.fromEntries([...report.statuses].sort()),
    explained: Object.fromEntries(report.explained),
    findings: findings.map((finding, at) => ({
      kind: support.kindOfDifference(finding.pair),
      difference: support.differenceOf(finding.pair),
      case: caseOf(finding, at, support),
    })),
  };
}

function printReport(report, support) {
  if (report.findings.length > 0) console.log(`\n${support.siteSections()}`);
  for (const [at, finding] of report.findings.entries())
    console.log(
      `${caseOf(finding, at, support)}\n${support.differenceOf(finding.pair).replace(/^/gm, '    ')}\n`,
    );
  const { statuses, explained } = summaryOf(report, support);
  console.log(`statuses ${JSON.stringify(statuses)}`);
  for (const [heading, times] of Object.entries(explained))
    console.log(`explained ${times} times: ${heading}`);
  const { pairs, ruleSets, refused, unexplained, seconds } = report;
  console.log(
    `seed ${values.seed}: ${pairs} pairs, ${ruleSets} rule sets (${refused} refused by both), ` +
      `${unexplained} unexplained differences, ${Math.round(pairs / seconds)} pairs/s`,
  );
}

function caseOf({ set, request }, at, support) {
  return support.caseText(
    `seed ${values.seed} finding ${at + 1}`,
    set,
    request === undefined ? [] : [request],
  );
}
