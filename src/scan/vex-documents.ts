import { closeSync, type Dirent, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { VexUse } from '../finding/finding.ts';
import type { Attachment, Image } from '../image/image.ts';
import { withoutCredentials } from '../internal/http.ts';
import { type Purl, parsePurl } from '../purl/purl.ts';
import { mostVexBytes, namedImage, packageKey, readVex, type VexDocument, VexError } from '../vex/vex.ts';
import { type Bears, bearsOf, imageNameOf } from './vex-image-name.ts';
import { type AddressOptions, isAddress, readAddress } from './vex-repository.ts';
import { openArchive } from './vex-repository-archive.ts';

/** The documents at the given places, and what there was none of them for. */
export interface DocumentsRead {
  readonly documents: readonly VexDocument[];
  readonly passedOver: VexUse['passedOver'];
}

type Passed = VexUse['passedOver'][number];

/** Folders within a folder of documents that are looked into. */
const deepest = 8;
const mostFiles = 100_000;

/**
 * Reads the documents at the given places: a file, a folder of them, a folder laid out as a VEX repository (of which
 * only the documents on the image and its packages are read), or the address of either; `image` stands for what is attached to the image itself. Throws
 * `VexError`.
 */
export async function readDocuments(
  places: readonly string[],
  image: Image,
  purls: readonly Purl[],
  options?: AddressOptions,
): Promise<DocumentsRead> {
  const passed: Passed[] = [];
  const asked: Asked = {
    packages: new Set(purls.map(packageKey)),
    bears: bearsOf(image),
    lastPart: imageNameOf(image)?.repository.split('/').at(-1),
    passed,
  };
  const documents: VexDocument[] = [];
  for (const place of places) {
    const found =
      place === 'image'
        ? await attachedTo(image, passed)
        : options !== undefined && isAddress(place)
          ? await documentsAtAddress(place, asked, options)
          : documentsAt(place, asked);
    if (found.length === 0) passed.push({ place, because: 'none-there' });
    documents.push(...found);
  }
  return { documents, passedOver: passed };
}

interface Asked {
  readonly packages: ReadonlySet<string>;
  readonly bears: Bears | undefined;
  /** Of the image's repository. */
  readonly lastPart: string | undefined;
  readonly passed: Passed[];
}

function documentsAt(place: string, asked: Asked): readonly VexDocument[] {
  const stats = statSync(place, { throwIfNoEntry: false });
  if (stats === undefined) throw new VexError('unreadable', 'there is no such VEX document', place);
  if (!stats.isDirectory()) return [readVex(read(place), place)];
  const path = join(place, 'index.json');
  const entries = isFile(path) ? entriesOfIndex(read(path)) : undefined;
  if (entries === undefined) return filesIn(place, 0).flatMap((file) => vexIn(read(file), file, asked.passed));
  return wanted(entries, place, asked).map((location) => {
    const file = join(place, location);
    return readVex(read(file), file);
  });
}

/** What is at an address; the reports name the address, whatever copy was read. */
async function documentsAtAddress(
  address: string,
  asked: Asked,
  options: AddressOptions,
): Promise<readonly VexDocument[]> {
  const { state, bytes, stale } = await readAddress(address, options);
  const place = withoutCredentials(address);
  if (stale !== undefined) asked.passed.push({ place: `${place}: ${stale}`, because: 'not-refreshed' });
  if (state.kind === 'document') return [readVex(bytes, place)];
  const archive = await openArchive(bytes, state.folder, place);
  const locations = wanted(entriesOfIndex(archive.index) ?? [], place, asked);
  const files = await archive.files(new Set(locations));
  return locations.map((location) => {
    const file = files.get(location);
    if (file === undefined) throw new VexError('unreadable', 'there is no such VEX document', `${place}: ${location}`);
    return readVex(file, `${place}: ${location}`);
  });
}

/** The files of a repository that speak of the image or of what is in it. */
function wanted(entries: readonly RepositoryEntry[], place: string, asked: Asked): readonly string[] {
  const { packages, bears, lastPart, passed } = asked;
  const locations = entries.flatMap(({ id, purl, location }) => {
    if (purl === undefined || location === undefined) {
      passed.push({ place: `${place}: ${id}`, because: 'bad-entry' });
      return [];
    }
    if (purl.type !== 'oci') return packages.has(packageKey(purl)) ? [location] : [];
    if (bears !== undefined) return mayBe(purl, bears, lastPart) ? [location] : [];
    passed.push({ place: `${place}: ${id}`, because: 'named-image' });
    return [];
  });
  return [...new Set(locations)];
}

/** By the specification an entry leaves out where the image is to be had: then its document decides. */
function mayBe(purl: Purl, bears: Bears, lastPart: string | undefined): boolean {
  const { type, name, qualifiers } = purl;
  const named = namedImage({ type, name, qualifiers });
  return named === undefined ? name === lastPart : bears({ repository: named.repository });
}

/** Reads a file, a pipe or a device, none of which is asked for more than a document can have. */
function read(path: string): Buffer {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      return size > mostVexBytes ? refuse(path, size) : readAll(file, path);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    if (cause instanceof VexError) throw cause;
    throw new VexError('unreadable', 'the VEX document cannot be read', path, String(cause), cause);
  }
}

