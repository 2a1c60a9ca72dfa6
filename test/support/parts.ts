// Tests that run against other people's programs, and what happens to a test whose program is
// missing. What was used and what was missed is written to the file named by PORTICO_PARTS_FILE, from
// which the last lines of `npm test` are made.
import { appendFileSync } from 'node:fs';
import { type TestContext, test } from 'vitest';
import { type PartName, packageOf, part } from './programs.ts';

export { type PartName, part } from './programs.ts';

type TestBody = (context: TestContext) => Promise<void> | void;

/**
 * A test that needs parts of this machine. Without one of them it is skipped, with the reason on
 * record, or fails where PORTICO_REQUIRE_PARTS is set.
 */
export function testWith(
  names: readonly PartName[],
  title: string,
  body: TestBody,
  timeoutMs?: number,
): void {
  test(title, withParts(names, body), timeoutMs);
}

/** The same for a test that runs beside others of its file. */
export function concurrentTestWith(
  names: readonly PartName[],
  title: string,
  body: TestBody,
  timeoutMs?: number,
): void {
  test.concurrent(title, withParts(names, body), timeoutMs);
}

function withParts(names: readonly PartName[], body: TestBody): (context: TestContext) => Promise<void> {
  return async (context) => {
    requireParts(names, context);
    await body(context);
  };
}

/** For use inside a test: skips it, or fails, where a part is missing. */
export function requireParts(names: readonly PartName[], context: TestContext): void {
  for (const name of names) {
    const present = part(name);
    if (present !== undefined) {
      report({ used: packageOf(name), version: present.version });
      continue;
    }
    const reason = `${name} is missing (Debian package ${packageOf(name)})`;
    const { PORTICO_REQUIRE_PARTS: isRequired } = process.env;
    if (isRequired === '1') throw new Error(reason);
    report({ missing: name, package: packageOf(name) });
    context.skip(reason);
  }
}

/** A test of what only root may do, and of how root stops being root. Skipped elsewhere like a test without its part. */
export function testAsRoot(title: string, body: (context: TestContext) => Promise<void> | void): void {
  test(title, async (context) => {
    if (process.getuid?.() !== 0) {
      const reason = 'the tests do not run as root';
      const { PORTICO_REQUIRE_PARTS: isRequired } = process.env;
      if (isRequired === '1') throw new Error(reason);
      report({ missing: 'root', remedy: 'run the tests as root' });
      context.skip(reason);
    }
    await body(context);
  });
}

function report(line: Readonly<Record<string, string>>): void {
  const { PORTICO_PARTS_FILE: file } = process.env;
  if (file !== undefined && file !== '') appendFileSync(file, `${JSON.stringify(line)}\n`);
}
