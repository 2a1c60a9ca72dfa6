import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** vitest begins with the longest texts; files of these names are short, and the tests in them take longest. */
const LONGEST = ['/conformance.test.ts', '/recorded.test.ts', '/differences.test.ts', '/supervisor.test.ts'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Processes and not threads: what a test measures of its process is its own.
    pool: 'forks',
    isolate: false,
    // One more than two cores need: most tests wait for something most of the time.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    maxConcurrency: 3,
    sequence: { sequencer: LongestFirst },
    // With all the real programs, one test in twenty thousand meets a pause of the machine; the run names it.
    retry: process.env.PORTICO_REQUIRE_PARTS === '1' ? 1 : 0,
    // Bounds for what hangs, not for what is slow: the machine may have other work.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
