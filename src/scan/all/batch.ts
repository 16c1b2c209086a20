import type { Layer } from '../../image/image.ts';
import type { OutcomeError } from '../../report/many/outcome.ts';
import { isVerified } from '../verified.ts';
import type { ListedImage } from './listed-image.ts';
import { outcomeError } from './outcome-error.ts';
import type { Pool } from './pool.ts';
import type { Opened, PlainImage } from './tasks.ts';

/** One image of a run, under all its names. */
export interface BatchImage {
  /** By which it is opened: the first that was listed. */
  readonly reference: string;
  readonly references: string[];
  readonly digest?: string;
  /** Absent where it is opened when it is scanned. */
  readonly image?: PlainImage;
  /** Layers that are read before it is scanned. */
  readonly layers: readonly Layer[];
  /** It can't be opened. */
  readonly error?: OutcomeError;
  /** The same image where other bytes of it lie, which may be whole where these are not. */
  readonly elsewhere: BatchImage[];
}

/** References opened by one thread at once: a registry answers slowly, and to many as fast as to one. */
const openedAtOnce = 16;

/** Takes the next images of a list, at most so many. */
export async function take(list: AsyncIterator<ListedImage>, most: number): Promise<ListedImage[]> {
  const taken: ListedImage[] = [];
  while (taken.length < most) {
    const { done, value } = await list.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

/** Opens images and puts those together that are the same. An error of one is told with it. */
export async function openBatch(listed: readonly ListedImage[], pool: Pool): Promise<BatchImage[]> {
  const wanted = [
    ...new Set(listed.flatMap((one) => (one.error === undefined && one.digest === undefined ? [one.reference] : []))),
  ];
  const chunks = Array.from({ length: Math.ceil(wanted.length / openedAtOnce) }, (_, i) =>
    wanted.slice(i * openedAtOnce, (i + 1) * openedAtOnce),
  );
  const opened = (await Promise.all(chunks.map((chunk) => openChunk(chunk, pool)))).flat();
  const byReference = new Map(wanted.map((reference, i) => [reference, opened[i]]));
  return together(listed.map((one) => batchImage(one, byReference.get(one.reference))));
}

/** A thread that dies with several takes none down but the one that made it. */
async function openChunk(references: readonly string[], pool: Pool): Promise<readonly Opened[]> {
  const result = await pool.run({ kind: 'open', references });
  if (result.kind === 'opened') return result.opened;
  if (references.length > 1) return (await Promise.all(references.map((one) => openChunk([one], pool)))).flat();
  return result.kind === 'failed' ? [result] : [];
}

function batchImage({ reference, names = [], digest, error }: ListedImage, opened: Opened | undefined): BatchImage {
  const image = { reference, references: [...new Set([reference, ...names])], layers: [], elsewhere: [] };
  if (error !== undefined) return { ...image, error: outcomeError(error) };
  if (opened === undefined) return { ...image, ...(digest === undefined ? {} : { digest }) };
  if (opened.kind === 'failed') return { ...image, error: opened.error };
  const found = opened.image;
  return {
    ...image,
    ...(opened.digest === undefined ? {} : { digest: opened.digest }),
    ...(found === undefined ? {} : { image: found }),
    layers: found === undefined || !opened.readsAhead ? [] : found.layers.filter(isReadAhead),
  };
}

/** Those that the layer cache keeps: not a folder's, nor those within a compressed archive, which are read in one pass. */
function isReadAhead(layer: Layer): boolean {
  return isVerified(layer) && layer.blob.kind !== 'in-gzip';
}

function together(images: readonly BatchImage[]): BatchImage[] {
  const known = new Map<string, BatchImage>();
  for (const image of images) {
    const key = image.digest ?? `name ${image.reference}`;
    const before = known.get(key);
    if (before === undefined) {
      known.set(key, image);
      continue;
    }
    const place = placeOf(image);
    const same = [before, ...before.elsewhere].find((one) => placeOf(one) === place);
    if (same === undefined) before.elsewhere.push(image);
    else same.references.push(...image.references.filter((name) => !same.references.includes(name)));
  }
  return [...known.values()];
}

/** Where the bytes of an image lie, all of which it shares with others of the same place. */
function placeOf({ image, reference }: BatchImage): string {
  const blob = image?.layers[0]?.blob;
  if (blob === undefined) return reference;
  if (blob.kind === 'registry') return `${blob.access.registry}/${blob.access.repository}`;
  if (blob.kind === 'engine') return JSON.stringify(blob.engine);
  if (blob.kind === 'tar-split') return blob.folder;
  return `${blob.path} ${'offset' in blob ? blob.offset : 0}`;
}

/** All names of an image, wherever it lies. */
export function allNames({ references, elsewhere }: BatchImage): string[] {
  return [...new Set([...references, ...elsewhere.flatMap((one) => one.references)])];
}
