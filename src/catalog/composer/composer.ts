import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { asArray, asObject, asText, DocumentError, entriesOf, readJson, textsOf } from '../document.ts';
import { type Gatherer, gather } from '../gather.ts';
import { shownOrigin } from '../origin.ts';

/**
 * Packages of PHP, from three documents in JSON that Composer writes or reads:
 *
 *   installed.json = [package, …]                                          Composer 1
 *                  | {"packages": [package, …], "dev-package-names": […]}  Composer 2
 *   composer.lock  = {"packages": [package, …], "packages-dev": [package, …], "aliases": …}
 *   composer.json  = {"name": …, "version": …, "require": {name: …}, "require-dev": {name: …}}
 *   package        = {"name": …, "version": …, "license": […], "require": {…}, "provide": {…}, "replace": {…},
 *                     "source": {"url": …, "reference": …}, "dist": {…}, "notification-url": …}
 */
export const composer: Cataloger = { id: 'composer', needs: [], endings: ['json', 'lock'], selects, catalog };

const ecosystem = 'Packagist';
const installedName = '/composer/installed.json';

function selects(path: string): boolean {
  if (path.endsWith('installed.json')) return `/${path}`.endsWith(installedName);
  const base = path.slice(path.lastIndexOf('/') + 1);
  // Every package has a composer.json of its own; the application's is outside.
  return base === 'composer.lock' || (base === 'composer.json' && !`/${path}`.includes('/vendor/'));
}

/** An application: the folder of its `composer.json`. */
interface Application {
  readonly folder: string;
  readonly locks: ImageFile[];
  readonly installed: ImageFile[];
  manifest?: ImageFile;
}

function catalog(input: CatalogInput): CatalogResult {
  const gatherer = gather(composer.id);
  for (const application of applicationsOf(input.files).values()) {
    if (application.locks.length + application.installed.length > 0) readApplication(application, gatherer);
  }
  return gatherer.result();
}

function applicationsOf(files: readonly ImageFile[]): ReadonlyMap<string, Application> {
  const applications = new Map<string, Application>();
  for (const file of files) {
    if (!selects(file.path)) continue;
    const path = `/${file.path}`;
    const isInstalled = path.endsWith(installedName);
    const inner = isInstalled ? path.slice(0, -installedName.length) : path;
    const folder = inner.slice(0, Math.max(inner.lastIndexOf('/'), 0));
    const application = applications.get(folder) ?? { folder, locks: [], installed: [] };
    applications.set(folder, application);
    if (isInstalled) application.installed.push(file);
    else if (path.endsWith('.lock')) application.locks.push(file);
    else application.manifest = file;
  }
  return applications;
}

/** What the application's own manifest says. */
interface Manifest {
  readonly file: ImageFile;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly requires: ReadonlyMap<string, 'run' | 'dev'>;
}

function readApplication({ manifest: manifestFile, locks, installed }: Application, gatherer: Gatherer): void {
  let manifest: Manifest | undefined;
  if (manifestFile) gatherer.read(manifestFile, (file) => (manifest = readManifest(file)));
  for (const file of installed) gatherer.read(file, () => readInstalled(file, manifest, gatherer));
  for (const file of locks) gatherer.read(file, () => readLock(file, manifest, gatherer));
}

function readManifest(file: ImageFile): Manifest {
  const document = asObject(readJson(file.bytes));
  if (document === undefined) throw new DocumentError('corrupt', 'A composer.json is no object');
  const requires = new Map<string, 'run' | 'dev'>();
  for (const [name] of entriesOf(document['require-dev'])) requires.set(name.toLowerCase(), 'dev');
  for (const [name] of entriesOf(document['require'])) requires.set(name.toLowerCase(), 'run');
  return { file, name: asText(document['name']), version: asText(document['version']), requires };
}

function readInstalled(file: ImageFile, manifest: Manifest | undefined, gatherer: Gatherer): void {
  const document = readJson(file.bytes);
  const list = asArray(document) ?? asArray(asObject(document)?.['packages']);
  if (list === undefined) throw new DocumentError('corrupt', 'A list of installed packages has no packages');
  const dev = new Set(textsOf(asObject(document)?.['dev-package-names']).map((name) => name.toLowerCase()));
  readPackages(file, list, (name) => dev.has(name), 'installed', manifest, gatherer);
}

