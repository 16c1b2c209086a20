import type { Fix } from '../finding/finding.ts';
import type { Package } from '../inventory/inventory.ts';
import { layeredProductOf } from './layered-repository.ts';
import usual from './release-products.json' with { type: 'json' };
import { layeredRelation, minorOfRelease, type Stream, streamOf } from './stream.ts';

/** Products that a package may come from. */
export interface Products {
  /** CPE 2.2 URIs. */
  readonly cpes: readonly string[];
  /** Nobody said: those of a plain image of the release. */
  readonly assumed: boolean;
  /** The minor release of the image, where known. */
  readonly minor?: number;
}

/**
 * How near a statement about some products is to a package: about its own line of builds, or the one it was cut from; its
 * very product, or a whole of which that is a part.
 */
export type Standing = 'own' | 'inherited' | 'none';

/** What tells of the products of a Red Hat image. */
export interface ProductSource {
  /** `VERSION_ID` of its os-release: `9.4`. */
  readonly release?: string | undefined;
  /** Products of a repository or content set (`RepositoryFact`); undefined where it is not known. */
  readonly productsOf: (repository: string) => readonly string[] | undefined;
}

const plain: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(usual));

/**
 * The products that Red Hat's packages of an image come from: those of the repository that the package was installed
 * from, else of all content sets of the image and, where none of them is of the release itself, of a plain image of the
 * release, so that silence about a repository hides nothing. Undefined for packages that no product limits.
 */
export function redHatProducts({ release, productsOf }: ProductSource): (found: Package) => Products | undefined {
  const minor = /^\d+\.(\d+)/.exec(release ?? '')?.[1];
  const known = new Map<string, Products>();
  const lookUp = (name: string): readonly string[] => {
    const inMap = productsOf(name);
    if (inMap !== undefined) return inMap;
    const told = byName(name, release);
    return told.length > 0 ? told : (productsOf(name.replace(OF_MINOR, '')) ?? []);
  };
  return ({ ecosystem, metadata }) => {
    const usualOnes = plain.get(ecosystem ?? '');
    if (usualOnes === undefined || metadata.kind !== 'rpm') return undefined;
    const { repository, contentSets = [] } = metadata;
    const key = `${ecosystem} ${repository ?? ''} ${contentSets.join(' ')}`;
    let products = known.get(key);
    if (products === undefined) {
      const own = repository === undefined ? [] : lookUp(repository);
      const told = own.length > 0 ? own : contentSets.flatMap(lookUp);
      products = settled(told, usualOnes, own.length > 0, minor === undefined ? undefined : Number(minor));
      known.set(key, products);
    }
    return products;
  };
}

/**
 * Of an extended repository that carries several minor releases the image has its own. What is told of other major releases
 * tells nothing of this one; a package's own repository may be of no release at all.
 */
function settled(
  told: readonly string[],
  usualOnes: readonly string[],
  isOwn: boolean,
  minor: number | undefined,
): Products {
  const cpes = [...new Set(told)];
  const streams = cpes.map((cpe) => ({ cpe, stream: streamOf(cpe) }));
  const isTheirs = ({ stream }: { readonly stream: Stream | undefined }): boolean =>
    stream?.line === 'extended' && stream.minor === minor;
  const narrowed = streams.some(isTheirs)
    ? streams.filter((one) => one.stream?.line !== 'extended' || isTheirs(one) || one.stream.minor === undefined)
    : streams;
  const releases = narrowed.filter(({ stream }) => stream?.line === 'main' || stream?.line === 'extended');
  const major = streamOf(usualOnes[0] ?? '')?.major;
  const isTold = releases.some(({ stream }) => stream?.major === major) || (isOwn && releases.length === 0);
  return {
    cpes: [...narrowed.map(({ cpe }) => cpe), ...(isTold ? [] : usualOnes)],
    assumed: !isTold,
    ...(minor === undefined ? {} : { minor }),
  };
}

/** A content set of one minor release: `rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2`. */
const OF_MINOR = /__(\d+)_DOT_(\d+)$/;