function readAll(file: number, path: string): Buffer {
  const pieces: Buffer[] = [];
  let total = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(1 << 20);
    const length = readSync(file, piece, 0, piece.length, null);
    if (length === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, length));
    total += length;
    if (total > mostVexBytes) refuse(path, total);
  }
}

function refuse(path: string, size: number): never {
  throw new VexError('too-large', 'a VEX document exceeds the size limit', path, `${size} bytes`);
}

/** A folder may hold other files too; what is JSON and no VEX is passed over, since it was not named. */
function vexIn(bytes: Uint8Array, place: string, passed: Passed[]): readonly VexDocument[] {
  try {
    return [readVex(bytes, place)];
  } catch (error) {
    if (!(error instanceof VexError && error.code === 'not-vex')) throw error;
    passed.push({ place, because: error.detail === undefined ? 'not-vex' : 'not-json' });
    return [];
  }
}

function filesIn(folder: string, depth: number): string[] {
  const files: string[] = [];
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < deepest) files.push(...filesIn(path, depth + 1));
    else if (entry.name.endsWith('.json') && isFile(path)) files.push(path);
    if (files.length > mostFiles) throw new VexError('too-large', 'the folder has too many VEX documents', folder);
  }
  return files;
}

/** Hidden ones are none of the documents: `.git`, or the folders behind the links of a mounted ConfigMap. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.'))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    throw new VexError('unreadable', 'the folder of VEX documents cannot be read', folder, String(cause), cause);
  }
}

/** Links to files are followed, those to folders are not. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

interface RepositoryEntry {
  readonly id: string;
  readonly purl: Purl | undefined;
  /** Of a file in the repository. */
  readonly location: string | undefined;
}

/** VEX Repository Specification 0.1: `index.json` = { packages: [ { id: purl without version, location, format? } ] }. */
function entriesOfIndex(bytes: Uint8Array): readonly RepositoryEntry[] | undefined {
  const index = parsed(bytes) as { readonly packages?: unknown } | undefined;
  if (!Array.isArray(index?.packages)) return undefined;
  return index.packages.map((entry: { readonly id?: unknown; readonly location?: unknown } | null) => {
    const id = typeof entry?.id === 'string' ? entry.id : '';
    const location = typeof entry?.location === 'string' ? entry.location : '';
    const inside = location !== '' && !/(^|\/)\.\.(\/|$)|^\/|\\/.test(location);
    return { id, purl: parsePurl(id), location: inside ? location : undefined };
  });
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

async function attachedTo(image: Image, passed: Passed[]): Promise<readonly VexDocument[]> {
  const attachments = image.kind === 'layered' ? ((await image.attachments?.()) ?? []) : [];
  return attachments.flatMap((attachment) => {
    const bytes = statementIn(attachment);
    return bytes === undefined ? [] : vexIn(bytes, attachment.digest, passed);
  });
}

/** What an attachment may be wrapped in: a Sigstore bundle, a DSSE envelope, an in-toto statement. */
function statementIn({ bytes }: Attachment): Uint8Array | undefined {
  let value = objectOf(parsed(bytes));
  if (value === undefined) return undefined;
  const envelope = objectOf(value['dsseEnvelope']) ?? value;
  if (typeof envelope['payload'] === 'string') {
    value = objectOf(parsed(Buffer.from(envelope['payload'], 'base64')));
    if (value === undefined) return undefined;
  }
  const { predicateType: type } = value;
  if (typeof type !== 'string') return bytes;
  const predicate = objectOf(value['predicate']);
  // A bill of materials is no VEX unless it speaks of flaws.
  const isVex =
    type.startsWith('https://openvex.dev/ns') ||
    (type.startsWith('https://cyclonedx.org/') && Array.isArray(predicate?.['vulnerabilities']));
  return isVex ? Buffer.from(JSON.stringify(predicate ?? {})) : undefined;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
