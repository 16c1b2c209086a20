// A source whose feeds are JSON: { "advisories": [ an Advisory, … ] }.
import { type Advisory, AdvisoryError, type AdvisorySource, type Affected, type Feed } from '../../advisory/advisory.ts';

/** A source with these feeds. */
export function fakeSource(id: string, feeds: readonly Feed[]): AdvisorySource {
  return {
    id,
    lists: (ecosystem) => (ecosystem.startsWith('Alma') ? 'fixes' : 'disclosures'),
    feeds: (wanted) =>
      feeds.filter((feed) =>
        wanted === undefined
          ? true
          : feed.ecosystems.some((name) => wanted.some((word) => word === name || word.startsWith(`${name}:`))),
      ),
    parse(_feed, bytes, keep) {
      const text = Buffer.from(bytes).toString();
      if (text.startsWith('<')) throw new AdvisoryError('not-the-format', 'a web page came instead of the feed');
      const { advisories, crash } = parsed(text);
      for (const advisory of advisories) keep(advisory);
      if (crash === true) throw new TypeError('the parser tripped');
      return { read: advisories.length, kept: advisories.length, skipped: {}, malformed: [] };
    },
  };
}

function parsed(text: string): { advisories: Advisory[]; crash?: boolean } {
  try {
    return JSON.parse(text);
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
