import { type HttpClient, HttpError, openHttpClient, withoutCredentials } from '../internal/http.ts';
import { specialAddress } from '../internal/special-address.ts';
import { mostVexBytes, readVex, VexError } from '../vex/vex.ts';
import { version } from './version.ts';
import { isArchive, openArchive } from './vex-repository-archive.ts';
import {
  type Copy,
  type CopyState,
  folderOf,
  readCopy,
  sha256,
  writeCopy,
  writeState,
} from './vex-repository-cache.ts';
import { type ArchiveLocation, readManifest, splitLocation, usualIntervalMs } from './vex-repository-manifest.ts';

/** How addresses are read. */
export interface AddressOptions {
  /** Where copies are kept: the folder of the database. */
  readonly home: string;
  readonly offline: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** What is at an address, and why it is an older copy where it is one. */
export interface AtAddress extends Copy {
  readonly stale?: string;
}

const wellKnown = '/.well-known/vex-repository.json';
const mostArchiveBytes = 256 * 1024 * 1024;
/** A document alone is asked for again as often as this. */
const documentIntervalMs = 60 * 60_000;
/** After a failure. */
const againMs = 10 * 60_000;

/** Whether a place of documents is an address. */
export function isAddress(place: string): boolean {
  return /^https?:\/\//i.test(place);
}

/**
 * A document, or the archive of the repository whose manifest is at the address, as it was fetched or is kept. An older
 * copy stands in where a refresh fails. Throws `VexError` where there is none.
 */
export async function readAddress(address: string, options: AddressOptions): Promise<AtAddress> {
  const shown = withoutCredentials(address);
  const folder = folderOf(options.home, shown);
  const now = (options.now ?? Date.now)();
  const copy = readCopy(folder);
  if (copy !== undefined && now < copy.state.nextAt && now >= copy.state.checkedAt) return withStale(copy);
  if (options.offline) {
    if (copy !== undefined) return withStale({ ...copy, state: { ...copy.state, problem: 'offline' } });
    throw new VexError('unreadable', 'no copy of the VEX document is kept, and the network is not to be used', shown);
  }
  try {
    const fresh = await fetched(startOf(address, shown), copy, options, now);
    keep(folder, fresh, copy);
    return fresh;
  } catch (error) {
    if (!(error instanceof VexError || error instanceof HttpError)) throw error;
    const problem = [error.message, error.detail].filter((text) => text !== undefined).join(': ');
    if (copy === undefined) {
      if (error instanceof VexError) throw error;
      throw new VexError('unreadable', 'the VEX document cannot be fetched', shown, problem, error);
    }
    const state: CopyState = { ...copy.state, checkedAt: now, nextAt: now + againMs, problem };
    unlessUnwritable(() => writeState(folder, state));
    return withStale({ state, bytes: copy.bytes });
  }
}

function withStale(copy: Copy): AtAddress {
  return copy.state.problem === undefined ? copy : { ...copy, stale: copy.state.problem };
}

function keep(folder: string, fresh: Copy, old: Copy | undefined): void {
  unlessUnwritable(() => {
    if (fresh.state.digest === old?.state.digest) writeState(folder, fresh.state);
    else writeCopy(folder, fresh);
  });
}

/** A cache that can't be written costs time alone. */
function unlessUnwritable(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

/** Statements take findings away: nobody on the way may write them. */
function startOf(address: string, shown: string): URL {
  const url = URL.parse(address);
  if (url === null) throw new VexError('unreadable', 'that is no address', shown);
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw new VexError('unreadable', 'VEX documents are fetched over https alone', shown);
  }
  if (url.pathname === '/' && url.search === '') url.pathname = wellKnown;
  return url;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || specialAddress(hostname) === 'loopback';
}

interface Asking {
  readonly client: HttpClient;
  readonly start: URL;
  readonly old: Copy | undefined;
  readonly now: number;
}

async function fetched(start: URL, old: Copy | undefined, options: AddressOptions, now: number): Promise<Copy> {
  const client = await openHttpClient({
    env: options.env,
    userAgent: `seaworthy/${version}`,
    mayFollow: (next) => mayLead(start, next),
  });
  try {
    const asking = { client, start, old, now };
    const { url, folder } = splitLocation(start.href);
    const first = await get(asking, { url, folder });
    if (first.state.kind === 'archive') return first;
    // What is the same as before was looked at before.
    const manifest = readManifest(parsedJson(first.bytes));
    if (manifest === undefined) return checked(first, start);
    return await fromManifest(asking, manifest);
  } finally {
    await client.close();
  }
}

/** Whom the user did not name may not send us into this machine or its neighbourhood. */
function mayLead(start: URL, next: URL): boolean {
  return next.hostname === start.hostname || !(next.hostname === 'localhost' || specialAddress(next.hostname));
}

async function fromManifest(
  asking: Asking,
  { locations, intervalMs }: { readonly locations: readonly ArchiveLocation[]; readonly intervalMs: number },
): Promise<Copy> {
  const { start, now } = asking;
  let failure: unknown = new VexError(
    'not-vex',
    'the VEX repository has no location of a version known here',
    withoutCredentials(start.href),
  );
  for (const location of locations) {
    try {
      const url = URL.parse(location.url);
      const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && start.protocol === 'http:');
      if (url === null || !isSafe || !mayLead(start, url)) {
        throw new HttpError('redirect', 'the VEX repository is at an address that is not followed');
      }
      const { state, bytes } = await get(asking, location);
      if (state.kind !== 'archive') {
        throw new VexError('not-vex', 'what is at the address of a VEX repository is no archive', state.from);
      }
      return { state: { ...state, nextAt: now + intervalMs }, bytes };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** Reads what is at an address, or finds that it is what is kept; an archive is verified whole. */
async function get({ client, old, start, now }: Asking, { url, folder }: ArchiveLocation): Promise<Copy> {
  const from = withoutCredentials(url);
  const known = old?.state.from === from && old.state.folder === folder ? old : undefined;
  const response = await client.get(withOwnCredentials(url, start), {
    accept: 'application/json, application/octet-stream;q=0.9, */*;q=0.5',
    ...(known?.state.etag === undefined ? {} : { 'if-none-match': known.state.etag }),
    ...(known?.state.lastModified === undefined ? {} : { 'if-modified-since': known.state.lastModified }),
  });
  if (response.status === 304 && known !== undefined) {
    response.discard();
    const { problem: _, ...state } = known.state;
    const interval = state.kind === 'document' ? documentIntervalMs : usualIntervalMs;
    return { state: { ...state, checkedAt: now, nextAt: now + interval }, bytes: known.bytes };
  }
  if (response.status !== 200) {
    response.discard();
    throw new HttpError('status', 'the server does not give it', `${response.status}`, { status: response.status });
  }
  const bytes = await bodyOf(response.body(), mostArchiveBytes);
  const kind = isArchive(bytes) ? 'archive' : 'document';
  if (kind === 'archive') await openArchive(bytes, folder, from);
  else if (bytes.length > mostVexBytes) throw tooLarge(mostVexBytes);
  const [etag, lastModified] = [response.header('etag'), response.header('last-modified')];
  return {
    state: {
      from,
      digest: sha256(bytes),
      kind,
      folder,
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { lastModified }),
      checkedAt: now,
      nextAt: now + (kind === 'document' ? documentIntervalMs : usualIntervalMs),
    },
    bytes,
  };
}

/** The credentials of the address that the user gave are for its origin alone. */
function withOwnCredentials(address: string, start: URL): string {
  const url = URL.parse(address);
  if (url === null) return address;
  const isOwn = url.origin === start.origin;
  url.username = isOwn ? start.username : '';
  url.password = isOwn ? start.password : '';
  return url.href;
}

async function bodyOf(pieces: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > most) throw tooLarge(most);
    all.push(piece);
  }
  return Buffer.concat(all, length);
}

function tooLarge(most: number): HttpError {
  return new HttpError('too-large', 'the answer is too large', `over ${most} bytes`);
}

/** A page that a server gives instead is told as what it is. Throws `VexError`. */
function checked(copy: Copy, start: URL): Copy {
  readVex(copy.bytes, withoutCredentials(start.href));
  return copy;
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
