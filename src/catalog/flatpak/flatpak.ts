import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { asArray, asObject, asText, readXml } from '../document.ts';
import { type Gatherer, gather } from '../gather.ts';
import { readDeploy } from './deploy.ts';
import { type FlatpakFile, placeOf, type Ref } from './layout.ts';
import { type Metadata, readMetadata } from './metadata.ts';
import { type Manifest, readManifest } from './modules.ts';

/**
 * Flatpaks: applications, runtimes and extensions, and what was built into them. The purl specification has no type for
 * them; other tools write `pkg:flatpak/id`. It has no namespace: a remote is called as the user likes.
 */
export const flatpak: Cataloger = {
  id: 'flatpak',
  needs: [],
  endings: ['metadata', 'deploy', 'json', 'xml'],
  selects: (path) => placeOf(path) !== undefined,
  catalog,
};

interface Folder {
  readonly root: string;
  readonly ref: Ref | undefined;
  readonly files: Map<FlatpakFile, ImageFile>;
}

interface Listed {
  readonly purl: string;
  /** What it needs, as a ref. */
  readonly needs: readonly (string | undefined)[];
}

function catalog({ files }: CatalogInput): CatalogResult {
  const found = gather(flatpak.id);
  const folders = new Map<string, Folder>();
  for (const file of files) {
    const place = placeOf(file.path);
    if (place === undefined) continue;
    const known: Folder = folders.get(place.root) ?? { root: place.root, ref: place.ref, files: new Map() };
    folders.set(place.root, known);
    // Of several descriptions the first is the application's, as the others are named after it.
    if (!known.files.has(place.file)) known.files.set(place.file, file);
  }
  const byRef = new Map<string, string[]>();
  const listed: Listed[] = [];
  for (const folder of folders.values()) {
    const added = addFolder(found, folder, byRef);
    if (added !== undefined) listed.push(added);
  }
  for (const { purl, needs } of listed)
    for (const need of needs) for (const to of byRef.get(need ?? '') ?? []) found.relate('depends-on', purl, to);
  return found.result();
}

function addFolder(found: Gatherer, folder: Folder, byRef: Map<string, string[]>): Listed | undefined {
  const { ref } = folder;
  const file = folder.files.get('metadata') ?? folder.files.get('deploy');
  const metadata = ownMetadata(found, folder);
  if (file === undefined || (ref === undefined && metadata === undefined)) return undefined;
  const id = ref?.id ?? metadata?.id;
  if (id === undefined) return undefined;
  const deploy = readOne(found, folder, 'deploy', ({ bytes }) => readDeploy(bytes));
  const manifest = readOne(found, folder, 'manifest', ({ bytes }) => readManifest(bytes));
  const release = readOne(found, folder, 'metainfo', ({ bytes }) => readMetainfo(bytes));
  const branch = ref?.branch ?? manifest?.branch ?? (metadata?.kind === 'runtime' ? branchOf(metadata) : undefined);
  const version = deploy?.values.get('appdata-version') || release?.version;
  const license = deploy?.values.get('appdata-license') || release?.license;
  const arch = ref?.arch ?? metadata?.runtime?.split('/', 3)[1];
  const purl = found.add(
    {
      name: id,
      version: version ?? branch ?? '',
      purl: { type: 'flatpak', name: id, qualifiers: { arch, branch } },
      presence: 'installed',
      architecture: arch,
      licenses: license === undefined ? [] : [license],
      metadata: {
        ...(version === undefined ? { identifiedBy: 'branch' } : {}),
        ...(deploy === undefined ? {} : { integrity: deploy.commit, origin: deploy.origin }),
      },
    },
    file,
  );
  if (purl === undefined) return undefined;
  const key = `${ref?.kind ?? metadata?.kind}/${id}/${arch}/${branch}`;
  byRef.set(key, [...(byRef.get(key) ?? []).slice(0, 8), purl]);
  addModules(found, folder, manifest, purl);
  const runtime =
    metadata?.kind === 'app' && metadata.runtime !== undefined ? `runtime/${metadata.runtime}` : undefined;
  return { purl, needs: [runtime, metadata?.extensionOf] };
}

/** At the root of an image `metadata` may be anything; only a flatpak's is one of ours. */
function ownMetadata(found: Gatherer, { ref, files }: Folder): Metadata | undefined {
  const file = files.get('metadata');
  if (file === undefined) {
    const [other] = files.values();
    if (ref !== undefined && other) found.problem('corrupt', 'A flatpak has no metadata', other, ref.id);
    return undefined;
  }
  let metadata: Metadata | undefined;
  const read = (): void => {
    metadata = readMetadata(file.bytes);
    const whole = metadata?.id !== undefined && (metadata.kind === 'runtime' || metadata.runtime !== undefined);
    if (ref === undefined ? metadata !== undefined && !whole : !whole || metadata?.id !== ref.id)
      found.problem('corrupt', 'The metadata of a flatpak are damaged', file, ref?.id);
  };
  if (ref !== undefined) found.read(file, read);
  else
    try {
      read();
    } catch {
      return undefined;
    }
  return metadata;
}

const messages: Readonly<Record<Exclude<FlatpakFile, 'metadata'>, string>> = {
  deploy: 'The note of how a flatpak was installed is damaged',
  manifest: 'The manifest of a flatpak is damaged',
  metainfo: 'The description of a flatpak is damaged',
};

function readOne<T>(
  found: Gatherer,
  { files }: Folder,
  kind: Exclude<FlatpakFile, 'metadata'>,
  read: (file: ImageFile) => T | undefined,
): T | undefined {
  const file = files.get(kind);
  let value: T | undefined;
  if (file !== undefined)
    found.read(file, () => {
      value = read(file);
      if (value === undefined) found.problem('corrupt', messages[kind], file);
    });
  return value;
}

/** A runtime names itself as the runtime: `org.example.Platform/x86_64/24.08`. */
function branchOf({ runtime }: Metadata): string | undefined {
  return runtime?.split('/', 3)[2];
}

/** AppStream: the newest release stands first. */
function readMetainfo(bytes: Uint8Array): { readonly version?: string; readonly license?: string } | undefined {
  const component = asObject(asArray(readXml(bytes)['component'])?.[0]);
  if (component === undefined) return undefined;
  const releases = asObject(asArray(component['releases'])?.[0]);
  const version = asText(asObject(asArray(releases?.['release'])?.[0])?.['@version']);
  const license = asText(asArray(component['project_license'])?.[0]);
  return { ...(version === undefined ? {} : { version }), ...(license === undefined ? {} : { license }) };
}

/** What was built from source has no registry, hence generic purls: it is listed, and can't be assessed. */
function addModules(found: Gatherer, { files }: Folder, manifest: Manifest | undefined, holder: string): void {
  const file = files.get('manifest');
  if (file === undefined || manifest === undefined) return;
  for (const { name, version, origin, integrity } of manifest.modules) {
    const metadata = { identifiedBy: 'manifest.json', certainty: 'likely', origin } as const;
    const purl = found.add(
      {
        name,
        version,
        purl: { type: 'generic', name },
        presence: 'installed',
        metadata: integrity === undefined ? metadata : { ...metadata, integrity },
      },
      file,
    );
    if (purl !== undefined) found.relate('contains', holder, purl);
  }
  if (manifest.versionless.length > 0) {
    const detail = manifest.versionless.slice(0, 10).join(', ');
    found.problem('unsupported', 'Modules of a flatpak tell no version', file, detail, false);
  }
}
