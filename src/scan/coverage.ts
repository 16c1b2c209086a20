import type { EcosystemInfo } from '../database/database.ts';
import type { Coverage, CoverageSource, EcosystemCoverage } from '../finding/finding.ts';
import type { Inventory, Package } from '../inventory/inventory.ts';
import type { Unjudged } from '../match/match.ts';
import type { Assessment } from './assess.ts';
import { formats } from './formats.ts';
import type { Judged } from './judged.ts';
import { supplements } from './precedence.ts';

/** Which advisories answered. */
export interface Answering {
  readonly ecosystem: (ecosystem: string) => EcosystemInfo;
  /** Whether it was the starter set. */
  readonly starter: boolean;
  /** Names of the sources, the one that decides first. */
  readonly precedence: readonly string[];
  /** What was judged on its own, and what was not. */
  readonly judged: Judged;
}

const namelessPrefix = 'type:';

/** A package without ecosystem: of a distribution that is not known, or of a format that no advisories speak of. */
function nameless({ type }: Package): string {
  return formats.some((format) => format.type === type && format.distribution) ? '' : namelessPrefix + type;
}

type Unassessed = EcosystemCoverage['unassessed'][number];

/** Says what was assessed and with what. Notes are sentences that go before; they are added to, not replaced. */
export function coverageOf(
  inventory: Inventory,
  answering: Answering,
  { findings, unjudged, elsewhere }: Assessment,
  notes: readonly string[],
): Coverage {
  const { judged } = answering;
  const all = [...judged.packages, ...judged.foreign];
  const groups = Map.groupBy(all, (found) => found.ecosystem ?? nameless(found));
  const ecosystems = [...groups].map(([ecosystem, packages]) =>
    ecosystemCoverage(ecosystem, packages, answering, unjudged, inventory),
  );
  const lost = inventory.problems.some(({ lossy }) => lossy);
  const nothing = all.length === 0 && inventory.subject.entries > 0;
  const behind = answering.starter ? [] : noteBehind(findings);
  const complete =
    !lost && !nothing && behind.length === 0 && ecosystems.every(({ packages, assessed }) => packages === assessed);
  return {
    complete,
    ecosystems: ecosystems.toSorted((a, b) => (a.ecosystem < b.ecosystem ? -1 : 1)),
    notes: [
      ...notes,
      ...noteNothing(inventory, nothing),
      ...noteApart(judged),
      ...behind,
      ...noteElsewhere(elsewhere),
      ...(lost ? ['Some files could not be read, so packages may be missing: see the problems.'] : []),
      ...ecosystems.flatMap(noteSilence),
    ],
  };
}

function noteNothing({ subject, packages }: Inventory, nothing: boolean): string[] {
  if (subject.entries === 0) return ['The image is empty: it has no files at all.'];
  if (nothing && packages.length > 0) return ['No package of the image could be judged: nothing in it was assessed.'];
  return nothing
    ? [`The image has ${subject.entries} files but no package database that is known here: nothing in it was assessed.`]
    : [];
}

/** What is in the inventory and was not judged on its own. */
function noteApart({ owned, development, own }: Judged): string[] {
  const names = [...new Set(own.map(({ name }) => name))];
  return [
    ...(owned.length === 0
      ? []
      : [`Packages of languages that belong to packages of the distribution: ${owned.length}; judged with these.`]),
    ...(development.length === 0
      ? []
      : [`Packages that lock files name only for development, none installed: ${development.length}; not judged.`]),
    ...(names.length === 0
      ? []
      : [
          `Own applications of the image that have no version to compare: ${own.length} (${names[0]} is one); not judged.`,
        ]),
  ];
}

/** What was found in a source or a module and is not counted for what is installed of it. */
function noteElsewhere(elsewhere: Assessment['elsewhere']): string[] {
  const groups = Map.groupBy(elsewhere, ({ package: name, because }) => `${name}: ${because}`);
  return Array.from(groups, ([group, left]) => {
    const flaws = new Set(left.map(({ flaw }) => flaw));
    const [first = ''] = flaws;
    return `Not counted, ${flaws.size === 1 ? first : `${flaws.size} flaws (${first} is one)`} in ${group}.`;
  });
}

/** Flaws that only the starter set knows: then what else do the sources not know? */
function noteBehind(findings: Assessment['findings']): string[] {
  const only = findings.filter(({ evidence }) => evidence.every(({ found }) => found.source.name === 'starter'));
  const flaws = [...new Set(only.map(({ vulnerability }) => vulnerability.id))];
  if (flaws.length === 0) return [];
  return [
    `The loaded advisories say nothing of ${flaws.length} flaws in this image that the starter set knows (${flaws[0]} is one): they are old or incomplete, and so is this report.`,
  ];
}

/** A source that lists only what is fixed is silent on the rest. */
function noteSilence({ ecosystem, sources }: EcosystemCoverage): string[] {
  const silent = sources.length > 0 && sources.every(({ lists }) => lists === 'fixes');
  return silent
    ? [`The advisories of ${ecosystem} list only flaws that have a fix; unfixed ones are not among the findings.`]
    : [];
}

