import type { Location, Package, Problem, ProblemCode, Relationship, Usage } from '../inventory/inventory.ts';
import { type PurlParts, packagePurl, purlNumbering } from '../purl/purl.ts';
import type { CatalogResult, ImageFile } from './catalog.ts';
import { DocumentError } from './document.ts';
import { shownOrigin } from './origin.ts';

/** A package as one file shows it. */
export interface Sighting {
  /** Name by which advisories know it: `@babel/core`, `org.slf4j:slf4j-api`, `golang.org/x/net`. */
  readonly name: string;
  readonly version: string;
  readonly purl: Omit<PurlParts, 'version'>;
  readonly ecosystem?: string | undefined;
  /** Whether the file is part of the package, or only names it. */
  readonly presence: 'installed' | 'locked';
  /** Empty when it is simply needed; absent when the file does not say. */
  readonly usage?: Usage | undefined;
  readonly licenses?: readonly string[] | undefined;
  readonly architecture?: string | undefined;
  readonly source?: Package['source'] | undefined;
  readonly metadata?: Omit<Extract<Package['metadata'], { kind: 'language' }>, 'kind'> | undefined;
  /** Path inside the archive that the file is. */
  readonly within?: string | undefined;
}

/** Puts sightings together: one package for each purl, however many files show it. */
export interface Gatherer {
  /** Gives the purl, which `relate` takes; `undefined` (and a problem) when name or version can't be one. */
  add(sighting: Sighting, file: ImageFile): string | undefined;
  /** Relates two packages by purl; dropped at the end when one of them was never added. */
  relate(kind: Relationship['kind'], from: string, to: string, scope?: Relationship['scope']): void;
  /** `lossy` (packages may be missing) unless said otherwise. */
  problem(code: ProblemCode, message: string, file: ImageFile, detail?: string, lossy?: boolean): void;
  /** Runs a reader of one file; what it throws becomes a problem of that file. */
  read(file: ImageFile, reader: (file: ImageFile) => void): void;
  result(): CatalogResult;
}

/** Far above what any image holds. */
const maximumPackages = 200_000;
const maximumRelationships = 2_000_000;
/** Problems told one by one. */
const maximumProblems = 100;
const maximumText = 1024;
const maximumLicenses = 50;
const maximumUsed = 5000;

/** A package but for what is known only at the end. */
type Told = Omit<Package, 'id' | 'locations' | 'usage'>;

interface Gathered {
  readonly package: Told;
  /** Absent while nobody has said how it is used; empty when it is simply needed. */
  readonly usage: Usage | undefined;
  readonly locations: Location[];
  readonly places: Set<string>;
}

/** A gatherer for the cataloger of that identifier. */
export function gather(by: string): Gatherer {
  const found = new Map<string, Gathered>();
  const relationships = new Map<string, Relationship>();
  const { problem, told } = problemBag(by);
  return {
    problem,
    add(sighting, file) {
      const wrong = faultOf(sighting);
      if (wrong !== undefined) {
        problem('corrupt', 'A package has no usable name or version', file, wrong);
        return undefined;
      }
      const purl = packagePurl({ ...sighting.purl, version: sighting.version });
      if (!found.has(purl) && found.size >= maximumPackages) {
        problem('too-large', 'Too many packages', file, `more than ${maximumPackages}`);
        return undefined;
      }
      found.set(purl, merged(found.get(purl), sighting, purl, by, file));
      return purl;
    },
    relate(kind, from, to, scope) {
      if (relationships.size >= maximumRelationships) return;
      const key = `${kind} ${from} ${to}`;
      const known = relationships.get(key);
      // A dependency that is needed to run is one, whoever else needs it only to build.
      if (known === undefined || (known.scope !== undefined && scope === undefined))
        relationships.set(key, scope === undefined ? { kind, from, to } : { kind, from, to, scope });
    },
    read(file, reader) {
      try {
        reader(file);
      } catch (error) {
        if (error instanceof DocumentError) problem(error.code, error.message, file, error.detail);
        else problem('corrupt', 'A file cannot be understood', file, error instanceof Error ? error.message : '');
      }
    },
    result: () => resultOf(found, relationships, told()),
  };
}

/** Keeps problems, the first of them one by one. */
function problemBag(by: string): { readonly problem: Gatherer['problem']; readonly told: () => Problem[] } {
  const problems: Problem[] = [];
  let untold = 0;
  return {
    problem(code, message, file, detail, lossy = true) {
      if (problems.length >= maximumProblems) {
        untold++;
        return;
      }
      const said = detail === undefined ? {} : { detail: detail.slice(0, 300) };
      problems.push({ code, message, ...said, path: `/${file.path}`, layer: file.layer.index, by, lossy });
    },
    told() {
      if (untold === 0) return problems;
      const message = 'There are more problems of the kind';
      return [...problems, { code: 'corrupt', message, detail: `${untold} more`, by, lossy: true }];
    },
  };
}

