import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding, SuppressedFinding, VexCitation, VexUse } from '../finding/finding.ts';
import type { Attachment, Image } from '../image/image.ts';
import type { Inventory, Package } from '../inventory/inventory.ts';
import { type Purl, parsePurl } from '../purl/purl.ts';
import { readVex, settle, type VexAnswer, type VexDocument, VexError } from '../vex/vex.ts';

/** What VEX made of the findings. */
export interface VexOutcome {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly use?: VexUse;
}

/** Folders within a folder of documents that are looked into. */
const deepest = 8;
const mostFiles = 100_000;

/**
 * Reads the documents at the given places: a file, a folder of them, or a folder laid out as a VEX repository (of which
 * only the documents on the image's packages are read); `image` stands for what is attached to the image itself. Throws
 * `VexError`.
 */
export function readDocuments(places: readonly string[], image: Image, purls: readonly Purl[]): readonly VexDocument[] {
  return places.flatMap((place) => {
    if (place === 'image') return attachedTo(image);
    const stats = statSync(place, { throwIfNoEntry: false });
    if (stats === undefined) throw new VexError('unreadable', 'there is no such VEX document', place);
    if (!stats.isDirectory()) return [readVex(read(place), place)];
    const repository = repositoryIndex(place);
    if (repository === undefined) return filesIn(place, 0).flatMap((path) => vexIn(read(path), path));
    return repository
      .filter(({ purl }) => purls.some((one) => covers(purl, one)))
      .map(({ path }) => readVex(read(path), path));
  });
}

/** The purls by which statements may name what is in an image: as packages and as their sources, by release or codename. */
export function purlsOf({ purl, source }: Package, codename: string | undefined): readonly Purl[] {
  const parsed = parsePurl(purl);
  if (parsed === undefined) return [];
  const ofSource: Purl = {
    ...parsed,
    name: source?.name ?? parsed.name,
    version: source?.version ?? parsed.version ?? '',
    qualifiers: { ...parsed.qualifiers, arch: 'source' },
  };
  const both = source === undefined ? [parsed] : [parsed, ofSource];
  if (codename === undefined || parsed.qualifiers['distro'] === undefined) return both;
  return both.flatMap((one) => [one, { ...one, qualifiers: { ...one.qualifiers, distro: codename } }]);
}

/** Lets documents settle findings: those not affected or fixed go to the suppressed ones, others are marked. */
export function applyVex(
  findings: readonly Finding[],
  documents: readonly VexDocument[],
  { packages, distro, subject }: Inventory,
): VexOutcome {
  if (documents.length === 0) return { findings, suppressed: [] };
  const codename = distro?.codename;
  const byId = new Map(packages.map((found) => [found.id, purlsOf(found, codename)]));
  const asked = findings.map((finding) => ({
    names: [finding.vulnerability.id, ...finding.vulnerability.aliases],
    purls: byId.get(finding.package.id) ?? [],
  }));
  const digests = [subject.digest, subject.configDigest].filter((digest) => digest !== undefined);
  const { answers, unmatched } = settle(asked, documents, {
    digests: new Set(digests),
    repositories: [],
    purls: [...byId.values()].flat(),
  });
  const left: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const [at, finding] of findings.entries()) {
    const answer = answers[at];
    if (answer === undefined) left.push(finding);
    else if (settles(answer)) suppressed.push({ finding, vex: cite(answer) });
    else left.push({ ...finding, vex: cite(answer) });
  }
  return {
    findings: left,
    suppressed,
    use: {
      documents: documents.map(({ id, format, place, digest, statements, unread }) => {
        return { id, format, place, digest, statements: statements.length, unread };
      }),
      unmatched: unmatched.map(({ document, statement, because }) => ({
        document: document.place,
        statement: statement.index,
        flaw: statement.names[0] ?? '',
        product: statement.products[0]?.name ?? '',
        because,
      })),
    },
  };
}

function settles({ statement: { status } }: VexAnswer): boolean {
  return status === 'not_affected' || status === 'fixed';
}

function cite({ document, statement }: VexAnswer): VexCitation {
  const { status, justification, text, timestamp, index } = statement;
  return {
    status,
    ...(justification === undefined ? {} : { justification }),
    ...(text === undefined ? {} : { text }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(document.author === undefined ? {} : { author: document.author }),
    document: document.place,
    digest: document.digest,
    statement: index,
    signature: 'unverified',
  };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new VexError('unreadable', 'the VEX document cannot be read', path, String(cause), cause);
  }
}

/** A folder may hold other files too; what is JSON and no VEX is passed over, since it was not named. */
function vexIn(bytes: Uint8Array, place: string): readonly VexDocument[] {
  try {
    return [readVex(bytes, place)];
  } catch (error) {
    if (error instanceof VexError && error.code === 'not-vex') return [];
    throw error;
  }
}

function filesIn(folder: string, depth: number): string[] {
  const files: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < deepest) files.push(...filesIn(path, depth + 1));
    else if (entry.isFile() && entry.name.endsWith('.json')) files.push(path);
    if (files.length > mostFiles) throw new VexError('too-large', 'the folder has too many VEX documents', folder);
  }
  return files;
}

interface RepositoryEntry {
  readonly purl: Purl;
  readonly path: string;
}

/** VEX Repository Specification 0.1: `index.json` = { packages: [ { id: purl without version, location, format? } ] }. */
function repositoryIndex(folder: string): readonly RepositoryEntry[] | undefined {
  const path = join(folder, 'index.json');
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const index = parsed(read(path)) as { readonly packages?: unknown } | undefined;
  if (!Array.isArray(index?.packages)) return undefined;
  return index.packages.flatMap((entry: { readonly id?: unknown; readonly location?: unknown } | null) => {
    const purl = typeof entry?.id === 'string' ? parsePurl(entry.id) : undefined;
    const inside = typeof entry?.location === 'string' && !/(^|\/)\.\.(\/|$)|^\/|\\/.test(entry.location);
    return purl && inside ? [{ purl, path: join(folder, String(entry.location)) }] : [];
  });
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

function covers(said: Purl, found: Purl): boolean {
  return said.type === found.type && said.name === found.name && (said.namespace ?? '') === (found.namespace ?? '');
}

function attachedTo(image: Image): readonly VexDocument[] {
  const attachments = image.kind === 'layered' ? (image.attachments?.() ?? []) : [];
  return attachments.flatMap((attachment) => {
    const bytes = statementIn(attachment);
    return bytes === undefined ? [] : vexIn(bytes, attachment.digest);
  });
}

/** An OpenVEX document as it is, or as the predicate of an in-toto statement, in a DSSE envelope or not. */
function statementIn({ bytes }: Attachment): Uint8Array | undefined {
  let value = parsed(bytes) as Readonly<Record<string, unknown>> | undefined;
  if (typeof value?.['payload'] === 'string') {
    value = parsed(Buffer.from(value['payload'], 'base64')) as typeof value;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (typeof value['predicateType'] !== 'string') return bytes;
  return value['predicateType'].startsWith('https://openvex.dev/ns')
    ? Buffer.from(JSON.stringify(value['predicate'] ?? {}))
    : undefined;
}