/** What the name of a repository tells where the map does not have it. */
function byName(name: string, release: string | undefined): readonly string[] {
  const layered = layeredProductOf(name);
  if (layered !== undefined) return [layered];
  const major = /^(?:rhui-)?(?:rhel|ubi|codeready-builder-for-rhel)-(\d+)-/.exec(name)?.[1];
  if (major === undefined) return [];
  if (/-extras-(?:debug-|source-)?rpms/.test(name)) return [`cpe:/a:redhat:rhel_extras:${major}`];
  const stream = /-(eus|aus|tus|e4s|els)-(?:rhui-)?(?:debug-|source-)?rpms/.exec(name)?.[1];
  if (stream === undefined) return [`cpe:/o:redhat:enterprise_linux:${major}`];
  if (stream === 'els') return [`cpe:/o:redhat:rhel_els:${major}`];
  const [, , minor] = OF_MINOR.exec(name) ?? [];
  const version = minor === undefined ? release : `${major}.${minor}`;
  return version?.startsWith(`${major}.`) ? [`cpe:/o:redhat:rhel_${stream}:${version}`] : [];
}

/** How near a statement about `said` products is to this package. */
export function standingOf({ metadata }: Package, said: readonly string[], products: Products): Standing {
  const has = products.cpes.flatMap((cpe) => streamOf(cpe) ?? []);
  const release = metadata.kind === 'rpm' ? metadata.release : '';
  let best: Standing = 'none';
  for (const cpe of said) {
    const standing = standingIn(streamOf(cpe), has, minorOfRelease(release));
    if (standing === 'own') return 'own';
    if (standing === 'inherited') best = 'inherited';
  }
  return best;
}

/** What lines of builds a statement is about that stands so to a package: the empty name is the release's, others of products. */
export function linesOf(
  found: Package,
  said: readonly string[],
  products: Products,
  standing: Standing,
): readonly string[] {
  return said
    .filter((cpe) => standingOf(found, [cpe], products) === standing)
    .map((cpe) => {
      const stream = streamOf(cpe);
      return stream?.line === 'layered' ? stream.product : '';
    });
}

function standingIn(said: Stream | undefined, has: readonly Stream[], built: number | undefined): Standing {
  if (said === undefined) return 'none';
  if (said.line === 'layered') {
    const relations = has.flatMap((one) => (one.line === 'layered' ? (layeredRelation(said, one) ?? []) : []));
    return relations.includes('same') ? 'own' : relations.length > 0 ? 'inherited' : 'none';
  }
  const main = has.some((one) => one.line === 'main' && one.major === said.major);
  const extended = has.filter((one) => one.line === 'extended' && one.major === said.major);
  if (said.line === 'main') {
    if (extended.length === 0) return main ? 'own' : 'none';
    // With both at hand the build itself tells of which line it is.
    return main && !extended.some(({ minor }) => minor === undefined || minor === built) ? 'own' : 'inherited';
  }
  if (!extended.some((one) => one.minor === said.minor)) return 'none';
  if (said.minor === undefined || said.minor === built) return 'own';
  // Of several lines that the package may be of, the build tells which; one for the trunk does not.
  const isOnly = !main && new Set(extended.map(({ minor }) => minor)).size === 1;
  return isOnly ? 'own' : built === undefined && !main ? 'inherited' : 'none';
}

/**
 * What a fix of the main line is worth to an image that stays on its minor release: it gets builds for that one and those
 * before it, not for later ones; of builds of the trunk nobody says for which they were made.
 */
export function fixFromMain(fix: Fix, { cpes, minor }: Products): Fix {
  const stays = cpes.some((cpe) => streamOf(cpe)?.line === 'extended' && streamOf(cpe)?.minor !== undefined);
  if (fix.version === undefined || minor === undefined || !stays) return fix;
  const built = minorOfRelease(fix.version);
  if (built !== undefined && built <= minor) return fix;
  const note = `fixed in ${fix.version} of ${built === undefined ? 'the main line' : 'a later minor release'}`;
  return { state: built === undefined ? 'unknown' : 'not-fixed', note };
}
