import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AdvisorySource } from '../../src/advisory/advisory.ts';
import { openDatabase, updateDatabase } from '../../src/database/database.ts';
import type { Finding } from '../../src/finding/finding.ts';
import { zipFile } from '../../src/internal/testdata/zip-file.ts';
import { assess } from '../../src/scan/assess.ts';
import { advisorySources, versionSchemes } from '../../src/scan/ecosystems.ts';
import { judgedOf } from '../../src/scan/judged.ts';
import { precedence } from '../../src/scan/precedence.ts';
import type { Label, QualityDocument, QualitySet } from './set.ts';
import { wholePackage } from './set.ts';

/** How well one set was judged. */
export interface Quality {
  readonly set: string;
  readonly labels: number;
  /** Affected, and found so. */
  readonly right: number;
  /** Affected, and not found so: the worst. */
  readonly missed: readonly string[];
  /** Found though not affected, or not labelled at all. */
  readonly wrong: readonly string[];
  /** Fixes that differ from the label's. */
  readonly fixes: readonly string[];
  /** Findings of which the verdict is unknown, and labels that it should be. */
  readonly unknown: number;
  readonly unknownWanted: number;
}

/** Builds a database from the documents of a set and judges its packages. */
export async function measure(set: QualitySet, root: string): Promise<Quality> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-quality-'));
  try {
    const path = join(folder, 'db');
    const mirror = join(folder, 'mirror');
    for (const document of set.documents) layOut(document, root, mirror);
    const sources = await sourcesOf(set.documents);
    const { feeds } = await updateDatabase({ path, sources, mirror, tool: 'quality' });
    const failed = feeds.find(({ kind }) => kind !== 'updated');
    if (failed) throw new Error(`${set.name}: ${failed.url} ${JSON.stringify(failed)}`);
    const database = openDatabase(path);
    try {
      const all = set.packages.map(wholePackage);
      const judged = judgedOf(all, { advisories: database, schemes: versionSchemes });
      return compare(set, assess(judged.packages, database, { precedence, all, release: set.release }).findings);
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function layOut({ url, files, pack }: QualityDocument, root: string, mirror: string): void {
  const path = join(mirror, decodeURIComponent(url.slice('https://'.length)));
  mkdirSync(dirname(path), { recursive: true });
  const read = files.map((file) => ({ name: file, bytes: readFileSync(join(root, file)) }));
  const [first] = read;
  if (first === undefined) throw new Error(`a document without files: ${url}`);
  if (pack === undefined) writeFileSync(path, first.bytes);
  else if (pack === 'zip') writeFileSync(path, zipFile(read));
  else writeFileSync(path, zipFile(read.flatMap(({ name, bytes }) => listed(name, bytes))));
}

/** The records of a JSON list, as files of an archive. */
function listed(name: string, bytes: Uint8Array): { name: string; bytes: Buffer }[] {
  const records = JSON.parse(Buffer.from(bytes).toString('utf8')) as readonly unknown[];
  return records.map((record, at) => ({ name: `${name}/${at}.json`, bytes: Buffer.from(JSON.stringify(record)) }));
}

/** The sources of the documents, each with these feeds alone. */
async function sourcesOf(documents: readonly QualityDocument[]): Promise<AdvisorySource[]> {
  const all = await advisorySources();
  return all.flatMap((source) => {
    const mine = documents.filter((document) => document.source === source.id);
    if (mine.length === 0) return [];
    const feeds = mine.map(({ url, ecosystems }) => ({ url, ecosystems }));
    const parse: AdvisorySource['parse'] = (...given) => source.parse(...given);
    const { id, role } = source;
    return [{ id, ...(role && { role }), lists: (name) => source.lists(name), feeds: () => feeds, parse }];
  });
}

function compare(set: QualitySet, findings: readonly Finding[]): Quality {
  const found = new Map(findings.map((finding) => [nameOf(finding), finding]));
  const labelled = new Set(set.labels.map((label) => `${label.package} ${label.flaw}`));
  const missed: string[] = [];
  const wrong: string[] = [];
  const fixes: string[] = [];
  let right = 0;
  let unknown = 0;
  for (const label of set.labels) {
    const finding = found.get(`${label.package} ${label.flaw}`);
    const said = finding?.verdict ?? 'not-affected';
    if (said === 'unknown') unknown++;
    const line = `${label.package} ${label.flaw}: ${said}, but it is ${label.verdict} (${label.because})`;
    if (label.verdict === 'affected' && said === 'affected') right++;
    else if (label.verdict !== said)
      (label.verdict === 'not-affected' || said === 'affected' ? wrong : missed).push(line);
    if (finding && differs(label, finding))
      fixes.push(`${line}: fix ${finding.fix.version ?? 'none'}, not ${label.fix}`);
  }
  for (const [name, { verdict }] of found) {
    if (!labelled.has(name)) wrong.push(`${name}: ${verdict}, and nobody labelled it`);
  }
  const unknownWanted = set.labels.filter(({ verdict }) => verdict === 'unknown').length;
  return { set: set.name, labels: set.labels.length, right, missed, wrong, fixes, unknown, unknownWanted };
}

function nameOf({ package: { name, version }, vulnerability: { id } }: Finding): string {
  return `${name}@${version} ${id}`;
}

function differs({ fix }: Label, finding: Finding): boolean {
  return fix !== undefined && finding.fix.version !== fix;
}

/** Of what was found, how much is so; 1 where nothing was found. */
export function precision({ right, wrong }: Pick<Quality, 'right' | 'wrong'>): number {
  return right + wrong.length === 0 ? 1 : right / (right + wrong.length);
}

/** Of what is so, how much was found; 1 where nothing is. */
export function recall({ right, missed }: Pick<Quality, 'right' | 'missed'>): number {
  return right + missed.length === 0 ? 1 : right / (right + missed.length);
}
