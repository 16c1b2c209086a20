import type { AdvisorySource, Feed } from '../advisory/advisory.ts';
import { DatabaseError } from './error.ts';
import { suggestion } from './suggestion.ts';

/** A feed that an update is to bring. */
export interface WantedFeed {
  readonly source: AdvisorySource;
  readonly feed: Feed;
}

/** A word of `only` that no feed answers to. */
export interface Unserved {
  readonly word: string;
  /** The ecosystem that was probably meant. */
  readonly meant?: string;
}

/** What an update is to bring. */
export interface Selection {
  readonly wanted: readonly WantedFeed[];
  /** Feeds of what an earlier source has, or that must be named: brought up to date only where they are loaded. */
  readonly shadowed: readonly WantedFeed[];
  /** The ecosystems of `only`, in the spelling of their source. */
  readonly ecosystems: readonly string[];
  readonly unserved: readonly Unserved[];
}

/**
 * The feeds for `only`: identifiers of sources (all they have) and ecosystems (`Debian:12`, `Alpine`, `npm`; of the first
 * source that has it and of all that supplement it), in upper or lower case; without it, all feeds but those of
 * ecosystems that an earlier source has. Sources of facts go by their identifier alone. Throws `DatabaseError`
 * `nothing-selected` when that is none.
 */
export function selectFeeds(sources: readonly AdvisorySource[], only: readonly string[] | undefined): Selection {
  const selection = only === undefined ? everything(sources) : chosen(sources, only);
  if (selection.wanted.length > 0) return selection;
  const detail = selection.unserved
    .map(({ word, meant }) => (meant === undefined ? word : `${word} (did you mean ${meant}?)`))
    .join(', ');
  throw new DatabaseError('nothing-selected', 'no source has advisories for what was asked', { detail });
}

function everything(sources: readonly AdvisorySource[]): Selection {
  const all = sources.flatMap((source) => source.feeds(undefined).map((feed) => ({ source, feed })));
  const isShadowed = ({ source, feed }: WantedFeed): boolean => {
    if (source.broughtBy === 'name') return true;
    if (source.role !== undefined || feed.ecosystems.length === 0) return false;
    const earlier = sources.slice(0, sources.indexOf(source)).filter(({ role }) => role === undefined);
    return feed.ecosystems.every((name) => earlier.some((other) => has(other, name)));
  };
  const { true: shadowed = [], false: wanted = [] } = Object.groupBy(all, (one) => `${isShadowed(one)}`);
  return { wanted: withoutDoubles(wanted), shadowed, ecosystems: [], unserved: [] };
}

function chosen(sources: readonly AdvisorySource[], only: readonly string[]): Selection {
  const names = new Set(sources.flatMap(declared));
  const asked = new Map<AdvisorySource, string[] | undefined>();
  const ecosystems: string[] = [];
  const unserved: Unserved[] = [];
  for (const word of only) {
    const ecosystem = spelled(word, names);
    const named = sourceNamed(sources, word);
    if (named !== undefined) {
      asked.set(named, undefined);
      continue;
    }
    const serving = servingSources(sources, ecosystem);
    const meant = names.has(ecosystem) ? undefined : withLetter(ecosystem, names);
    if (serving.length === 0 || meant !== undefined) {
      const near =
        meant ??
        suggestion(
          word,
          sources.map(({ id }) => id),
          names,
        );
      unserved.push({ word, ...(near === undefined ? {} : { meant: near }) });
      continue;
    }
    ecosystems.push(ecosystem);
    for (const source of serving) {
      if (!asked.has(source)) asked.set(source, []);
      asked.get(source)?.push(...namesOf(source, ecosystem));
    }
  }
  const wanted = sources.flatMap((source) =>
    asked.has(source) ? source.feeds(asked.get(source)).map((feed) => ({ source, feed })) : [],
  );
  return { wanted: withoutDoubles(wanted), shadowed: [], ecosystems, unserved };
}

/** `Debian` in just this spelling is the ecosystem; any other case of it the publisher. */
function sourceNamed(sources: readonly AdvisorySource[], word: string): AdvisorySource | undefined {
  const exact = sources.find(({ id }) => id === word);
  if (exact !== undefined || servingSources(sources, word).length > 0) return exact;
  return sources.find(({ id }) => id === word.toLowerCase());
}

/**
 * Who is asked for an ecosystem: the first source without a role that has it or its family decides, since a release that
 * it does not know nobody knows; and all that supplement it.
 */
export function servingSources(sources: readonly AdvisorySource[], ecosystem: string): readonly AdvisorySource[] {
  const [family = ''] = ecosystem.split(':');
  const owner = sources.find((source) => source.role === undefined && (has(source, ecosystem) || has(source, family)));
  return sources.filter((source) => (source === owner || source.role === 'supplement') && has(source, ecosystem));
}

function has(source: AdvisorySource, ecosystem: string): boolean {
  return namesOf(source, ecosystem).length > 0;
}

/** What a source is to be asked for to have an ecosystem: itself, or all releases where the source knows only these. */
function namesOf(source: AdvisorySource, ecosystem: string): readonly string[] {
  if (source.feeds([ecosystem]).length > 0) return [ecosystem];
  return declared(source).filter((name) => name.startsWith(`${ecosystem}:`));
}

function declared(source: AdvisorySource): readonly string[] {
  return source.feeds(undefined).flatMap((feed) => feed.ecosystems);
}

/** An ecosystem as its source spells it; its family alone where the release is not known. */
function spelled(word: string, names: ReadonlySet<string>): string {
  const whole = sameInAnyCase(word, names);
  if (whole !== undefined) return whole;
  const [family = '', ...release] = word.split(':');
  const families = new Set(Array.from(names, (name) => name.split(':')[0] ?? name));
  return [sameInAnyCase(family, families) ?? family, ...release].join(':');
}

function sameInAnyCase(word: string, names: ReadonlySet<string>): string | undefined {
  const lower = word.toLowerCase();
  for (const name of names) if (name.toLowerCase() === lower) return name;
  return undefined;
}

/** `Alpine:v3.20` for `Alpine:3.20`. */
function withLetter(ecosystem: string, names: ReadonlySet<string>): string | undefined {
  const meant = ecosystem.replace(':', ':v');
  return names.has(meant) ? meant : undefined;
}

function withoutDoubles(wanted: readonly WantedFeed[]): WantedFeed[] {
  return [...new Map(wanted.toReversed().map((one) => [one.feed.url, one])).values()].toReversed();
}
