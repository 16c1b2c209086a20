import { type Distro, distroQualifier, ecosystemFor } from '../../distro/distro.ts';
import type { OwnedFile, Ownership } from '../../inventory/inventory.ts';
import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { type Gatherer, gather } from '../gather.ts';
import { readSections, type Sections } from './desc.ts';
import { readDigests } from './mtree.ts';

const folder = 'var/lib/pacman/local/';

/** Packages installed by pacman (Arch Linux and what derives from it). */
export const alpm: Cataloger = {
  id: 'alpm',
  needs: ['var/lib/pacman', 'var/lib/pacman/local'],
  endings: ['desc', 'files', 'mtree'],
  selects: (path, detail) =>
    path.startsWith(folder) &&
    isRecord(path, detail === 'files' ? path.slice(path.lastIndexOf('/') + 1) : 'desc') &&
    path.split('/').length === 6,
  catalog,
};

const records: ReadonlySet<string> = new Set(['desc', 'files', 'mtree']);
const maximumFiles = 4_000_000;

function isRecord(path: string, name: string): boolean {
  return records.has(name) && path.endsWith(`/${name}`);
}

interface Installed {
  readonly purl: string;
  /** Its folder, with a slash at the end. */
  readonly at: string;
  readonly depends: readonly string[];
  readonly optional: readonly string[];
}

function catalog({ files, distro, detail = 'files', owns }: CatalogInput): CatalogResult {
  const found = gather(alpm.id);
  const installed: Installed[] = [];
  const providers = new Map<string, string[]>();
  for (const file of files) {
    if (!file.path.endsWith('/desc')) continue;
    const at = file.path.slice(0, -'desc'.length);
    const { values, faults } = sectionsOf(file);
    const purl = addPackage(found, file, at.slice(folder.length, -1), values, faults, distro);
    if (purl === undefined) continue;
    const list = (name: string): readonly string[] => values.get(name) ?? [];
    installed.push({ purl, at, depends: list('DEPENDS'), optional: list('OPTDEPENDS') });
    for (const name of [list('NAME')[0] ?? '', ...list('PROVIDES')]) provide(providers, name, purl);
  }
  if (detail !== 'names') relateAll(found, installed, providers);
  const described = new Set(installed.map(({ at }) => at));
  for (const file of files) {
    if (file.path.endsWith('/files') && !described.has(file.path.slice(0, -'files'.length)))
      found.problem('unreadable', 'A package has files but no record', file);
  }
  const ownership = detail === 'files' ? ownershipOf(found, files, installed, owns) : [];
  return { ...found.result(), ownership };
}

const nothing: Sections['values'] = new Map();

function sectionsOf(file: ImageFile): Sections {
  try {
    return readSections(file.bytes);
  } catch (error) {
    return { values: nothing, faults: [error instanceof Error ? error.message : 'not a record'] };
  }
}

/** pacman itself goes by the folder's name, `name-version-release`, and refuses a record that says another. */
function addPackage(
  found: Gatherer,
  file: ImageFile,
  folderName: string,
  values: Sections['values'],
  faults: readonly string[],
  distro: Distro | undefined,
): string | undefined {
  const wrong = [...faults];
  const [, folderPackage = '', folderVersion = ''] = /^(.+)-([^-]+-[^-]+)$/.exec(folderName) ?? [];
  const first = (section: string): string | undefined => values.get(section)?.[0];
  const name = first('NAME') ?? folderPackage;
  const version = first('VERSION') ?? folderVersion;
  if (first('NAME') !== folderPackage || first('VERSION') !== folderVersion)
    wrong.push('not what its folder is called');
  const architecture = first('ARCH');
  if (architecture === undefined) wrong.push('no architecture');
  if (wrong.length > 0) found.problem('corrupt', 'Package record is damaged', file, wrong.join('; '));
  const homepage = first('URL');
  const qualifiers = { arch: architecture, distro: distro && distroQualifier(distro) };
  return found.add(
    {
      name,
      version,
      purl: { type: 'alpm', namespace: distro?.id, name, qualifiers },
      ecosystem: ecosystemFor(distro, 'alpm'),
      presence: 'installed',
      // 0 (and nothing said): asked for by name; 1: came as a dependency.
      usage: (first('REASON') ?? '0') === '0' ? { direct: true } : {},
      licenses: values.get('LICENSE'),
      architecture,
      source: { name: first('BASE') ?? name, version },
      metadata: homepage === undefined ? {} : { homepage },
    },
    file,
  );
}

/** `libtide.so=3-64` provides itself and the bare name. */
function provide(providers: Map<string, string[]>, provision: string, purl: string): void {
  for (const name of new Set([provision, bareName(provision)])) {
    const known = providers.get(name);
    if (known === undefined) providers.set(name, [purl]);
    else if (known.length < 8 && !known.includes(purl)) known.push(purl);
  }
}

function bareName(dependency: string): string {
  const at = dependency.search(/[<>=]/);
  return at < 0 ? dependency : dependency.slice(0, at);
}

function relateAll(found: Gatherer, installed: readonly Installed[], providers: ReadonlyMap<string, string[]>): void {
  for (const { purl, depends, optional } of installed) {
    for (const dependency of depends) {
      for (const to of providers.get(dependency) ?? providers.get(bareName(dependency)) ?? [])
        found.relate('depends-on', purl, to);
    }
    for (const line of optional) {
      const [dependency = ''] = line.split(': ', 1);
      for (const to of providers.get(bareName(dependency)) ?? []) found.relate('depends-on', purl, to, 'optional');
    }
  }
}

function ownershipOf(
  found: Gatherer,
  files: readonly ImageFile[],
  installed: readonly Installed[],
  owns: CatalogInput['owns'],
): Ownership[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const seen = new Set<string>();
  let total = 0;
  return installed.flatMap(({ purl, at }) => {
    const file = byPath.get(`${at}files`);
    if (file === undefined || seen.has(purl) || total > maximumFiles) return [];
    seen.add(purl);
    const paths: string[] = [];
    found.read(file, () => {
      const { values, faults } = readSections(file.bytes);
      if (faults.length > 0) found.problem('corrupt', 'List of files is damaged', file, faults.join('; '));
      for (const path of values.get('FILES') ?? []) if (!path.endsWith('/')) paths.push(path);
    });
    const wanted = owns === undefined ? paths : paths.filter((path) => owns(`/${path}`));
    total += wanted.length;
    if (total > maximumFiles)
      found.problem('too-large', 'Too many files of packages', file, `more than ${maximumFiles}`);
    if (wanted.length === 0) return [];
    const mtree = byPath.get(`${at}mtree`);
    const digests = mtree && readDigests(mtree.bytes);
    if (mtree && digests === undefined)
      found.problem('corrupt', 'Digests of files cannot be read', mtree, undefined, false);
    const owned = wanted.map((path): OwnedFile => {
      const digest = digests?.get(path);
      return digest === undefined ? { path: `/${path}` } : { path: `/${path}`, digest };
    });
    return [{ package: purl, files: owned }];
  });
}
