/*
 * Oracle's errata (ELSA) as OVAL patch definitions, one document per release: a notice covers several CVEs, and says of binary
 * packages in which version they are fixed, for each architecture of the machine, each module stream and each flavour.
 */
import type { Advisory, AdvisorySource, Feed, ParseReport } from '../../advisory.ts';
import {
  childrenOf,
  cvesOf,
  cvssIn,
  type Definition,
  dateIn,
  parseOval,
  referencesOf,
  type Skipped,
  textIn,
  wordIn,
} from '../oval/oval.ts';
import { summaryLine } from '../summary.ts';
import { affectedBy } from './affected.ts';
import known from './releases.json' with { type: 'json' };

const OVAL = 'https://linux.oracle.com/security/oval/com.oracle.elsa-';
const NAME = /^Oracle Linux(?::(\d+))?$/;

/** Oracle's errata: flaws of Oracle Linux that have a fix. */
export const oracle: AdvisorySource = {
  id: 'oracle',
  lists: () => 'fixes',
  feeds: feedsOf,
  parse: (feed, bytes, keep): Promise<ParseReport> =>
    parseOval(bytes, keep, (definition) => advisoryOf(definition, feed.ecosystems)),
};

/** A release newer than the list can be asked for by its name; one too old for a document of its own is in that of all. */
function feedsOf(ecosystems: readonly string[] | undefined): readonly Feed[] {
  const releases = new Set<string>();
  for (const ecosystem of ecosystems ?? ['Oracle Linux']) {
    const match = NAME.exec(ecosystem);
    if (match === null) continue;
    const release = match[1];
    for (const one of release === undefined ? [...known.own, ...known.older] : [release]) releases.add(one);
  }
  const feeds: Feed[] = [...releases]
    .filter((release) => !known.older.includes(release))
    .map((release) => ({ url: `${OVAL}ol${release}.xml.bz2`, ecosystems: [`Oracle Linux:${release}`] }));
  const older = [...releases].filter((release) => known.older.includes(release));
  if (older.length > 0) {
    feeds.push({ url: `${OVAL}all.xml.bz2`, ecosystems: older.map((release) => `Oracle Linux:${release}`) });
  }
  return feeds;
}

function advisoryOf(definition: Definition, ecosystems: readonly string[]): Advisory | Skipped {
  const { title, advisory, statements } = definition;
  const id = /^ELSA-[\w.:-]*\d/.exec(title)?.[0];
  if (id === undefined) return { skipped: 'malformed' };
  if (statements.length === 0) return { skipped: 'no-package' };
  const affected = affectedBy(statements, ecosystems);
  if (affected.length === 0) return { skipped: 'other-release' };
  const cves = cvesOf(definition);
  const summary = summaryLine(title.slice(id.length).replace(/^:\s*|\s*\([A-Z/]+\)$/g, ''));
  const published = dateIn(advisory, 'issued');
  const word = wordIn(textIn(advisory, 'severity'), 'oracle');
  return {
    id,
    aliases: [],
    covers: cves,
    ...(summary === undefined ? {} : { summary }),
    ...(published === undefined ? {} : { published }),
    // Of several flaws it can't be told which of them a vector would be shown for.
    severities: [
      ...(word === undefined ? [] : [word]),
      ...(cves.length === 1 ? childrenOf(advisory, 'cve').flatMap((cve) => cvssIn(cve, 'oracle')) : []),
    ],
    affected,
    references: referencesOf(definition, (source) => (source === 'elsa' ? 'advisory' : 'web')),
  };
}
