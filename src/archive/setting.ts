import { ArchiveError } from './error.ts';
import type { AptSource } from './model.ts';
import { parseOneLine } from './one-line.ts';
import { anyKey } from './source-parts.ts';

/** The release whose suites are wanted. */
export interface ReleaseName {
  /** `ID` of os-release(5). */
  readonly id: string;
  readonly codename: string;
}

function raise(problem: ArchiveError): never {
  throw problem;
}

/** Suites that a distribution's release has, beside one another or in archives of their own. */
const SUITES = ['', '-updates', '-security'];

/**
 * Sources for what the user gave: a line as in sources.list, or the address of an archive, below which the suites of the
 * release are tried with all their components. Throws `ArchiveError`: `bad-source`, `not-supported`.
 */
export function settingSources(text: string, release: ReleaseName): AptSource[] {
  const place = { voice: 'setting', file: 'settings' } as const;
  const sources: AptSource[] = [];
  if (/^deb\s/.test(text)) {
    parseOneLine(text, place, { keep: (source) => sources.push(source), tell: raise });
    return sources;
  }
  if (!/^https?:\/\/[^/]/i.test(text) || URL.parse(text) === null) {
    throw new ArchiveError('not-supported', 'the address of the archive is not one of http or https', {
      subject: text,
    });
  }
  const uri = text.endsWith('/') ? text : `${text}/`;
  const rest = { ...place, line: 1, uri, components: [], architectures: [], signedBy: anyKey, guessed: true };
  return SUITES.map((suffix) => ({ ...rest, suite: `${release.codename}${suffix}` }));
}
