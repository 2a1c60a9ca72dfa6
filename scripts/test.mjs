// npm test [-- VITEST ARGUMENTS]: builds, runs every test, then says which programs of other people
// took part and which tests were skipped for want of one. The last line is `N passed, N failed`, with
// `, N skipped` where there are any; the exit status is 0 only if nothing failed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'portico-test-'));
const resultFile = join(scratch, 'result.json');
const partsFile = join(scratch, 'parts.jsonl');

const built = run('npm', ['run', '--silent', 'build']);
const tested = run('npx', [
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  '--reporter=./scripts/retried-reporter.mjs',
  `--outputFile.json=${resultFile}`,
  ...process.argv.slice(2),
]);

const counts = countResults(resultFile);
if (built !== 0) countFailure('the build failed');
if (tested !== 0 && counts.failed === 0) countFailure(`vitest ended with ${tested} although no test failed`);
if (counts.passed + counts.failed === 0) countFailure('no test ran');
printParts(partsFile);
rmSync(scratch, { recursive: true, force: true });
console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
);
process.exitCode = counts.failed > 0 ? 1 : 0;

function run(program, args) {
  const env = { ...process.env, PORTICO_PARTS_FILE: partsFile };
  return spawnSync(program, args, { cwd: root, stdio: 'inherit', env }).status ?? 1;
}

function countFailure(reason) {
  counts.failed += 1;
  console.log(`failed: ${reason}`);
}

/** Counts tests, and every test file that could not be loaded as one failure. */
function countResults(file) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  if (!existsSync(file)) return total;
  for (const testFile of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    const statuses = testFile.assertionResults.map((result) => result.status);
    for (const status of statuses) {
      if (status === 'passed') total.passed += 1;
      else if (status === 'failed') total.failed += 1;
      else total.skipped += 1;
    }
    if (testFile.status === 'failed' && !statuses.includes('failed')) total.failed += 1;
  }
  return total;
}

function printParts(file) {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  const used = new Map();
  const missing = new Map();
  for (const line of lines.map((text) => JSON.parse(text))) {
    if (line.used !== undefined) used.set(line.used, `${line.used} ${line.version}`);
    else
      missing.set(line.missing, {
        remedy: line.remedy ?? `Debian package ${line.package}`,
        tests: (missing.get(line.missing)?.tests ?? 0) + 1,
      });
  }
  console.log(`\nreal parts used: ${used.size === 0 ? 'none' : [...used.values()].sort().join(', ')}`);
  for (const [name, { remedy, tests }] of [...missing].sort())
    console.log(`missing: ${name} (${remedy}): ${tests} ${tests === 1 ? 'test' : 'tests'} skipped`);
}
