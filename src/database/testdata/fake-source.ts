// A source whose feeds are JSON:
// { "advisories": [ an Advisory, … ], "facts": [ a Fact, … ], "feeds": [ a Feed, … ], "revisions": [ a Revision, … ] }
import {
  type Advisory,
  AdvisoryError,
  type AdvisorySource,
  type Affected,
  type Fact,
  type Feed,
  type Revision,
} from '../../advisory/advisory.ts';

/** A source with these feeds. */
export function fakeSource(
  id: string,
  feeds: readonly Feed[],
  more: Pick<Partial<AdvisorySource>, 'role' | 'broughtBy'> = {},
): AdvisorySource {
  return {
    ...more,
    id,
    lists: (ecosystem) => (ecosystem.startsWith('Alma') ? 'fixes' : 'disclosures'),
    feeds: (wanted) =>
      feeds.filter((feed) =>
        wanted === undefined
          ? true
          : feed.ecosystems.some((name) => wanted.some((word) => word === name || word.startsWith(`${name}:`))),
      ),
    follow: (_feed, bytes) => documentOf(bytes).feeds ?? [],
    revisions: (_feed, bytes) => documentOf(bytes).revisions ?? [],
    parse(_feed, bytes, keep, note) {
      const { advisories, facts = [], crash } = documentOf(bytes);
      for (const advisory of advisories) keep(advisory);
      for (const fact of facts) note(fact);
      if (crash === true) throw new TypeError('the parser tripped');
      const read = advisories.length + facts.length;
      return { read, kept: read, skipped: {}, malformed: [] };
    },
  };
}

interface FakeDocument {
  readonly advisories: readonly Advisory[];
  readonly facts?: readonly Fact[];
  readonly feeds?: readonly Feed[];
  readonly revisions?: readonly Revision[];
  readonly crash?: boolean;
}

function documentOf(bytes: Uint8Array): FakeDocument {
  const text = Buffer.from(bytes).toString();
  if (text.startsWith('<')) throw new AdvisoryError('not-the-format', 'a web page came instead of the feed');
  try {
    return JSON.parse(text) as FakeDocument;
  } catch (cause) {
    throw new AdvisoryError('truncated', 'the feed ends too early', undefined, cause);
  }
}

/** An advisory of one package, fixed in `fixed`. */
export function advisory(id: string, affected: Partial<Affected> & { fixed?: string }, more: Partial<Advisory> = {}): Advisory {
  const { fixed = '1', ...rest } = affected;
  return {
    id,
    aliases: [],
    covers: [],
    severities: [],
    references: [],
    affected: [
      {
        ecosystem: 'Debian:12',
        package: 'bash',
        appliesTo: 'source',
        status: 'affected',
        ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed }] }],
        fixState: 'fixed',
        ...rest,
      },
    ],
    ...more,
  };
}

/** The bytes of a feed. */
export function feedText(advisories: readonly Advisory[], more: object = {}): string {
  return JSON.stringify({ advisories, ...more });
}

/** EPSS of one flaw on one day. */
export function prediction(key: string, score: number, date = '2026-08-21'): Fact {
  return { kind: 'prediction', key, score, percentile: score / 2, date, model: 'v2026' };
}
