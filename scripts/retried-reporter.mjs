// A reporter for vitest that names the tests which passed only when they were tried again: each is a mistake, of the test or
// of what it tests, that shows itself seldom.
export default class RetriedReporter {
  #names = [];

  onTestCaseResult(testCase) {
    if (testCase.diagnostic()?.flaky === true)
      this.#names.push(`${testCase.module.relativeModuleId} > ${testCase.fullName}`);
  }

  onTestRunEnd() {
    if (this.#names.length === 0) return;
    console.log(`\npassed only when tried again, and to be looked at (${this.#names.length}):`);
    for (const name of this.#names) console.log(`  ${name}`);
  }
}
