import { describe, expect, it } from 'vitest';
import { countTests, summaryLine, type TestRun } from './test-count.ts';

const runOf = (...files: readonly (readonly [string, ...string[]])[]): TestRun => ({
  testResults: files.map(([status, ...tests]) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test })),
  })),
});

describe('countTests', () => {
  it.each<[string, TestRun | undefined, number | null, string]>([
    ['all well', runOf(['passed', 'passed', 'passed']), 0, '2 passed, 0 failed'],
    ['skipped', runOf(['passed', 'passed', 'skipped', 'pending', 'todo']), 0, '1 passed, 0 failed, 3 skipped'],
    ['failed', runOf(['failed', 'passed', 'failed'], ['passed', 'passed']), 1, '2 passed, 1 failed'],
    ['a file that did not load', runOf(['failed'], ['passed', 'passed']), 1, '1 passed, 1 failed'],
    ['a file whose hook failed', runOf(['failed', 'passed', 'skipped']), 1, '1 passed, 1 failed, 1 skipped'],
    ['an error outside of tests', runOf(['passed', 'passed']), 1, '1 passed, 1 failed'],
    ['killed', undefined, null, '0 passed, 1 failed'],
    ['no tests at all', runOf(), 0, '0 passed, 1 failed'],
  ])('%s', (_, run, exitCode, line) => {
    expect(summaryLine(countTests(run, exitCode))).toBe(line);
  });
});
