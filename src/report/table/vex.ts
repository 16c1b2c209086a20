import type { SuppressedFinding, VexUse } from '../../finding/finding.ts';
import { count, day } from '../../internal/terminal-figures.ts';
import { flow, type Line, span } from '../../internal/terminal-layout.ts';

const flush = { first: 0, rest: 2 };
const under = { first: 2, rest: 4 };
const deeper = { first: 4, rest: 6 };

const becauseWords: Readonly<Record<VexUse['unmatched'][number]['because'], string>> = {
  unidentified: 'it names products neither by package URL nor by digest',
  'other-product': 'no such product is here',
  'named-image': 'it names an image without its digest, and this image was not found by such a name',
  'other-namespace': 'a package of that name is here, in another namespace',
  'other-version': 'the product is here in another version',
  'other-build': 'the product is here in another build',
  'no-finding': 'the product is here, the flaw was not found in it',
};

const passedWords: Readonly<Record<VexUse['passedOver'][number]['because'], string>> = {
  'none-there': 'no VEX document found',
  'not-vex': 'JSON, but neither OpenVEX nor CycloneDX nor CSAF',
  'not-json': 'not JSON',
  'bad-entry': 'the entry of the repository names no package or no file in it',
  'named-image': 'on an image by name; this image was not found by name',
  'not-refreshed': 'it could not be asked for anew; the copy that is kept was used',
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
    ...passedLines(use.passedOver, width, verbose),
    ...contradictionLines(suppressed, width, verbose),
    ...use.documents.flatMap((document) => unreadLines(document, width, verbose)),
    ...(verbose ? suppressed.flatMap((one) => suppressedLines(one, width)) : []),
    ...unmatchedLines(use.unmatched, width, verbose),
  ];
}

/** How many statements of a document are named that were not understood. */
const named = 3;

function unreadLines({ place, unread }: VexUse['documents'][number], width: number, verbose: boolean): Line[] {
  const told = verbose ? unread : unread.slice(0, named);
  const more = unread.length - told.length;
  return [
    ...told.flatMap((why) => flow([span(`not understood in ${place}: ${why}`, 'warn')], width, under)),
    ...(more > 0
      ? flow(
          [span(`${count(more, 'more statement')} not understood in ${place}; --verbose lists them`, 'warn')],
          width,
          under,
        )
      : []),
  ];
}

function suppressedLines({ finding, vex }: SuppressedFinding, width: number): Line[] {
  const { name, version } = finding.package;
  const why = [vex.justification, vex.text].filter((text) => text !== undefined).join(': ');
  const said = `${vex.status}${why === '' ? '' : ` (${why})`}, says ${vex.author ?? vex.document}`;
  return [
    ...flow([span(finding.vulnerability.id, 'title'), span(`in ${name} ${version}`)], width, under),
    ...flow([span(said, 'quiet')], width, deeper),
    ...(vex.otherwise ?? []).flatMap(({ status, document, statement, timestamp }) => {
      const when = timestamp === undefined ? '' : ` of ${day(timestamp)}`;
      return flow([span(`but ${status}, says ${document}, statement ${statement + 1}${when}`, 'warn')], width, deeper);
    }),
  ];
}

function contradictionLines(suppressed: readonly SuppressedFinding[], width: number, verbose: boolean): Line[] {
  const number = suppressed.filter(({ vex }) => vex.otherwise !== undefined).length;
  if (number === 0 || verbose) return [];
  const text = `${count(number, 'finding')} settled against the word of other statements, which are older; --verbose lists them`;
  return flow([span(text, 'warn')], width, under);
}

/** What was named is always told; of what lies beside documents in a folder, only what is damaged. */
/** What the user named, and not a file or entry within it. */
function isTold({ because }: VexUse['passedOver'][number]): boolean {
  return because === 'none-there' || because === 'not-refreshed';
}

function passedLines(passed: VexUse['passedOver'], width: number, verbose: boolean): Line[] {
  const told = passed.filter(isTold);
  const others = Map.groupBy(
    passed.filter((one) => !isTold(one)),
    ({ because }) => because,
  );
  return [
    ...told.flatMap(({ place, because }) =>
      flow(
        [span(`${place === 'image' ? 'attached to the image' : place}: ${passedWords[because]}`, 'warn')],
        width,
        under,
      ),
    ),
    ...Array.from(others, ([because, some]) => {
      const tone = because === 'not-json' || because === 'bad-entry' ? 'warn' : 'quiet';
      if (verbose) {
        return some.flatMap(({ place }) =>
          flow([span(`passed over ${place}: ${passedWords[because]}`, tone)], width, under),
        );
      }
      const text = `${some.length} passed over: ${passedWords[because]}; --verbose lists them`;
      return flow([span(text, tone)], width, under);
    }).flat(),
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
