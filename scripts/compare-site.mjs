// npm run compare:site -- FOLDER [--each N] [--seed N] [--json]: a folder of .htaccess files as document root of the
// Apache httpd on this machine and of the built portico; requests made from its rules go to both. Prints every
// difference, and how many requests had which status.
import { parseArgs } from 'node:util';
import { withSupport } from './support.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    each: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
if (folder === undefined || positionals.length !== 1) {
  console.error('usage: npm run compare:site -- FOLDER [--each N] [--seed N] [--json]');
  process.exit(2);
}

process.exitCode = await withSupport(['programs', '../fuzz/site-compare'], async (support) => {
  if (support.part('apache2') === undefined) {
    console.error(`compare: no Apache httpd found (Debian package ${support.packageOf('apache2')})`);
    return 2;
  }
  const report = await support.compareSite({
    folder,
    each: Number(values.each),
    seed: Number(values.seed),
    onFile(done, of, { requests, differences }) {
      if (values.json || done % 200 !== 0) return;
      console.log(`${done} of ${of} files, ${requests} requests, ${differences.length} differences`);
    },
  });
  const statuses = Object.fromEntries([...report.statuses].sort());
  if (values.json) console.log(JSON.stringify({ ...report, statuses }));
  else printReport(report, statuses);
  return report.differences.length === 0 ? 0 : 1;
});

function printReport({ files, requests, differences }, statuses) {
  for (const { folder, request, apache, portico } of differences) {
    console.log(`\n${folder}/.htaccess: GET ${[request.target, ...request.headers].join(' | ')}`);
    for (const line of apache.filter((one) => !portico.includes(one))) console.log(`  - ${line}`);
    for (const line of portico.filter((one) => !apache.includes(one))) console.log(`  + ${line}`);
  }
  console.log(
    `${files} files, ${requests} requests, ${differences.length} differences (- Apache, + portico)`,
  );
  console.log(`statuses ${JSON.stringify(statuses)}`);
}