function readLock(file: ImageFile, manifest: Manifest | undefined, gatherer: Gatherer): void {
  const document = asObject(readJson(file.bytes));
  const needed = asArray(document?.['packages']);
  if (needed === undefined) throw new DocumentError('corrupt', 'A lock file of Composer has no packages');
  // Composer leaves it out (`null`) when it locks without what is only to develop.
  const toDevelop = asArray(document?.['packages-dev']) ?? [];
  const names = new Set(toDevelop.flatMap((item) => asText(asObject(item)?.['name'])?.toLowerCase() ?? []));
  for (const item of needed) names.delete(asText(asObject(item)?.['name'])?.toLowerCase() ?? '');
  readPackages(file, [...needed, ...toDevelop], (name) => names.has(name), 'locked', manifest, gatherer);
}

function readPackages(
  file: ImageFile,
  list: readonly unknown[],
  isDev: (name: string) => boolean,
  presence: 'installed' | 'locked',
  manifest: Manifest | undefined,
  gatherer: Gatherer,
): void {
  const purls = new Map<string, string>();
  const standIns = new Map<string, string>();
  const needs: (readonly [string, unknown])[] = [];
  for (const item of list) {
    const entry = asObject(item) ?? {};
    const name = asText(entry['name'])?.toLowerCase() ?? '';
    const isDirect = manifest?.requires.has(name) ?? false;
    const usage = { ...(isDirect ? { direct: true as const } : {}), ...(isDev(name) ? { scope: 'dev' as const } : {}) };
    const licenses = textsOf(entry['license']);
    const version = asText(entry['version']) ?? '';
    const { metadata } = provenanceOf(entry, version);
    const purl = gatherer.add(
      { name, version, purl: purlOf(name), ecosystem, presence, usage, licenses, metadata },
      file,
    );
    if (purl === undefined) continue;
    purls.set(name, purl);
    needs.push([purl, entry['require']]);
    for (const [other] of [...entriesOf(entry['provide']), ...entriesOf(entry['replace'])])
      standIns.set(other.toLowerCase(), purl);
  }
  const purlFor = (name: string): string | undefined => purls.get(name) ?? standIns.get(name);
  for (const [from, requires] of needs) {
    for (const [name] of entriesOf(requires)) {
      const to = purlFor(name.toLowerCase());
      if (to !== undefined) gatherer.relate('depends-on', from, to);
    }
  }
  if (manifest) addRoot(manifest, presence, purlFor, gatherer);
}

/** The application itself, which has a version only where its manifest says one. */
function addRoot(
  { file, name: written, version, requires }: Manifest,
  presence: 'installed' | 'locked',
  purlFor: (name: string) => string | undefined,
  gatherer: Gatherer,
): void {
  if (written === undefined || version === undefined) return;
  const name = written.toLowerCase();
  const usage = { root: true } as const;
  const root = gatherer.add({ name, version, purl: purlOf(name), ecosystem, presence, usage }, file);
  if (root === undefined) return;
  for (const [needed, use] of requires) {
    const to = purlFor(needed);
    if (to !== undefined) gatherer.relate('depends-on', root, to, use === 'dev' ? 'dev' : undefined);
  }
}

function purlOf(name: string): { type: string; namespace: string | undefined; name: string } {
  const slash = name.indexOf('/');
  const namespace = slash > 0 ? name.slice(0, slash) : undefined;
  return { type: 'composer', namespace, name: name.slice(slash + 1) };
}

/** Where a package comes from, when its version does not tell or it is not from the public registry. */
function provenanceOf(
  entry: Readonly<Record<string, unknown>>,
  version: string,
): { metadata: { integrity?: string; origin?: string; homepage?: string } } {
  const [source, dist] = [asObject(entry['source']), asObject(entry['dist'])];
  const integrity = asText(dist?.['shasum']);
  const homepage = asText(entry['homepage']);
  const isPublic = URL.parse(asText(entry['notification-url']) ?? '')?.hostname.includes('packagist') ?? false;
  const isBranch = version.startsWith('dev-') || version.endsWith('-dev');
  const from = source ?? dist;
  const address = asText(from?.['url']);
  const reference = asText(from?.['reference']);
  const isTold = address !== undefined && (!isPublic || isBranch);
  const origin = isTold ? [shownOrigin(address), reference].filter(Boolean).join('#') : undefined;
  return {
    metadata: {
      ...(integrity === undefined ? {} : { integrity }),
      ...(origin === undefined ? {} : { origin }),
      ...(homepage === undefined ? {} : { homepage }),
    },
  };
}
