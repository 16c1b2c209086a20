import type { Finding, Report } from '../finding/finding.ts';
import { flow, type Line, render, span } from '../internal/terminal-layout.ts';
import { type Circumstances, CLOCKS, dueDate, explain, explainSum, riskOf, riskOfImage } from '../risk/risk.ts';

const flush = { first: 0, rest: 2 };
const under = { first: 2, rest: 4 };

/** How the risk of a flaw is reckoned in each package that has it, by when it is to be fixed, and the sum it is part of. */
export function explainedLines(report: Report, flaw: string, circumstances: Circumstances, width: number): string[] {
  const wanted = flaw.toUpperCase();
  const named = report.findings.filter(({ vulnerability: { id, aliases } }) =>
    [id, ...aliases].some((name) => name.toUpperCase() === wanted),
  );
  if (named.length === 0) return [laidOut([`${flaw} is not among the findings.`], width)];
  const whole = explainSum('the whole image', riskOfImage(report, circumstances));
  return [
    ...named.map((finding) =>
      laidOut([...explain(riskOf(finding, circumstances)), ...dueTexts(finding, circumstances)], width),
    ),
    laidOut(whole, width),
  ];
}

/** By when, by each clock, from the day on which it was first seen. */
function dueTexts(finding: Finding, circumstances: Circumstances): string[] {
  const discovered = (finding.firstSeen ?? circumstances.today).slice(0, 10);
  return CLOCKS.map((clock) => {
    const { state, day = '', overdue, lines } = dueDate(finding, clock, circumstances, { discovered });
    const words = {
      due: `by ${day}${overdue ? ', overdue' : ''}`,
      'no-limit': 'no limit',
      'next-upgrade': 'at the next upgrade',
      'no-fix': 'no fix yet, so no day',
    };
    return `fix, ${clock.title}: ${words[state]} (${lines.map((line) => line.replace(`${clock.title}: `, '')).join('; ')})`;
  });
}

function laidOut([first = '', ...others]: readonly string[], width: number): string {
  const lines: Line[] = [
    [],
    ...flow([span(first)], width, flush),
    ...others.flatMap((text) => flow([span(text)], width, under)),
  ];
  return render(lines, false);
}
