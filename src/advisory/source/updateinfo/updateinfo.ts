/*
 * The notices of an RPM repository, updateinfo.xml (as createrepo_c and Bodhi write it):
 *
 *   <updates>
 *     <update type="security / bugfix / enhancement / newpackage / recommended / optional" status=… from=…>
 *       <id/> <title/> <issued date=…/> <updated date=…/> <severity/> <summary/> <description/>
 *       <references> *<reference href id title type="cve / bugzilla / self / …"/> </references>
 *       <pkglist> *<collection short> <name/> [ <module name stream version context arch/> ]
 *         *<package name epoch version release arch src> <filename/> <sum/> … </package> </collection> </pkglist>
 *     </update> …
 *   </updates>
 *
 * A package is affected below the build that the notice brings: nothing is said of flaws without a fix.
 */
import type { Advisory, ParseReport, Reference, Severity, SeverityLabel } from '../../advisory.ts';
import { referencesFrom, timeIn } from '../flaw.ts';
import { isCve } from '../flaw-id.ts';
import { childOf, childrenOf, textIn, type XmlElement } from '../oval/oval.ts';
import { unpackedFeed } from '../packed.ts';
import { summaryLine } from '../summary.ts';
import { newTally } from '../tally.ts';
import { elementsWithin } from './elements.ts';
import { affectedIn, type BuildRules } from './packages.ts';
import { type CheckedFeed, checkDigest } from './repository.ts';
import words from './severities.json' with { type: 'json' };

export { type CheckedFeed, noticesIn, repositoryIn } from './repository.ts';

/** What is to be known of a publisher to read its notices. */
export interface Publisher extends BuildRules {
  /** Who gives the severities: `amazon`. */
  readonly by: string;
  /** The page of a notice. */
  readonly pageOf: (id: string) => string;
}

/** Above Fedora's for one release, unpacked. */
const LARGEST = 2 ** 30;

const LABELS: ReadonlyMap<string, SeverityLabel> = new Map(
  Object.entries(words).map(([word, label]) => [word, label as SeverityLabel]),
);

/** Reads packed notices; throws `AdvisoryError` for another document, and for one with another digest than was told. */
export async function parseUpdateinfo(
  feed: CheckedFeed,
  bytes: Uint8Array,
  keep: (advisory: Advisory) => void,
  publisher: Publisher,
): Promise<ParseReport> {
  const document = await unpackedFeed(bytes, LARGEST);
  checkDigest(feed, bytes);
  const tally = newTally();
  for (const element of elementsWithin(document, 'updates')) {
    const read = typeof element === 'string' ? 'malformed' : readUpdate(element, publisher);
    if (typeof read === 'string') {
      tally.skip(read, read === 'malformed' ? nameOf(element) : undefined);
      continue;
    }
    keep(read);
    tally.keep();
  }
  return tally.report();
}

function nameOf(element: XmlElement | string): string {
  const id = typeof element === 'string' ? /<id>([^<]*)/.exec(element)?.[1] : textIn(element, 'id');
  return id ?? 'a notice without id';
}

type SkipReason = 'malformed' | 'withdrawn' | 'not-security' | 'no-package';

function readUpdate(update: XmlElement, publisher: Publisher): Advisory | SkipReason {
  const id = textIn(update, 'id');
  const type = update.attributes.get('type');
  if (update.name !== 'update' || id === undefined || type === undefined) return 'malformed';
  if (['retracted', 'obsolete', 'unpushed'].includes(update.attributes.get('status') ?? '')) return 'withdrawn';
  if (type !== 'security') return 'not-security';
  const affected = affectedIn(update, publisher);
  if (affected === undefined) return 'malformed';
  if (affected.length === 0) return 'no-package';
  const summary = summaryLine(textIn(update, 'title')) ?? summaryLine(textIn(update, 'summary'));
  const published = dateIn(update, 'issued');
  const modified = dateIn(update, 'updated');
  return {
    id,
    aliases: [],
    covers: flawsIn(update),
    ...(summary === undefined ? {} : { summary }),
    ...(published === undefined ? {} : { published }),
    ...(modified === undefined ? {} : { modified }),
    severities: severitiesIn(update, publisher.by),
    affected,
    references: referencesIn(update, publisher.pageOf(id)),
  };
}

/** `2022-06-06 17:58` and `2022-06-06 17:58:00` are in UTC, as dnf takes them. */
function dateIn(update: XmlElement, name: string): string | undefined {
  const date = childOf(update, name)?.attributes.get('date') ?? childOf(update, name)?.text.trim() ?? '';
  const [day = '', time = '00:00'] = date.split(' ');
  return timeIn(`${day}T${time}`);
}

function severitiesIn(update: XmlElement, by: string): readonly Severity[] {
  const value = textIn(update, 'severity') ?? '';
  const label = LABELS.get(value.toLowerCase());
  return label === undefined ? [] : [{ label, scheme: 'updateinfo-severity', value, by }];
}

const CVE = /\bCVE-[12]\d{3}-\d{4,19}\b/g;

/**
 * The flaws that the references name, in their identifier or title; where they name none, those of title and description,
 * which also tell of what was fixed before.
 */
function flawsIn(update: XmlElement): readonly string[] {
  const found = referencesOf(update).flatMap(({ attributes }) =>
    cvesIn(`${attributes.get('id') ?? ''} ${attributes.get('title') ?? ''}`),
  );
  if (found.length > 0) return [...new Set(found)];
  return [...new Set(['title', 'description'].flatMap((name) => cvesIn(textIn(update, name) ?? '')))];
}

function cvesIn(text: string): readonly string[] {
  return (text.match(CVE) ?? []).filter(isCve);
}

function referencesOf(update: XmlElement): readonly XmlElement[] {
  return childrenOf(update, 'references').flatMap((list) => childrenOf(list, 'reference'));
}

function referencesIn(update: XmlElement, page: string): readonly Reference[] {
  const references = referencesOf(update).map(({ attributes }): Reference => {
    const type = attributes.get('type');
    const kind = type === 'bugzilla' ? 'report' : type === 'self' ? 'advisory' : 'web';
    return { type: kind, url: attributes.get('href') ?? '' };
  });
  return referencesFrom([{ type: 'advisory', url: page }, ...references]);
}
