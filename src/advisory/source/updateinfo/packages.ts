import { rpm } from '../../../version/rpm.ts';
import type { Affected, Qualifiers } from '../../advisory.ts';
import { childrenOf, type XmlElement } from '../oval/oval.ts';

/** How the builds that a notice lists are to be read. */
export interface BuildRules {
  readonly ecosystem: string;
  /**
   * Whether a build for one architecture alone speaks only of that: so where a document lists the builds for all of them.
   */
  readonly byArchitecture: boolean;
  /** Whether builds of module streams stand among the others. */
  readonly modular: boolean;
}

/** The builds of one package, and of one module stream: by architecture, in the order of the notice. */
interface Builds {
  readonly name: string;
  readonly module: string | undefined;
  /** The version that has the fix; undefined where none can be read. */
  readonly byArchitecture: Map<string, string | undefined>;
}

const SOURCES: ReadonlySet<string> = new Set(['src', 'nosrc']);
const EVERYWHERE = 'noarch';
/** Both 64-bit machines: what is built for both is for any. */
const MACHINES = ['x86_64', 'aarch64'];

/** The packages of all collections in a `pkglist`; undefined when one of them has no name. */
export function affectedIn(update: XmlElement, rules: BuildRules): readonly Affected[] | undefined {
  const packages = new Map<string, Builds>();
  for (const collection of childrenOf(update, 'pkglist').flatMap((list) => childrenOf(list, 'collection'))) {
    const stream = streamOf(collection);
    for (const { attributes } of childrenOf(collection, 'package')) {
      const name = attributes.get('name') ?? '';
      const architecture = attributes.get('arch') ?? EVERYWHERE;
      if (name === '') return undefined;
      if (SOURCES.has(architecture)) continue;
      const fixed = versionOf(attributes);
      const module = rules.modular ? moduleOf(stream, fixed) : undefined;
      const key = `${name}\n${module}`;
      const known = packages.get(key) ?? { name, module, byArchitecture: new Map() };
      packages.set(key, known);
      add(known.byArchitecture, architecture, fixed);
    }
  }
  return [...packages.values()].flatMap((builds) => entriesOf(builds, rules));
}

function streamOf(collection: XmlElement): string | undefined {
  const [module] = childrenOf(collection, 'module');
  const [name, stream] = [module?.attributes.get('name'), module?.attributes.get('stream')];
  return name === undefined || stream === undefined ? undefined : `${name}:${stream}`;
}

/** Packages of a collection with a module are of that; a build that says it is of one is compared with any stream. */
function moduleOf(stream: string | undefined, fixed: string | undefined): string | undefined {
  if (stream !== undefined) return stream;
  return fixed === undefined || /\.module[_+]/.test(fixed) ? undefined : '';
}

function versionOf(attributes: ReadonlyMap<string, string>): string | undefined {
  const [version, release] = [attributes.get('version') ?? '', attributes.get('release') ?? ''];
  if (version === '' || release === '') return undefined;
  const epoch = attributes.get('epoch') ?? '';
  return `${/^0*$/.test(epoch) ? '' : `${epoch}:`}${version}-${release}`;
}

/** Of several builds in one notice the last completes the fix; one that can't be read leaves it open. */
function add(builds: Map<string, string | undefined>, architecture: string, fixed: string | undefined): void {
  if (!builds.has(architecture) || isLater(fixed, builds.get(architecture))) builds.set(architecture, fixed);
}

function isLater(fixed: string | undefined, than: string | undefined): boolean {
  if (fixed === undefined || than === undefined) return fixed === undefined;
  const [a, b] = [rpm.parse(fixed), rpm.parse(than)];
  if (b.kind === 'unparsable') return false;
  return a.kind === 'unparsable' || rpm.compare(a, b) > 0;
}

function entriesOf({ name, module, byArchitecture }: Builds, rules: BuildRules): readonly Affected[] {
  const fixedIn = rules.byArchitecture ? byArchitecture : levelled(byArchitecture);
  const byVersion = Map.groupBy(fixedIn.keys(), (architecture) => fixedIn.get(architecture));
  const several = byVersion.size > 1;
  return [...byVersion].map(([fixed, architectures]) => {
    const isLimited = rules.byArchitecture && (several || !areAll(architectures));
    const qualifiers: Qualifiers = {
      ...(module === undefined ? {} : { module }),
      ...(isLimited ? { architectures } : {}),
    };
    return {
      ecosystem: rules.ecosystem,
      package: name,
      appliesTo: 'binary',
      status: fixed === undefined ? 'undetermined' : 'affected',
      ranges: fixed === undefined ? [] : [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed }] }],
      fixState: fixed === undefined ? 'unknown' : 'fixed',
      ...(Object.keys(qualifiers).length === 0 ? {} : { qualifiers }),
    };
  });
}

/** Where a document lists the builds of some architectures for all, the last of them completes the fix for each. */
function levelled(builds: ReadonlyMap<string, string | undefined>): ReadonlyMap<string, string | undefined> {
  const all = new Map<string, string | undefined>();
  for (const fixed of builds.values()) add(all, EVERYWHERE, fixed);
  return all;
}

function areAll(architectures: readonly string[]): boolean {
  return architectures.includes(EVERYWHERE) || MACHINES.every((machine) => architectures.includes(machine));
}
