import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { DocumentError, readText } from '../document.ts';
import { type Gatherer, gather } from '../gather.ts';
import { shownOrigin } from '../origin.ts';
import { type Lock, type LockedPackage, readMixLock, readRebarLock } from './locks.ts';
import standardApplications from './standard-applications.json' with { type: 'json' };
import { itemsOf, readTerms, type Term, textOf, valueOf } from './terms.ts';

const locks: ReadonlyMap<string, (text: string) => Lock> = new Map([
  ['mix.lock', readMixLock],
  ['rebar.lock', readRebarLock],
]);

/** Packages of Erlang and Elixir: compiled applications, and lock files of Mix and Rebar. */
export const hex: Cataloger = { id: 'hex', needs: [], endings: ['app', 'lock'], selects, catalog };

const ecosystem = 'Hex';
const standard: ReadonlySet<string> = new Set(standardApplications);
const maximumApplication = 8 << 20;

function selects(path: string): boolean {
  if (!path.endsWith('.app')) return path.endsWith('.lock') && locks.has(path.slice(path.lastIndexOf('/') + 1));
  return `/${path.slice(0, Math.max(path.lastIndexOf('/'), 0))}`.endsWith('/ebin');
}

/** A compiled application: `{application, name, [{vsn, "…"}, {applications, […]}, …]}` in `ebin/<name>.app`. */
interface Application {
  readonly file: ImageFile;
  readonly name: string;
  readonly version: string;
  readonly needs: readonly { readonly application: string; readonly optional: boolean }[];
  readonly licenses: readonly string[];
}

function catalog(input: CatalogInput): CatalogResult {
  const gatherer = gather(hex.id);
  const applications: Application[] = [];
  const locked: { readonly file: ImageFile; readonly packages: readonly LockedPackage[] }[] = [];
  for (const file of input.files) {
    if (!selects(file.path)) continue;
    gatherer.read(file, () => {
      const reader = locks.get(file.path.slice(file.path.lastIndexOf('/') + 1));
      if (reader === undefined) applications.push(readApplication(file));
      else {
        const { packages, faults } = reader(readText(file.bytes));
        if (faults.length > 0)
          gatherer.problem(
            'corrupt',
            'Entries of a lock file cannot be understood',
            file,
            faults.slice(0, 20).join(', '),
          );
        locked.push({ file, packages });
      }
    });
  }
  const names = new Map(locked.flatMap(({ packages }) => packages.map((one) => [one.application, one.name] as const)));
  addApplications(applications, names, gatherer);
  const versions = Map.groupBy(applications, ({ name }) => name);
  for (const { file, packages } of locked) addLocked(file, packages, versions, gatherer);
  return gatherer.result();
}

function readApplication(file: ImageFile): Application {
  const term = readTerms(readText(file.bytes, maximumApplication)).find(
    (one) => textOf(itemsOf(one)[0]) === 'application',
  );
  const [, name, properties] = itemsOf(term);
  const version = textOf(valueOf(properties, 'vsn'));
  const application = textOf(name);
  if (application === undefined || version === undefined)
    throw new DocumentError('corrupt', 'An application does not say its name and version');
  const optional = new Set(texts(valueOf(properties, 'optional_applications')));
  const needs = ['applications', 'included_applications'].flatMap((key) => texts(valueOf(properties, key)));
  return {
    file,
    name: application,
    version,
    needs: needs.map((needed) => ({ application: needed, optional: optional.has(needed) })),
    licenses: texts(valueOf(properties, 'licenses')),
  };
}

function texts(list: Term | undefined): string[] {
  return itemsOf(list).flatMap((item) => textOf(item) ?? []);
}

function addApplications(
  applications: readonly Application[],
  names: ReadonlyMap<string, string>,
  gatherer: Gatherer,
): void {
  const purls = new Map<string, Set<string>>();
  const from: (readonly [string, Application])[] = [];
  for (const application of applications) {
    const { file, version, licenses } = application;
    const isStandard = standard.has(application.name);
    const name = names.get(application.name) ?? application.name;
    // What comes with Erlang or Elixir is in no registry.
    const source = isStandard
      ? { name: application.name, purl: { type: 'otp', name: application.name } }
      : { name, purl: { type: 'hex', name }, ecosystem };
    const metadata = names.has(application.name) || isStandard ? {} : { certainty: 'likely' as const };
    const purl = gatherer.add(
      { ...source, version, presence: 'installed', licenses, metadata: { identifiedBy: 'application', ...metadata } },
      file,
    );
    if (purl === undefined) continue;
    purls.set(application.name, (purls.get(application.name) ?? new Set()).add(purl));
    from.push([purl, application]);
  }
  for (const [purl, { needs }] of from) {
    for (const { application, optional } of needs) {
      const [to, another] = purls.get(application) ?? [];
      // Of several versions it is not known which one it gets.
      if (to !== undefined && another === undefined)
        gatherer.relate('depends-on', purl, to, optional ? 'optional' : undefined);
    }
  }
}

function addLocked(
  file: ImageFile,
  packages: readonly LockedPackage[],
  installed: ReadonlyMap<string, readonly Application[]>,
  gatherer: Gatherer,
): void {
  const purls = new Map<string, string>();
  for (const found of packages) {
    const { application, name, repository, address, integrity, direct } = found;
    const there = [...new Set(installed.get(application)?.map(({ version }) => version))];
    // A revision that was compiled is the version that it says it has.
    const version = address !== undefined && there.length === 1 ? (there[0] ?? '') : found.version;
    const organization = repository?.startsWith('hexpm:') ? repository.slice('hexpm:'.length) : undefined;
    const origin = address === undefined ? repository : `${shownOrigin(address)}#${found.version}`;
    const purl = gatherer.add(
      {
        name,
        version,
        purl: { type: 'hex', namespace: organization, name },
        // Advisories speak of the public repository only.
        ecosystem: repository === undefined ? ecosystem : undefined,
        presence: 'locked',
        usage: direct ? { direct } : {},
        metadata: { ...(integrity === undefined ? {} : { integrity }), ...(origin === undefined ? {} : { origin }) },
      },
      file,
    );
    if (purl !== undefined) purls.set(application, purl);
  }
  for (const { application, dependencies } of packages) {
    const from = purls.get(application);
    for (const need of dependencies) {
      const to = purls.get(need.application);
      if (from !== undefined && to !== undefined)
        gatherer.relate('depends-on', from, to, need.optional ? 'optional' : undefined);
    }
  }
}
