import type { ParseReport } from '../advisory/advisory.ts';
import { count, thousands } from '../internal/terminal-figures.ts';

/** What was kept of feeds and what was not, by reason: `31,234 records (left out: 2 malformed)`. */
export function recordsText(reports: readonly ParseReport[]): string {
  const skipped = new Map<string, number>();
  let kept = 0;
  for (const report of reports) {
    kept += report.kept;
    for (const [reason, number] of Object.entries(report.skipped))
      skipped.set(reason, (skipped.get(reason) ?? 0) + number);
  }
  const left = Array.from(skipped, ([reason, number]) => `${thousands(number)} ${reason}`);
  return `${count(kept, 'record')}${left.length === 0 ? '' : ` (left out: ${left.join(', ')})`}`;
}