function ecosystemCoverage(
  ecosystem: string,
  packages: readonly Package[],
  answering: Answering,
  unjudged: readonly Unjudged[],
  inventory: Inventory,
): EcosystemCoverage {
  if (ecosystem.startsWith(namelessPrefix)) {
    const type = ecosystem.slice(namelessPrefix.length);
    const detail = `no advisories are known that name packages of ${type} as they are named here`;
    const unassessed: Unassessed = { reason: 'no-advisories', packages: packages.length, detail };
    return {
      ecosystem: `${type} (no ecosystem)`,
      packages: packages.length,
      assessed: 0,
      unassessed: [unassessed],
      sources: [],
    };
  }
  if (ecosystem === '') {
    const detail = inventory.distro?.name;
    const unassessed: Unassessed = {
      reason: 'distro-unknown',
      packages: packages.length,
      ...(detail === undefined ? {} : { detail }),
    };
    return { ecosystem: 'unknown', packages: packages.length, assessed: 0, unassessed: [unassessed], sources: [] };
  }
  const info = answering.ecosystem(ecosystem);
  const sources = info.sources.map(
    (source): CoverageSource => ({
      name: source.name,
      url: source.url,
      digest: source.digest,
      fetchedAt: source.fetchedAt,
      ...(source.publishedAt === undefined ? {} : { publishedAt: source.publishedAt }),
      lists: answering.starter ? 'starter' : source.lists,
      advisories: source.advisories,
    }),
  );
  const unassessed = whole(info, answering, packages.length) ?? onesLeft(packages, unjudged, answering.judged.foreign);
  const left = unassessed.reduce((sum, { packages: count }) => sum + count, 0);
  return { ecosystem, packages: packages.length, assessed: packages.length - left, unassessed, sources };
}

/** Why none of the packages of an ecosystem was assessed as it should be. */
function whole(info: EcosystemInfo, { starter, precedence }: Answering, packages: number): Unassessed[] | undefined {
  if (starter) return [{ reason: 'starter-only', packages }];
  if (info.sources.length === 0) {
    return [{ reason: 'no-advisories', packages, detail: 'no advisories of this release are loaded' }];
  }
  if (info.sources.every(({ role }) => role === 'supplement')) {
    const names = [...new Set(info.sources.map(({ name }) => name))].join(', ');
    return [{ reason: 'no-advisories', packages, detail: `only what adds to its advisories is loaded: ${names}` }];
  }
  if (info.sources.every(({ advisories, role }) => advisories === 0 || role === 'supplement')) {
    return [
      { reason: 'no-advisories', packages, detail: 'the advisories that are loaded say nothing of this release' },
    ];
  }
  // A source that only adds to what the deciding one says may be missing; a part of the deciding one may not.
  const named = new Set([...info.sources.map(({ name }) => name), ...info.missing.map(({ source }) => source)]);
  const decides = precedence.find((name) => named.has(name) && !supplements.has(name));
  const missing = info.missing.find(({ source }) => source === decides);
  return (
    missing && [{ reason: 'no-advisories', packages, detail: `a part of the advisories is not loaded: ${missing.url}` }]
  );
}

/** Why some were not assessed: each package counts once. */
function onesLeft(
  packages: readonly Package[],
  unjudged: readonly Unjudged[],
  foreign: readonly Package[],
): Unassessed[] {
  const ours = new Set(packages);
  const strange = foreign.filter((found) => ours.has(found));
  const unread = unjudged.filter((entry) => ours.has(entry.package));
  const [first] = unread;
  const counted = new Set([...strange, ...unread.map((entry) => entry.package)]);
  const guessed = packages.filter((found) => isGuessed(found) && !counted.has(found));
  const [example] = guessed;
  return [
    ...thirdParty(strange),
    ...(first ? [{ reason: 'version-unparsable', packages: unread.length, detail: first.detail } as const] : []),
    ...(example
      ? [{ reason: 'identity-guessed', packages: guessed.length, detail: `${example.name} is one` } as const]
      : []),
  ];
}

function thirdParty(strange: readonly Package[]): Unassessed[] {
  const [first] = strange;
  if (first === undefined) return [];
  const by = 'thirdParty' in first.metadata ? first.metadata.thirdParty : undefined;
  return [{ reason: 'third-party', packages: strange.length, detail: `${first.name} of ${by ?? 'others'} is one` }];
}

/**
 * What was found under a guessed name is told; that nothing was found proves nothing. An rpm that does not say of which
 * source it is (no `SOURCERPM`) is looked up by its own name, which advisories on sources may not know.
 */
function isGuessed({ metadata, source }: Package): boolean {
  if (metadata.kind === 'rpm') return source === undefined;
  return metadata.kind === 'language' && metadata.certainty === 'guessed';
}
