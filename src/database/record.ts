import type {
  Affected,
  AffectedRange,
  AffectedStatus,
  Fact,
  FixState,
  ParseReport,
  Qualifiers,
  Reference,
  Severity,
  SourceRef,
} from '../advisory/advisory.ts';
import type { DatabaseErrorCode } from './error.ts';

/** What one advisory says of one package: all that it takes to judge a version. */
export interface StoredEntry {
  /** The source's own identifier of the advisory. */
  readonly id: string;
  readonly aliases: readonly string[];
  readonly covers: readonly string[];
  readonly appliesTo: Affected['appliesTo'];
  readonly status: AffectedStatus;
  readonly ranges: readonly AffectedRange[];
  readonly versions?: readonly string[];
  readonly fixState: FixState;
  readonly severity?: Severity;
  readonly note?: string;
  readonly qualifiers?: Qualifiers;
  /** The feed it came from, for `Database.details`. */
  readonly feed: number;
  readonly source: SourceRef;
}

/** The rest of an advisory, wanted only for those that match. */
export interface AdvisoryDetails {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly covers: readonly string[];
  readonly summary?: string;
  readonly published?: string;
  readonly modified?: string;
  readonly severities: readonly Severity[];
  readonly references: readonly Reference[];
  readonly feed: number;
  readonly source: SourceRef;
}

/** All that is known of an advisory but what it says of each package. */
export interface FullDetails extends AdvisoryDetails {
  /** Packages it speaks of, in this feed: some have hundreds, and a scan asks for none. */
  readonly packages: readonly PackageKey[];
}

/** A fact and who says it. */
export type StoredFact<K extends Fact['kind'] = Fact['kind']> = Extract<Fact, { readonly kind: K }> & {
  readonly source: SourceRef;
};

/** What a look-up asks for. */
export interface PackageKey {
  readonly ecosystem: string;
  readonly name: string;
  readonly appliesTo: Affected['appliesTo'];
}

/** A feed whose advisories answer for an ecosystem. */
export interface EcosystemSource extends SourceRef {
  readonly lists: 'disclosures' | 'fixes';
  /** Records of the feed that speak of the ecosystem. */
  readonly advisories: number;
  /** Set where it only adds to what another source says. */
  readonly role?: 'supplement';
}

/** A feed that should be there and is not, or is not up to date. */
export interface FeedFailure {
  readonly source: string;
  readonly url: string;
  /** As the source declares them. */
  readonly ecosystems: readonly string[];
  readonly code: DatabaseErrorCode;
  readonly message: string;
  readonly detail?: string;
  /** ISO 8601. */
  readonly at: string;
  /** What the feed is called from edition to edition, where its address changes. */
  readonly edition?: string;
  /** It was on the way from this index of the source to its feeds: these are not up to date. */
  readonly index?: string;
}

/** What is loaded of an ecosystem. */
export interface EcosystemInfo {
  readonly ecosystem: string;
  /** Empty when nothing was ever loaded for it, so that a look-up's empty answer means nothing. */
  readonly sources: readonly EcosystemSource[];
  /** Feeds that should also answer for it but were never loaded. */
  readonly missing: readonly FeedFailure[];
}

/** One feed as it is loaded. */
export interface FeedInfo extends SourceRef {
  readonly id: number;
  /** Size of the document, bytes. */
  readonly bytes: number;
  /** ISO 8601, when it was last known to be what the publisher has. */
  readonly checkedAt: string;
  /** Ecosystems it answers for. */
  readonly ecosystems: readonly string[];
  /** How many facts of each kind it holds, where it holds some. */
  readonly facts?: Readonly<Partial<Record<Fact['kind'], number>>>;
  readonly report: ParseReport;
  /** The last update of it failed; these data are of the time before. */
  readonly failure?: FeedFailure;
}

/** What the database is and holds. */
export interface DatabaseInfo {
  readonly path: string;
  /** Version of the file format. */
  readonly format: number;
  /** `sha256:…` of the sealed content: the file without its last 64 bytes. */
  readonly digest: string;
  /** ISO 8601. */
  readonly builtAt: string;
  /** Size of the file. */
  readonly bytes: number;
  readonly feeds: readonly FeedInfo[];
  /** Feeds that were asked for and never loaded. */
  readonly missing: readonly FeedFailure[];
}

/** An advisory that a search found, with what it says of each package. */
export interface SearchHit {
  readonly advisory: FullDetails;
  readonly entries: readonly (StoredEntry & { readonly ecosystem: string; readonly package: string })[];
}

/** What a search found. */
export interface SearchResult {
  readonly hits: readonly SearchHit[];
  /** What is known of the flaw itself, or kept under this key. */
  readonly facts: readonly StoredFact[];
  /** True when there are more than are given. */
  readonly truncated: boolean;
}

/**
 * The compiled advisories, open for reading; an update that replaces the file meanwhile does not disturb it. Each
 * member throws `DatabaseError` `corrupt` when what it reads is not what was sealed.
 */
export interface Database {
  readonly info: DatabaseInfo;
  /** What is loaded of an ecosystem: ask this before trusting an empty look-up. */
  ecosystem(ecosystem: string): EcosystemInfo;
  /** Everything that is known of a package, of all feeds. */
  lookup(ecosystem: string, name: string, appliesTo: Affected['appliesTo']): readonly StoredEntry[];
  /** Every package of an ecosystem that some record speaks of, by the name that look-ups fold it to. */
  packages(ecosystem: string): Iterable<PackageKey>;
  /** The rest of an advisory; undefined when the feed has none of this name. */
  details(id: string, feed: number): AdvisoryDetails | undefined;
  /**
   * What is known under a key (`CVE-2024-3094`), of all feeds: in the order of the names of their sources, of one source
   * the latest first.
   */
  facts<K extends Fact['kind']>(kind: K, key: string): readonly StoredFact<K>[];
  /** By identifier or alias of an advisory, else by name of a package. */
  search(text: string): SearchResult;
  close(): void;
}
