import type { SuppressedFinding, VexUse } from '../../finding/finding.ts';
import { count } from '../../internal/terminal-figures.ts';
import { flow, type Line, span } from '../../internal/terminal-layout.ts';

const flush = { first: 0, rest: 2 };
const under = { first: 2, rest: 4 };

const becauseWords: Readonly<Record<VexUse['unmatched'][number]['because'], string>> = {
  'other-product': 'no such product is here',
  'other-version': 'the product is here in another version',
  'other-build': 'the product is here in another build',
  'no-finding': 'the product is here, the flaw was not found in it',
};

/** What VEX documents settled, and which of their statements spoke of nothing here. */
export function vexLines(
  suppressed: readonly SuppressedFinding[],
  use: VexUse | undefined,
  width: number,
  verbose: boolean,
): Line[] {
  if (use === undefined) return [];
  const statements = use.documents.reduce((sum, document) => sum + document.statements, 0);
  const head = `${count(suppressed.length, 'finding')} settled by ${count(statements, 'statement')} of ${count(use.documents.length, 'document')}, signatures not verified`;
  return [
    ...flow([span('VEX:', 'title'), span(head)], width, flush),
    ...use.documents.flatMap(({ place, unread }) =>
      unread.flatMap((why) => flow([span(`not understood in ${place}: ${why}`, 'warn')], width, under)),
    ),
    ...(verbose ? suppressed.flatMap((one) => suppressedLines(one, width)) : []),
    ...unmatchedLines(use.unmatched, width, verbose),
  ];
}

function suppressedLines({ finding, vex }: SuppressedFinding, width: number): Line[] {
  const { name, version } = finding.package;
  const why = [vex.justification, vex.text].filter((text) => text !== undefined).join(': ');
  const said = `${vex.status}${why === '' ? '' : ` (${why})`}, says ${vex.author ?? vex.document}`;
  return [
    ...flow([span(finding.vulnerability.id, 'title'), span(`in ${name} ${version}`)], width, under),
    ...flow([span(said, 'quiet')], width, { first: 4, rest: 6 }),
  ];
}

function unmatchedLines(unmatched: VexUse['unmatched'], width: number, verbose: boolean): Line[] {
  if (verbose) {
    return unmatched.flatMap(({ document, statement, flaw, product, because }) => {
      const text = `no match: ${flaw} in ${product}: ${becauseWords[because]} (${document}, statement ${statement + 1})`;
      return flow([span(text, 'warn')], width, under);
    });
  }
  const reasons = Map.groupBy(unmatched, ({ because }) => because);
  return Array.from(reasons, ([because, some]) => {
    const text = `${count(some.length, 'statement')} matched nothing: ${becauseWords[because]}; --verbose lists them`;
    return flow([span(text, because === 'no-finding' ? 'quiet' : 'warn')], width, under);
  }).flat();
}
