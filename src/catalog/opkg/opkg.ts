import { type Distro, distroQualifier, ecosystemFor } from '../../distro/distro.ts';
import type { Ownership } from '../../inventory/inventory.ts';
import type { Cataloger, CatalogInput, CatalogResult, Detail, ImageFile } from '../catalog.ts';
import { readText } from '../document.ts';
import { type Gatherer, gather } from '../gather.ts';
import { readStanzas } from '../stanza.ts';
import { controlFields, type OpkgRecord, readFileList, readStatus, sourceName, statusFields } from './record.ts';

/** OpenWrt, Yocto, Entware. */
const folders: readonly string[] = ['usr/lib/opkg', 'var/lib/opkg', 'opt/lib/opkg'];

/** Packages installed by opkg (OpenWrt up to 24.10, Yocto, Entware). */
export const opkg: Cataloger = {
  id: 'opkg',
  needs: folders.flatMap((folder) => [folder, `${folder}/info`]),
  endings: ['status', 'control', 'list'],
  selects,
  catalog,
};

const maximumPackages = 100_000;
const maximumFiles = 4_000_000;

function selects(path: string, detail: Detail): boolean {
  if (path.endsWith('/opkg/status')) return folders.includes(path.slice(0, -'/status'.length));
  const wanted = (detail !== 'names' && path.endsWith('.control')) || (detail === 'files' && path.endsWith('.list'));
  return wanted && folders.includes(path.slice(0, path.lastIndexOf('/info/')));
}

interface Installed {
  readonly purl: string;
  readonly record: OpkgRecord;
  readonly list: ImageFile | undefined;
}

function catalog({ files, distro, detail = 'files', owns }: CatalogInput): CatalogResult {
  const found = gather(opkg.id);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const installed = new Map<string, Installed>();
  for (const file of files) {
    if (file.path.endsWith('/status')) readRecords(found, file, byPath, distro, installed);
  }
  const lost = files.find(({ path }) => path.endsWith('.control') || path.endsWith('.list'));
  if (installed.size === 0 && lost !== undefined)
    found.problem('unreadable', 'Packages have files, but none is on record', lost);
  if (detail === 'names') return found.result();
  relateAll(found, installed);
  return detail === 'files' ? { ownership: ownershipOf(found, installed, owns), ...found.result() } : found.result();
}

function readRecords(
  found: Gatherer,
  file: ImageFile,
  byPath: ReadonlyMap<string, ImageFile>,
  distro: Distro | undefined,
  installed: Map<string, Installed>,
): void {
  const info = `${file.path.slice(0, -'status'.length)}info/`;
  readStanzas(file.bytes, statusFields, (stanza) => {
    const { record, faults } = readStatus(stanza);
    if (faults.length > 0) found.problem('corrupt', 'Package record is damaged', file, faults.join('; '));
    if (record === undefined) return true;
    const { name, version, architecture, direct } = record;
    const [licenses, source] = controlOf(found, byPath.get(`${info}${name}.control`));
    const qualifiers = { arch: architecture, distro: distro && distroQualifier(distro) };
    const purl = found.add(
      {
        name,
        version,
        purl: { type: 'opkg', namespace: distro?.id, name, qualifiers },
        ecosystem: ecosystemFor(distro, 'opkg'),
        presence: 'installed',
        usage: direct ? { direct: true } : {},
        licenses,
        architecture,
        source: source === undefined ? undefined : { name: source, version },
      },
      file,
    );
    if (purl !== undefined) installed.set(purl, { purl, record, list: byPath.get(`${info}${name}.list`) });
    if (installed.size < maximumPackages) return true;
    found.problem('too-large', 'Too many packages', file, `more than ${maximumPackages}`);
    return false;
  });
}

function controlOf(found: Gatherer, file: ImageFile | undefined): [licenses: string[], source: string | undefined] {
  let control: [string[], string | undefined] = [[], undefined];
  if (file === undefined) return control;
  readStanzas(file.bytes, controlFields, ({ values: [, license, said, source], faults }) => {
    if (faults.length > 0)
      found.problem('corrupt', 'Description of a package is damaged', file, faults[0]?.text, false);
    control = [license ? [license] : [], sourceName(said, source)];
    return false;
  });
  return control;
}

function relateAll(found: Gatherer, installed: ReadonlyMap<string, Installed>): void {
  const providers = new Map<string, string[]>();
  for (const { purl, record } of installed.values()) {
    for (const name of new Set([record.name, ...record.provides])) {
      const known = providers.get(name);
      if (known === undefined) providers.set(name, [purl]);
      else if (known.length < 8) known.push(purl);
    }
  }
  for (const { purl, record } of installed.values()) {
    for (const name of record.depends.flatMap((alternatives) => alternatives.split('|')))
      for (const to of providers.get(name) ?? []) found.relate('depends-on', purl, to);
  }
}

function ownershipOf(
  found: Gatherer,
  installed: ReadonlyMap<string, Installed>,
  owns: CatalogInput['owns'],
): Ownership[] {
  let total = 0;
  return Array.from(installed.values()).flatMap(({ purl, list }) => {
    if (list === undefined || total > maximumFiles) return [];
    let paths: readonly string[] = [];
    found.read(list, () => {
      const all = readFileList(readText(list.bytes));
      paths = owns === undefined ? all : all.filter(owns);
    });
    total += paths.length;
    if (total > maximumFiles)
      found.problem('too-large', 'Too many files of packages', list, `more than ${maximumFiles}`);
    return paths.length === 0 ? [] : [{ package: purl, files: paths.map((path) => ({ path })) }];
  });
}
