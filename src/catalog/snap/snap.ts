import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { asArray, asObject, asText, readText, readYaml } from '../document.ts';
import { type Gatherer, gather } from '../gather.ts';
import { readDpkgList, readManifest, type StagedDebs } from './debs.ts';
import { packedSnap, placeOf, type SnapPlace } from './layout.ts';
import { snapExtractor } from './snap-extractor.ts';

/**
 * Snaps, and the Debian packages in them. The purl specification has no type for snaps; other tools write `pkg:snap/name`.
 * It has no namespace: a snap is the same on every distribution, and its name is unique in the store.
 */
export const snap: Cataloger = {
  id: 'snap',
  needs: [],
  endings: ['yaml', 'list'],
  selects: (path) => placeOf(path) !== undefined,
  catalog,
};

interface Snap {
  readonly root: string;
  declaration?: ImageFile;
  readonly debs: { readonly file: ImageFile; readonly kind: SnapPlace['kind'] }[];
  revision?: string;
}

interface Listed {
  readonly name: string;
  readonly purl: string;
  readonly base: string | undefined;
  readonly architecture: string | undefined;
}

function catalog({ files }: CatalogInput): CatalogResult {
  const found = gather(snap.id);
  const snaps = new Map<string, Snap>();
  for (const file of files) {
    const place = placeOf(file.path);
    if (place === undefined) continue;
    const known: Snap = snaps.get(place.root) ?? { root: place.root, debs: [] };
    snaps.set(place.root, known);
    if (place.revision !== undefined) known.revision = place.revision;
    if (place.kind === 'declaration') known.declaration = file;
    else known.debs.push({ file, kind: place.kind });
  }
  const listed: Listed[] = [];
  const revisions = new Set<string>();
  for (const one of snaps.values()) {
    const added = addSnap(found, one);
    if (added === undefined) continue;
    listed.push(added);
    revisions.add(`${added.name} ${one.revision}`);
    for (const { file, kind } of one.debs) addDebs(found, file, kind, added);
  }
  addPacked(found, files, revisions, listed);
  const byName = Map.groupBy(listed, ({ name }) => name);
  for (const { purl, base } of listed)
    for (const other of byName.get(base ?? '')?.slice(0, 8) ?? []) found.relate('depends-on', purl, other.purl);
  return found.result();
}

/** Nothing at the root of an image is a snap's without a declaration. */
function addSnap(found: Gatherer, { root, declaration, debs, revision }: Snap): Listed | undefined {
  if (declaration === undefined) {
    const [first] = debs;
    if (root !== '' && first) found.problem('corrupt', 'A snap has no declaration', first.file, revision);
    return undefined;
  }
  let listed: Listed | undefined;
  found.read(declaration, () => {
    const text = readText(declaration.bytes, 4 << 20);
    const read = asObject(readYaml(declaration.bytes));
    const name = nameOf(read?.['name']);
    if (read === undefined || name === undefined)
      return found.problem('corrupt', 'The declaration of a snap is damaged', declaration, revision);
    tellCut(found, declaration);
    const architectures = asArray(read['architectures']) ?? [read['architecture']];
    const architecture = architectures.length === 1 ? asText(architectures[0]) : undefined;
    const [license, homepage] = [asText(read['license']), asText(read['website'])];
    const purl = found.add(
      {
        name,
        version: asText(read['version']) ?? writtenVersion(text),
        purl: { type: 'snap', name, qualifiers: { arch: architecture } },
        presence: 'installed',
        architecture,
        licenses: license === undefined ? [] : [license],
        metadata: homepage === undefined ? {} : { homepage },
      },
      declaration,
    );
    // An application that names no base runs on `core`.
    const base = asText(read['base']) ?? ((asText(read['type']) ?? 'app') === 'app' ? 'core' : undefined);
    if (purl !== undefined) listed = { name, purl, base, architecture };
  });
  return listed;
}

function nameOf(value: unknown): string | undefined {
  const name = asText(value);
  return name !== undefined && /^[a-z\d-]{1,40}$/.test(name) ? name : undefined;
}

/** What a version is written as that YAML takes for a number or a date: `1.10` is not `1.1`. */
function writtenVersion(text: string): string {
  return /^version:[ \t]*([^\s#'"]+)[ \t]*(?:#.*)?\r?$/m.exec(text)?.[1] ?? '';
}

/** The last line of a file that is cut may end in another version, or in a key that has lost its value. */
function tellCut(found: Gatherer, file: ImageFile): void {
  if (file.bytes.at(-1) !== 0x0a || file.bytes.at(-2) === 0x3a)
    found.problem('corrupt', 'A file may be cut short', file);
}

/**
 * The Debian packages belong to no distribution of this image, and a snap does not say of which sources they are, by which
 * advisories would know them: they are listed, and can't be assessed.
 */
function addDebs(found: Gatherer, file: ImageFile, kind: SnapPlace['kind'], holder: Listed): void {
  found.read(file, () => {
    const { debs, distro, faults }: StagedDebs =
      kind === 'manifest' ? readManifest(file.bytes) : readDpkgList(file.bytes);
    tellCut(found, file);
    for (const fault of faults) found.problem('corrupt', 'A list of Debian packages is damaged', file, fault);
    const from = distro?.version === undefined ? undefined : `${distro.id}-${distro.version}`;
    const identifiedBy = file.path.slice(file.path.lastIndexOf('/') + 1);
    for (const { name, version, architecture = holder.architecture, certainty } of debs) {
      const arch = architecture === 'all' && kind === 'manifest' ? undefined : architecture;
      const purl = found.add(
        {
          name,
          version,
          purl: { type: 'deb', namespace: distro?.id ?? 'ubuntu', name, qualifiers: { arch, distro: from } },
          presence: 'installed',
          architecture: arch,
          metadata: { identifiedBy, ...(certainty && { certainty }) },
        },
        file,
      );
      if (purl !== undefined) found.relate('contains', holder.purl, purl);
    }
  });
}

/** Of a packed snap only the name is read: the revision stands for the version, and what is in it stays unknown. */
function addPacked(
  found: Gatherer,
  files: readonly ImageFile[],
  revisions: ReadonlySet<string>,
  listed: Listed[],
): void {
  for (const file of files) {
    if (file.extractor !== snapExtractor.id) continue;
    const packed = packedSnap(file.path);
    if (packed === undefined) {
      found.problem('unsupported', 'A snap is named in an unknown way', file);
      continue;
    }
    const { name, revision } = packed;
    if (revisions.has(`${name} ${revision}`)) continue;
    found.problem('unsupported', 'A snap is not looked into: only its name is known', file, `${name} ${revision}`);
    const metadata = { identifiedBy: 'file name', certainty: 'guessed' } as const;
    const purl = found.add(
      { name, version: revision, purl: { type: 'snap', name }, presence: 'installed', metadata },
      file,
    );
    if (purl !== undefined) listed.push({ name, purl, base: undefined, architecture: undefined });
  }
}
