import type { Advisory, Reference } from '../../advisory.ts';
import type { CsafDocument, CsafVulnerability } from '../csaf/csaf.ts';
import { summaryLine } from '../summary.ts';
import type { Tally } from '../tally.ts';
import { affectedIn } from './affected.ts';
import { severitiesOf } from './severity.ts';
import { statementsIn } from './statements.ts';

/** Gives the flaws of a document, each of which is a record; a document without any is one too. */
export function advisoriesIn(document: CsafDocument, keep: (advisory: Advisory) => void, tally: Tally): void {
  if (document.vulnerabilities.length === 0) tally.skip('no-flaw');
  for (const flaw of document.vulnerabilities) {
    const affected = affectedIn(statementsIn(document, flaw));
    if (affected.length === 0) {
      tally.skip('no-package');
      continue;
    }
    const summary = summaryLine(flaw.title ?? document.title ?? flaw.description);
    const [published, modified] = [flaw.published ?? document.published, document.modified];
    keep({
      id: flaw.cve ?? document.id,
      aliases: [],
      covers: [],
      ...(summary === undefined ? {} : { summary }),
      ...(published === undefined ? {} : { published }),
      ...(modified === undefined ? {} : { modified }),
      severities: severitiesOf(document, flaw),
      affected,
      references: referencesOf(flaw),
    });
    tally.keep();
  }
}

/** Red Hat's page on the flaw, its notices and its bug; what else a document names are pages of others. */
function referencesOf({ cve, references, remediations }: CsafVulnerability): readonly Reference[] {
  const page = cve === undefined ? [] : [`https://access.redhat.com/security/cve/${encodeURIComponent(cve)}`];
  const notices = remediations.flatMap(({ url = '' }) =>
    url.startsWith('https://access.redhat.com/errata/') ? url : [],
  );
  const bugs = references.filter((url) => url.startsWith('https://bugzilla.redhat.com/'));
  return [
    ...[...new Set([...page, ...notices])].map((url) => ({ type: 'advisory', url }) as const),
    ...bugs.map((url) => ({ type: 'report', url }) as const),
  ];
}
