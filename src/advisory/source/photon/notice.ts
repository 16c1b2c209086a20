import type { Advisory, Affected, Severity } from '../../advisory.ts';
import {
  affectedIn,
  childrenOf,
  cvesOf,
  type Definition,
  dateIn,
  referencesOf,
  type Skipped,
  type Statement,
  textIn,
  wordIn,
} from '../oval/oval.ts';
import { summaryLine } from '../summary.ts';

/** The notice that a definition of Photon's OVAL is. */
export function noticeOf(definition: Definition, ecosystem: string): Advisory | Skipped {
  const { title, metadata, advisory, statements } = definition;
  const published = dateIn(advisory, 'issued');
  const references = childrenOf(metadata, 'reference').map(({ attributes }) => attributes.get('ref_id') ?? '');
  const id = identifierOf(references, published) ?? /^PHSA-\d+:\d+/.exec(title)?.[0];
  if (id === undefined) return { skipped: 'malformed' };
  const severity = wordIn(textIn(advisory, 'severity'), 'photon');
  const affected = affectedBy(statements, ecosystem, severity);
  if (affected.length === 0) return { skipped: statements.length === 0 ? 'no-package' : 'other-release' };
  const modified = dateIn(advisory, 'updated');
  const summary = summaryLine(title.replace(/^PHSA-\d+:\d+\s+|\s*\(\w+\)$/g, ''));
  return {
    id,
    aliases: [],
    covers: cvesOf(definition),
    ...(summary === undefined ? {} : { summary }),
    ...(published === undefined ? {} : { published }),
    ...(modified === undefined ? {} : { modified }),
    // Definitions share a notice, each with a severity of its own.
    severities: [],
    affected,
    // The pages of the wiki have no "s".
    references: referencesOf(definition, (source) => (source === 'PHSA' ? 'advisory' : 'web')).map(({ type, url }) => ({
      type,
      url: url.replace('/wiki/Security-Updates-', '/wiki/Security-Update-'),
    })),
  };
}

/**
 * The number in the title is counted anew with each edition of the document; the notice's own is release and number of the
 * reference, `PHSA:00001:3.0:0036`, with the year it was issued: PHSA-2019-3.0-0036. A few definitions are of no notice.
 */
function identifierOf(references: readonly string[], published: string | undefined): string | undefined {
  for (const reference of references) {
    const [, release, number] = /^PHSA:\d+:([\d.]+):(\d+)$/.exec(reference) ?? [];
    if (release !== undefined && published !== undefined) {
      return `PHSA-${published.slice(0, 4)}-${release}-${number?.padStart(4, '0')}`;
    }
  }
  return undefined;
}

function affectedBy(
  statements: readonly Statement[],
  ecosystem: string,
  severity: Severity | undefined,
): readonly Affected[] {
  const packages = Map.groupBy(
    statements.filter(
      ({ when: { products } }) => products === undefined || products.some((one) => isRelease(one, ecosystem)),
    ),
    (statement) => statement.package,
  );
  return [...packages].flatMap(([name, stated]) =>
    affectedIn(
      { ecosystem, package: name, appliesTo: 'binary', ...(severity && { severity }) },
      stated.map(({ claim, when: { unclear } }) => ({ claim, unclear })),
      'not-fixed',
    ),
  );
}

/** `Photon OS 3 is installed`, tested by the pattern `^3[^\d]`. */
function isRelease({ comment }: { readonly comment: string }, ecosystem: string): boolean {
  const release = /^Photon OS (\d+)/.exec(comment)?.[1];
  return release === undefined || ecosystem === `Photon OS:${release}.0`;
}
