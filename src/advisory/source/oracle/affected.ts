import { rpmFlavourOf } from '../../../version/rpm-flavour.ts';
import type { Affected, Qualifiers } from '../../advisory.ts';
import { affectedIn, type Condition, type Product, type StatedVersions, type Statement } from '../oval/oval.ts';
import table from './architectures.json' with { type: 'json' };

/** Architectures of the packages that are installed on a machine; 32-bit ones on a 64-bit machine too. */
const PACKAGES_OF: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(table));

/** Machines of all releases since 7; whatever is said of both is said of any. */
const ALL = ['x86_64', 'aarch64'];

/** Stands for any machine. */
const ANY = '';

/** Statements on the same build of the same package: by machine. */
interface Build {
  readonly package: string;
  readonly ecosystem: string;
  readonly qualifiers: Qualifiers;
  readonly byMachine: Map<string, StatedVersions[]>;
}

/** What a notice says of packages of those ecosystems, with the flavour, the module stream and the architectures it means. */
export function affectedBy(statements: readonly Statement[], ecosystems: readonly string[]): readonly Affected[] {
  const builds = new Map<string, Build>();
  for (const statement of statements) {
    for (const ecosystem of ecosystemsOf(statement.when, ecosystems)) {
      if (ecosystems.includes(ecosystem))
        for (const build of buildsOf(statement, ecosystem)) collect(builds, build, statement);
    }
  }
  return [...builds.values()].flatMap(entriesOf);
}

/** Where no product is named, or none that can be told, the document's own releases are meant. */
function ecosystemsOf({ products }: Condition, all: readonly string[]): readonly string[] {
  const releases = new Set((products ?? []).flatMap((product) => releaseOf(product) ?? []));
  return releases.size === 0 ? all : [...releases].map((release) => `Oracle Linux:${release}`);
}

/** The version of `oraclelinux-release` has the pattern `^8`. */
function releaseOf({ release, version, comment }: Product): string | undefined {
  if (release === undefined) return /^Oracle Linux (\d+) is installed$/.exec(comment)?.[1];
  return /^\^?(\d+)/.exec(version ?? '')?.[1];
}

function buildsOf({ claim, when, package: name }: Statement, ecosystem: string): readonly Build[] {
  const fixed = claim?.kind === 'range' ? claim.fixed : undefined;
  const flavour = when.flavour === 'ksplice' || when.flavour === 'fips' ? when.flavour : rpmFlavourOf(fixed ?? '');
  const modules = when.modules.length > 0 ? when.modules : withoutModule(ecosystem, fixed);
  return modules.map((module) => ({
    package: name,
    ecosystem,
    qualifiers: { ...(module === undefined ? {} : { module }), flavour },
    byMachine: new Map(),
  }));
}

/**
 * A build whose release says that it is of a module, in a notice that does not say of which, is compared with any; modules came
 * with release 8.
 */
function withoutModule(ecosystem: string, fixed: string | undefined): readonly (string | undefined)[] {
  const isOlder = Number(ecosystem.slice('Oracle Linux:'.length)) < 8;
  return [isOlder || fixed === undefined || /\.module[+_]el/.test(fixed) ? undefined : ''];
}

function collect(builds: Map<string, Build>, build: Build, { claim, when }: Statement): void {
  const key = JSON.stringify([build.package, build.ecosystem, build.qualifiers]);
  const known = builds.get(key) ?? build;
  builds.set(key, known);
  for (const machine of when.machines ?? [ANY]) {
    const stated = known.byMachine.get(machine);
    const one = { claim, unclear: when.unclear ?? otherFlavour(known, when) };
    if (stated === undefined) known.byMachine.set(machine, [one]);
    else stated.push(one);
  }
}

function otherFlavour(build: Build, { flavour }: Condition): string | undefined {
  return flavour === undefined || flavour === build.qualifiers.flavour ? undefined : `of flavour ${flavour}`;
}

/** Machines of which the same is said stand together. */
function entriesOf({ package: name, ecosystem, qualifiers, byMachine }: Build): Affected[] {
  const groups = new Map<string, { readonly machines: string[]; readonly stated: readonly StatedVersions[] }>();
  for (const [machine, stated] of byMachine) {
    const key = JSON.stringify(stated);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { machines: [machine], stated });
    else group.machines.push(machine);
  }
  return [...groups.values()].flatMap(({ machines, stated }) => {
    const isAny = machines.includes(ANY) || ALL.every((machine) => machines.includes(machine));
    const architectures = isAny ? undefined : [...new Set(machines.flatMap((one) => PACKAGES_OF.get(one) ?? [one]))];
    const limits = architectures === undefined ? qualifiers : { ...qualifiers, architectures };
    return affectedIn({ ecosystem, package: name, appliesTo: 'binary', qualifiers: limits }, stated, 'not-fixed');
  });
}