function resultOf(
  found: ReadonlyMap<string, Gathered>,
  relationships: ReadonlyMap<string, Relationship>,
  problems: readonly Problem[],
): CatalogResult {
  const packages = withIds(found);
  const ids = new Map(packages.map(({ purl, id }) => [purl, id]));
  const related = Array.from(relationships.values()).flatMap((relation) => {
    const [from, to] = [ids.get(relation.from), ids.get(relation.to)];
    return from === undefined || to === undefined || from === to ? [] : [{ ...relation, from, to }];
  });
  return { packages, relationships: related, problems };
}

function faultOf({ name, version, purl }: Sighting): string | undefined {
  if (name === '' || purl.name === '' || /[\p{Cc}]/u.test(name)) return `name ${JSON.stringify(name.slice(0, 80))}`;
  if (version === '' || /[\p{Cc}]/u.test(version))
    return `${name.slice(0, 80)}: version ${JSON.stringify(version.slice(0, 80))}`;
  return name.length > maximumText || version.length > maximumText ? 'name or version too long' : undefined;
}

function locationOf({ within }: Sighting, file: ImageFile): Location {
  const path = `/${file.path}`;
  return within === undefined ? { path, layer: file.layer } : { path, within, layer: file.layer };
}

function packageOf(sighting: Sighting, purl: string, by: string): Told {
  const { name, version, ecosystem, presence, licenses = [], architecture, source, metadata } = sighting;
  return {
    name,
    version,
    ...(ecosystem === undefined ? {} : { ecosystem }),
    type: sighting.purl.type,
    kind: 'binary',
    ...(source ? { source } : {}),
    ...(architecture === undefined ? {} : { architecture }),
    purl,
    ...(presence === 'locked' ? { presence } : {}),
    licenses: licensesOf(licenses),
    foundBy: by,
    metadata: { kind: 'language', ...metadata, ...(metadata?.origin ? { origin: shownOrigin(metadata.origin) } : {}) },
  };
}

/** A lock file that says nothing of the use says that it is needed; an installed package says nothing. */
function usageOf({ presence, usage }: Sighting): Usage | undefined {
  return usage ?? (presence === 'locked' ? {} : undefined);
}

function licensesOf(licenses: readonly string[]): string[] {
  const names = licenses.map((name) => name.trim().slice(0, maximumText)).filter((name) => name !== '');
  return [...new Set(names)].slice(0, maximumLicenses);
}

/** Installed beats locked, needed beats optional beats dev; places add up, and what one does not say another may. */
function merged(known: Gathered | undefined, sighting: Sighting, purl: string, by: string, file: ImageFile): Gathered {
  const next = packageOf(sighting, purl, by);
  const usage = usageOf(sighting);
  const location = locationOf(sighting, file);
  const place = `${location.path}\0${location.within ?? ''}`;
  if (known === undefined) return { package: next, usage, locations: [location], places: new Set([place]) };
  const { locations, places } = known;
  const better = next.presence === undefined && known.package.presence !== undefined;
  if (!places.has(place)) {
    places.add(place);
    if (better) locations.unshift(location);
    else locations.push(location);
  }
  const [first, second] = better ? [next, known.package] : [known.package, next];
  return { package: filled(first, second), usage: mergedUsage(known.usage, usage), locations, places };
}

/** What the first does not say is taken from the second. */
function filled(first: Told, second: Told): Told {
  const licenses = first.licenses.length > 0 ? first.licenses : second.licenses;
  if (first.metadata.kind !== 'language' || second.metadata.kind !== 'language') return { ...first, licenses };
  const { integrity, origin, homepage } = second.metadata;
  const more = {
    ...(integrity === undefined ? {} : { integrity }),
    ...(origin === undefined ? {} : { origin }),
    ...(homepage === undefined ? {} : { homepage }),
  };
  const { packages, ...own } = first.metadata;
  return { ...first, licenses, metadata: { ...more, ...own, ...together(packages, second.metadata.packages) } };
}

/** What is used of it by all who use it; nobody knows where that is not known of one. */
function together(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): { readonly packages?: readonly string[] } {
  if (a === undefined || b === undefined) return {};
  const all = new Set([...a, ...b]);
  if (all.size > maximumUsed) return {};
  return { packages: all.size === a.length ? a : [...all].toSorted() };
}

function mergedUsage(a: Usage | undefined, b: Usage | undefined): Usage | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const scopes = new Set([a.scope, b.scope]);
  const scope = scopes.has(undefined) ? undefined : scopes.has('optional') ? 'optional' : 'dev';
  return {
    ...(a.root || b.root ? { root: true } : {}),
    ...(a.direct || b.direct ? { direct: true } : {}),
    ...(scope === undefined ? {} : { scope }),
  };
}

function withIds(found: ReadonlyMap<string, Gathered>): Package[] {
  const idOf = purlNumbering();
  return Array.from(found, ([purl, { package: told, usage, locations }]): Package => {
    const used = usage !== undefined && Object.keys(usage).length > 0 ? { usage } : {};
    return { id: idOf(purl), ...told, ...used, locations };
  }).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
