import type { Detail } from '../catalog/catalog.ts';
import type { Distro } from '../distro/distro.ts';
import { distroFiles, recognizeDistro } from '../distro/release-files.ts';
import type { LayerCache } from '../image/cache/layer-cache.ts';
import type { Image } from '../image/image.ts';
import type { LayerContent } from '../image/layer/collector.ts';
import { formatPlatform } from '../image/platform.ts';
import { readRootfs } from '../image/source/rootfs.ts';
import { type Snapshot, type Squashed, squash } from '../image/tree/squash.ts';
import type { Inventory, LayerRef, Problem, SettingsFile, Subject } from '../inventory/inventory.ts';
import { catalogAll } from './catalog-all.ts';
import { checkpoint } from './checkpoint.ts';
import type { ReadBefore } from './known-layers.ts';
import { type LayerUse, type ReadLayersOptions, type ReadProgress, readLayers } from './lanes.ts';
import { layerProblems, storeProblems, treeProblems } from './problems.ts';
import {
  type ExtraWants,
  isSetting,
  noExtraWants,
  selection,
  type Wanted,
  wanted,
  wellKnownFolders,
} from './selection.ts';
import type { SharedLayers } from './share-cache.ts';

/** How to look into an image. */
export interface DiscoverOptions {
  readonly onProgress?: ReadProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** See `ReadLayersOptions`. */
  readonly laneBytes?: number | undefined;
  /** `files` also tells which files each package owns, which takes time and memory. */
  readonly detail?: Exclude<Detail, 'names'>;
  /** Layers that it knows are not read, and what is read is kept there. */
  readonly layers?: LayerCache | undefined;
  /** See `ReadLayersOptions`. */
  readonly shared?: SharedLayers | undefined;
  /** Trusts tables of contents; see `ReadOptions.lazy`. */
  readonly lazy?: boolean | undefined;
  /** Told once what of the layers was known: how many at first, and how many bytes were read after all. */
  readonly onLayers?: ((use: LayerUse) => void) | undefined;
}

/** Finds out everything that is in an image. Throws `ImageError`, and the signal's reason once it is aborted. */
export async function discover(image: Image, options: DiscoverOptions = {}): Promise<Inventory> {
  const { signal, detail = 'packages' } = options;
  const layers = layerRefs(image);
  const { contents, squashed, whole, use } = await readTree(image, detail, options);
  options.onLayers?.(use);
  await checkpoint(signal);
  const last = squashed.snapshots.at(-1);
  const { distro, problems } = recognize(last);
  const aptFiles = settingsIn(last);
  const found = catalogAll(squashed.snapshots, { distro, detail, layers });
  return {
    subject: subjectOf(image, layers, contents),
    ...(distro ? { distro } : {}),
    ...found,
    problems: [
      ...contents.flatMap(layerProblems),
      ...treeProblems(squashed, whole),
      ...problems,
      ...storeProblems(contents, found.runs),
      ...found.problems,
    ],
    ...(aptFiles.length === 0 ? {} : { aptFiles }),
  };
}

/** Larger settings are none of apt's. */
const MOST_SETTINGS = 1 << 20;

function settingsIn(snapshot: Snapshot | undefined): readonly SettingsFile[] {
  const found: SettingsFile[] = [];
  let left = MOST_SETTINGS;
  for (const [path, { bytes }] of snapshot?.files ?? []) {
    if (!isSetting(path) || bytes.length > left) continue;
    left -= bytes.length;
    found.push({ path, base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64') });
  }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function layerRefs(image: Image): readonly LayerRef[] {
  if (image.kind === 'rootfs') return [{ index: 0, diffId: '' }];
  return image.layers.map(({ index, diffId, createdBy }) => ({
    index,
    diffId,
    ...(createdBy === undefined ? {} : { createdBy }),
  }));
}

function subjectOf(image: Image, layers: readonly LayerRef[], contents: readonly LayerContent[]): Subject {
  const entries = contents.reduce((sum, content) => sum + content.entries, 0);
  if (image.kind === 'rootfs') return { kind: 'rootfs', reference: image.reference, layers, entries };
  return {
    kind: 'image',
    reference: image.reference,
    ...(image.digest === undefined ? {} : { digest: image.digest }),
    ...(image.configDigest === undefined ? {} : { configDigest: image.configDigest, config: image.config }),
    platform: formatPlatform(image.platform),
    ...(image.container === undefined ? {} : { container: image.container }),
    layers,
    entries,
  };
}

/** What two readings of the same layers came to. */
function added(before: LayerUse, now: LayerUse): LayerUse {
  const lazy = now.lazy.map((one, i) => ({ ...one, fetched: one.fetched + (before.lazy[i]?.fetched ?? 0) }));
  return { ...now, known: before.known, bytes: before.bytes + now.bytes, lazy };
}

/** A path may be wanted for a link that only the squashed tree shows; then the layers are read once more, for it too. */
const maximumReadings = 3;

async function readTree(
  image: Image,
  detail: Detail,
  options: ReadLayersOptions,
): Promise<{ contents: LayerContent[]; squashed: Squashed; whole: boolean; use: LayerUse }> {
  let extra = noExtraWants;
  let use: LayerUse | undefined;
  let before: ReadBefore | undefined;
  for (let reading = 1; ; reading++) {
    const wants = { detail, extra };
    const onLayers = (now: LayerUse): void => {
      use = use === undefined ? now : added(use, now);
    };
    const contents = await readAll(image, wants, { ...options, before, onLayers });
    await checkpoint(options.signal);
    const squashed = squash(contents, { selects: wanted(detail), folders: wellKnownFolders });
    const further = addMissing(extra, squashed);
    if (further === undefined || reading === maximumReadings) {
      return { contents, squashed, whole: further === undefined, use: use ?? { known: 0, bytes: 0, lazy: [] } };
    }
    before = { contents, wanted: wants };
    extra = further;
  }
}

async function readAll(image: Image, wants: Wanted, options: ReadLayersOptions): Promise<LayerContent[]> {
  if (image.kind === 'layered') return readLayers(image.layers, wants, options);
  return [readRootfs(image.path, selection(wants))];
}

/** The wants with those added that were not known before; `undefined` when there are none. */
function addMissing(extra: ExtraWants, { missing, missingFolders }: Squashed): ExtraWants | undefined {
  const paths = new Map([...missing, ...extra.paths]);
  const folders = new Map([...extra.folders, ...missingFolders]);
  return paths.size > extra.paths.size || folders.size > extra.folders.size ? { paths, folders } : undefined;
}

function recognize(snapshot: Snapshot | undefined): { distro?: Distro; problems: readonly Problem[] } {
  const files = new Map<string, Uint8Array>();
  for (const path of distroFiles) {
    const file = snapshot?.files.get(path);
    if (file) files.set(path, file.bytes);
  }
  return recognizeDistro(files);
}
