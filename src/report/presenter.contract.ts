import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Presenter } from '../finding/finding.ts';
import { displayWidth } from '../internal/terminal.ts';
import { arbitraryReport } from './testdata/arbitrary-report.ts';
import { sampleReports } from './testdata/sample-reports.ts';

/** What a presenter promises beyond the text that is its own. */
export interface PresenterTraits {
  /** Whether its lines fit the terminal; a data format has none to fit. */
  readonly fitsWidth: boolean;
  /** Whether it may colour its text. */
  readonly colors: boolean;
}

// oxlint-disable-next-line no-control-regex -- what a terminal obeys, but for the line break
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Cs}/u;
// oxlint-disable-next-line no-control-regex -- the only sequences that colours need (SGR, ECMA-48 8.3.117)
const colors = /\u001b\[\d+(?:;\d+)*m/g;

/** Suite that each presenter runs. */
export function presenterContract(presenter: Presenter, { fitsWidth, colors: mayColor }: PresenterTraits): void {
  const options = fc.record({
    width: fc.oneof(fc.constantFrom(0, 80, 120, Number.NaN), fc.integer({ min: -1, max: 300 })),
    color: fc.boolean(),
    verbose: fc.boolean(),
  });

  describe(`presenter ${presenter.id}`, () => {
    it('presents any report without throwing, twice the same, ending in a line break', () => {
      fc.assert(
        fc.property(arbitraryReport, options, (report, chosen) => {
          const text = presenter.present(report, chosen);
          expect(text.endsWith('\n')).toBe(true);
          expect(presenter.present(structuredClone(report), chosen)).toBe(text);
        }),
      );
    });

    it('lets nothing through that a terminal obeys', () => {
      fc.assert(
        fc.property(arbitraryReport, options, (report, chosen) => {
          const text = presenter.present(report, chosen);
          expect(chosen.color && mayColor ? text.replace(colors, '') : text).not.toMatch(obeyed);
        }),
      );
      for (const verbose of [true, false]) {
        const text = presenter.present(sampleReports.hostile, { width: 80, color: false, verbose });
        expect(text).not.toMatch(obeyed);
        expect(text).toContain('[2J');
      }
    });

    it('does not change the report', () => {
      const report = structuredClone(sampleReports.flawed);
      presenter.present(report, { width: 80, color: true, verbose: true });
      expect(report).toEqual(sampleReports.flawed);
    });

    it.runIf(fitsWidth)('keeps every line within the width', () => {
      fc.assert(
        fc.property(arbitraryReport, fc.integer({ min: 40, max: 200 }), fc.boolean(), (report, width, verbose) => {
          const lines = presenter.present(report, { width, color: false, verbose }).split('\n');
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        }),
      );
    });

    it.runIf(mayColor)('says the same with colours and without', () => {
      for (const report of Object.values(sampleReports)) {
        const plain = presenter.present(report, { width: 80, color: false, verbose: false });
        const colored = presenter.present(report, { width: 80, color: true, verbose: false });
        expect(colored).not.toBe(plain);
        expect(colored.replace(colors, '')).toBe(plain);
      }
    });
  });
}
