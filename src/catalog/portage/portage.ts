import { type Distro, distroQualifier, ecosystemFor } from '../../distro/distro.ts';
import type { Ownership } from '../../inventory/inventory.ts';
import type { Cataloger, CatalogInput, CatalogResult, Detail, ImageFile } from '../catalog.ts';
import { readText } from '../document.ts';
import { type Gatherer, gather } from '../gather.ts';
import { type Atom, readAtoms, splitName } from './atom.ts';
import { readContents } from './contents.ts';

const folder = 'var/db/pkg/';
const world = 'var/lib/portage/world';

/** Packages installed by portage (Gentoo and what derives from it). */
export const portage: Cataloger = {
  id: 'portage',
  needs: ['var/db/pkg', 'var/lib/portage'],
  endings: ['pf', 'slot', 'license', 'rdepend', 'homepage', 'repository', 'contents', 'world'],
  selects,
  catalog,
};

const records: ReadonlySet<string> = new Set(['PF', 'SLOT', 'LICENSE', 'RDEPEND', 'HOMEPAGE', 'repository']);
const maximumFiles = 4_000_000;

/** `var/db/pkg/<category>/<name>-<version>/PF`: of a package's dozens of files those that are read. */
function selects(path: string, detail: Detail): boolean {
  if (!path.startsWith(folder)) return path === world;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!(detail === 'names' ? name === 'PF' : records.has(name)) && !(detail === 'files' && name === 'CONTENTS'))
    return false;
  return path.split('/').length === 6;
}

interface Installed {
  readonly purl: string;
  readonly slot: string | undefined;
  readonly depends: string;
  readonly contents: ImageFile | undefined;
}

function catalog({ files, distro, detail = 'files', owns }: CatalogInput): CatalogResult {
  const found = gather(portage.id);
  const folders = new Map<string, Map<string, ImageFile>>();
  let asked: readonly Atom[] = [];
  for (const file of files) {
    const [, , , category = '', pf = '', name = ''] = file.path.split('/');
    if (file.path === world) asked = readWorld(found, file);
    else {
      const key = `${category}/${pf}`;
      const known = folders.get(key);
      if (known === undefined) folders.set(key, new Map([[name, file]]));
      else known.set(name, file);
    }
  }
  const wanted = Map.groupBy(asked, ({ name }) => name);
  const installed = new Map<string, Installed[]>();
  for (const [key, entries] of folders) addPackage(found, key, entries, distro, wanted, installed);
  if (detail === 'names') return found.result();
  for (const { purl, depends } of [...installed.values()].flat()) {
    for (const atom of readAtoms(depends)) {
      const all = installed.get(atom.name) ?? [];
      const inSlot = all.filter(({ slot }) => slot === atom.slot);
      for (const to of inSlot.length > 0 ? inSlot : all) found.relate('depends-on', purl, to.purl);
    }
  }
  return detail === 'files' ? { ownership: ownershipOf(found, installed, owns), ...found.result() } : found.result();
}

/** What was asked for by name: atoms without versions, one a line, and sets (`@system`). */
function readWorld(found: Gatherer, file: ImageFile): readonly Atom[] {
  let atoms: readonly Atom[] = [];
  found.read(file, () => void (atoms = readAtoms(readText(file.bytes, 1 << 20))));
  return atoms;
}

/** portage itself goes by the folder's name; `PF` repeats it. */
function addPackage(
  found: Gatherer,
  key: string,
  entries: ReadonlyMap<string, ImageFile>,
  distro: Distro | undefined,
  asked: ReadonlyMap<string, readonly Atom[]>,
  installed: Map<string, Installed[]>,
): void {
  const [file] = entries.has('PF') ? [entries.get('PF')] : entries.values();
  if (file === undefined) return;
  const at = key.indexOf('/');
  const [category, pf] = [key.slice(0, at), key.slice(at + 1)];
  const split = splitName(pf);
  if (split === undefined) {
    const [code, message] = pf.startsWith('-MERGING-')
      ? (['unreadable', 'A package was being installed'] as const)
      : (['corrupt', 'A package has no usable name or version'] as const);
    found.problem(code, message, file, key);
    return;
  }
  const value = (name: string): string | undefined => textOf(found, entries.get(name));
  if (entries.has('PF') && value('PF') !== pf)
    found.problem('corrupt', 'Package record is damaged', file, 'not what its folder is called');
  const { name, version } = split;
  const [homepage, repository] = [value('HOMEPAGE')?.split(/\s/, 1)[0], value('repository')];
  const slot = value('SLOT')?.split('/', 1)[0];
  const of = `${category}/${name}`;
  const direct = asked.get(of)?.some((atom) => atom.slot === undefined || atom.slot === slot);
  const purl = found.add(
    {
      name: of,
      version,
      purl: { type: 'ebuild', namespace: category, name, qualifiers: { distro: distro && distroQualifier(distro) } },
      ecosystem: ecosystemFor(distro, 'ebuild'),
      presence: 'installed',
      usage: direct ? { direct: true } : {},
      licenses: value('LICENSE')
        ?.split(/\s+/)
        .filter((word) => !/^(?:\|\||[()]|.*\?)$/.test(word)),
      metadata: { ...(homepage && { homepage }), ...(repository && repository !== 'gentoo' && { origin: repository }) },
    },
    file,
  );
  if (purl === undefined) return;
  const entry = { purl, slot, depends: value('RDEPEND') ?? '', contents: entries.get('CONTENTS') };
  const known = installed.get(of);
  if (known === undefined) installed.set(of, [entry]);
  else known.push(entry);
}

function textOf(found: Gatherer, file: ImageFile | undefined): string | undefined {
  let text: string | undefined;
  if (file !== undefined) found.read(file, () => void (text = readText(file.bytes, 1 << 20).trim()));
  return text;
}

function ownershipOf(
  found: Gatherer,
  installed: ReadonlyMap<string, readonly Installed[]>,
  owns: CatalogInput['owns'],
): Ownership[] {
  let total = 0;
  return [...installed.values()].flat().flatMap(({ purl, contents }) => {
    if (contents === undefined || total > maximumFiles) return [];
    let list: Ownership['files'] = [];
    found.read(contents, () => {
      const { files, damaged } = readContents(readText(contents.bytes));
      list = owns === undefined ? files : files.filter(({ path }) => owns(path));
      if (damaged > 0) found.problem('corrupt', 'List of files is damaged', contents, `${damaged} lines`);
    });
    total += list.length;
    if (total > maximumFiles)
      found.problem('too-large', 'Too many files of packages', contents, `more than ${maximumFiles}`);
    return list.length === 0 ? [] : [{ package: purl, files: list }];
  });
}
