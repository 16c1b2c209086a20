import { describe, expect, it } from 'vitest';
import type { SeverityLabel } from '../advisory/advisory.ts';
import type { Finding, Report } from '../finding/finding.ts';
import { sampleReports } from '../report/testdata/sample-reports.ts';
import { type ExitCode, exitOf, type FailOn, failOnChoices } from './exit.ts';

const { clean, partial, flawed, empty } = sampleReports;
const some = flawed.findings.find(({ verdict }) => verdict === 'affected');

function finding(label: SeverityLabel, verdict: 'affected' | 'unknown' = 'affected'): Finding[] {
  if (some === undefined) throw new Error('the sample has no finding');
  const severity = { ...some.vulnerability.severity, label };
  return [{ ...some, verdict, vulnerability: { ...some.vulnerability, severity } }];
}

describe('exitOf', () => {
  it.each<[SeverityLabel, Record<FailOn, ExitCode>]>([
    ['critical', { any: 1, low: 1, medium: 1, high: 1, critical: 1, none: 0 }],
    ['high', { any: 1, low: 1, medium: 1, high: 1, critical: 0, none: 0 }],
    ['medium', { any: 1, low: 1, medium: 1, high: 0, critical: 0, none: 0 }],
    ['low', { any: 1, low: 1, medium: 0, high: 0, critical: 0, none: 0 }],
    ['negligible', { any: 1, low: 0, medium: 0, high: 0, critical: 0, none: 0 }],
    ['unknown', { any: 1, low: 1, medium: 1, high: 1, critical: 1, none: 0 }],
  ])('of a %s finding in a complete report', (label, codes) => {
    const report = { ...clean, findings: finding(label) };
    for (const failOn of failOnChoices) expect([failOn, exitOf(report, failOn).code]).toEqual([failOn, codes[failOn]]);
  });

  it.each<[string, Pick<Report, 'findings' | 'coverage'>, FailOn, ExitCode, string | undefined]>([
    ['nothing, complete', clean, 'any', 0, undefined],
    ['nothing, incomplete', partial, 'any', 3, 'coverage is incomplete: 2 of 3 packages assessed'],
    ['nothing, incomplete, no line', partial, 'none', 3, 'coverage is incomplete: 2 of 3 packages assessed'],
    ['nothing at all', empty, 'any', 3, 'coverage is incomplete: 0 of 0 packages assessed'],
    ['findings, incomplete', flawed, 'any', 1, '6 findings'],
    ['findings, incomplete, high', flawed, 'high', 1, '4 findings of severity high or worse'],
    [
      'a flaw that can not be told',
      { ...clean, findings: finding('high', 'unknown') },
      'any',
      3,
      'coverage is incomplete: 2 of 2 packages assessed, 1 flaw could not be told',
    ],
    ['findings under the line, incomplete', { ...partial, findings: finding('low') }, 'high', 3, expect.any(String)],
  ])('%s', (_what, report, failOn, code, reason) => {
    expect(exitOf(report, failOn)).toEqual(reason === undefined ? { code } : { code, reason });
  });
});
