/** What is read of vitest's JSON report. */
export interface TestRun {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** How many tests ended how. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Counts tests; a file that failed as a whole, a missing report and a failure that no test tells of count as one each. */
export function countTests(run: TestRun | undefined, exitCode: number | null): Count {
  const files = run?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failedTests = tests.filter(({ status }) => status === 'failed').length;
  const failedFiles = files.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  const untold = (exitCode !== 0 || passed === 0) && failedTests + failedFiles === 0 ? 1 : 0;
  const failed = failedTests + failedFiles + untold;
  return { passed, failed, skipped: tests.length - passed - failedTests };
}

/** The one line at the end: `N passed, N failed`, and how many were skipped when any were. */
export function summaryLine({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
