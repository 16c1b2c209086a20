import type { Cataloger, CatalogResult, Detail, ImageFile } from '../catalog/catalog.ts';
import type { Distro } from '../distro/distro.ts';
import { distroFiles, recognizeDistro } from '../distro/release-files.ts';
import type { Image } from '../image/image.ts';
import type { LayerContent } from '../image/layer/collector.ts';
import { formatPlatform } from '../image/platform.ts';
import { readRootfs } from '../image/source/rootfs.ts';
import { type Snapshot, type Squashed, type SquashedFile, squash } from '../image/tree/squash.ts';
import type { Inventory, LayerRef, Package, Problem, Subject } from '../inventory/inventory.ts';
import { checkpoint } from './checkpoint.ts';
import { catalogers } from './ecosystems.ts';
import { type ReadLayersOptions, type ReadProgress, readLayers } from './lanes.ts';
import { layerProblems, treeProblems } from './problems.ts';
import { provenanceOf } from './provenance.ts';
import { type ExtraWants, noExtraWants, selection, type Wanted, wanted, wellKnownFolders } from './selection.ts';

/** How to look into an image. */
export interface DiscoverOptions {
  readonly onProgress?: ReadProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `files` also tells which files each package owns, which takes time and memory. */
  readonly detail?: Exclude<Detail, 'names'>;
}

/** Finds out everything that is in an image. Throws `ImageError`, and the signal's reason once it is aborted. */
export async function discover(image: Image, options: DiscoverOptions = {}): Promise<Inventory> {
  const { signal, detail = 'packages' } = options;
  const layers = layerRefs(image);
  const { contents, squashed, whole } = await readTree(image, detail, options);
  await checkpoint(signal);
  const last = squashed.snapshots.at(-1);
  const { distro, problems } = recognize(last);
  const results = catalogers.map((cataloger) =>
    runCataloger({ cataloger, distro, detail }, squashed.snapshots, layers),
  );
  return {
    subject: subjectOf(image, layers, contents),
    ...(distro ? { distro } : {}),
    packages: results.flatMap(({ result }) => result.packages),
    ownership: results.flatMap(({ result }) => result.ownership ?? []),
    relationships: results.flatMap(({ result }) => result.relationships ?? []),
    runs: results
      .filter(({ ran }) => ran)
      .map(({ cataloger, result }) => ({ cataloger, status: statusOf(result), packages: result.packages.length })),
    problems: [
      ...contents.flatMap(layerProblems),
      ...treeProblems(squashed, whole),
      ...problems,
      ...results.flatMap(({ result }) => result.problems),
    ],
  };
}

function statusOf({ packages, problems }: CatalogResult): 'ok' | 'partial' | 'failed' {
  if (!problems.some(({ lossy }) => lossy)) return 'ok';
  return packages.length > 0 ? 'partial' : 'failed';
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
    configDigest: image.configDigest,
    platform: formatPlatform(image.platform),
    layers,
    entries,
  };
}

/** A path may be wanted for a link that only the squashed tree shows; then the layers are read once more, for it too. */
const maximumReadings = 3;

async function readTree(
  image: Image,
  detail: Detail,
  options: ReadLayersOptions,
): Promise<{ contents: LayerContent[]; squashed: Squashed; whole: boolean }> {
  let extra = noExtraWants;
  for (let reading = 1; ; reading++) {
    const contents = await readAll(image, { detail, extra }, options);
    await checkpoint(options.signal);
    const squashed = squash(contents, { selects: wanted(detail), folders: wellKnownFolders });
    const further = addMissing(extra, squashed);
    if (further === undefined || reading === maximumReadings) {
      return { contents, squashed, whole: further === undefined };
    }
    extra = further;
  }
}

async function readAll(image: Image, wants: Wanted, options: ReadLayersOptions): Promise<LayerContent[]> {
  if (image.kind === 'layered') return readLayers(image.layers, wants, options);
  return [readRootfs(image.path, selection(wants))];
}

/** The wants with those added that were not known before; `undefined` when there are none. */
function addMissing(extra: ExtraWants, { missing, missingFolders }: Squashed): ExtraWants | undefined {
  const paths = new Set([...extra.paths, ...missing]);
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

interface Run {
  readonly cataloger: string;
  readonly result: CatalogResult;
  readonly ran: boolean;
}

/** A cataloger, and what it is asked. */
interface Question {
  readonly cataloger: Cataloger;
  readonly distro: Distro | undefined;
  readonly detail: Detail;
}

function runCataloger(question: Question, snapshots: readonly Snapshot[], layers: readonly LayerRef[]): Run {
  const { id } = question.cataloger;
  const histories = filesOver(question, snapshots, layers);
  const last = histories.at(-1);
  if (!last || last.files.length === 0) return { cataloger: id, result: { packages: [], problems: [] }, ran: false };
  const result = catalogSafely(question, last.files);
  if (histories.length === 1) return { cataloger: id, result: withOnlyLayer(result), ran: true };
  const earlier = histories.slice(0, -1).map(({ layer, files }) => {
    const { packages } = catalogSafely({ ...question, detail: 'names' }, files);
    return { layer, packages };
  });
  const packages = provenanceOf(result.packages, earlier, last.layer);
  return { cataloger: id, result: { ...result, packages }, ran: true };
}

/** The files of one cataloger after each layer that changed them. */
function filesOver(
  { cataloger, detail }: Question,
  snapshots: readonly Snapshot[],
  layers: readonly LayerRef[],
): { layer: LayerRef; files: ImageFile[] }[] {
  const histories: { layer: LayerRef; files: ImageFile[] }[] = [];
  let before = new Map<string, SquashedFile>();
  for (const snapshot of snapshots) {
    const now = new Map([...snapshot.files].filter(([path]) => cataloger.selects(path, detail)));
    const changed = now.size !== before.size || [...now].some(([path, file]) => before.get(path)?.bytes !== file.bytes);
    before = now;
    if (!changed) continue;
    const layer = layers[snapshot.layer] ?? unknownLayer;
    const files = Array.from(now, ([path, file]) => ({
      path,
      bytes: file.bytes,
      layer: layers[file.layer] ?? unknownLayer,
    }));
    histories.push({ layer, files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)) });
  }
  return histories;
}

const unknownLayer: LayerRef = { index: 0, diffId: '' };

/** One layer brought everything. */
function withOnlyLayer(result: CatalogResult): CatalogResult {
  const packages = result.packages.map((found): Package => {
    const layer = found.locations[0]?.layer;
    return layer ? { ...found, provenance: { introduced: layer, changed: layer } } : found;
  });
  return { ...result, packages };
}

/** A cataloger that crashes loses its own packages, never the scan. */
function catalogSafely({ cataloger, distro, detail }: Question, files: readonly ImageFile[]): CatalogResult {
  try {
    return cataloger.catalog({ files, detail, ...(distro ? { distro } : {}) });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const path = files[0]?.path;
    const problem: Problem = {
      code: 'crash',
      message: 'A cataloger failed on this image',
      detail,
      by: cataloger.id,
      lossy: true,
      ...(path === undefined ? {} : { path: `/${path}` }),
    };
    return { packages: [], problems: [problem] };
  }
}
