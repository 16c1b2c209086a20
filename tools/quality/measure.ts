import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, updateDatabase } from '../../src/database/database.ts';
import type { Finding } from '../../src/finding/finding.ts';
import { assess } from '../../src/scan/assess.ts';
import { versionSchemes } from '../../src/scan/ecosystems.ts';
import { judgedOf } from '../../src/scan/judged.ts';
import { precedence } from '../../src/scan/precedence.ts';
import { layOut, sourcesOf } from './mirror.ts';
import { type Label, labelName, type QualitySet, wholePackage } from './set.ts';

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
    const only = sources.map(({ id }) => id);
    const { feeds } = await updateDatabase({ path, sources, only, mirror, tool: 'quality' });
    const failed = feeds.find(({ kind }) => kind !== 'updated');
    if (failed) throw new Error(`${set.name}: ${failed.url} ${JSON.stringify(failed)}`);
    const database = openDatabase(path);
    try {
      const all = set.packages.map(wholePackage);
      const judged = judgedOf(all, { advisories: database, schemes: versionSchemes });
      const { release, services } = set;
      return compare(set, assess(judged.packages, database, { precedence, all, release, services }).findings);
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compare(set: QualitySet, findings: readonly Finding[]): Quality {
  const names = new Map(set.packages.map((listed) => [wholePackage(listed).id, labelName(listed)]));
  const found = new Map(
    findings.map((finding) => [`${names.get(finding.package.id)} ${finding.vulnerability.id}`, finding]),
  );
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

function differs({ fix }: Label, finding: Finding): boolean {
  return fix !== undefined && (finding.fix.version ?? 'none') !== fix;
}

/** Of what was found, how much is so; 1 where nothing was found. */
export function precision({ right, wrong }: Pick<Quality, 'right' | 'wrong'>): number {
  return right + wrong.length === 0 ? 1 : right / (right + wrong.length);
}

/** Of what is so, how much was found; 1 where nothing is. */
export function recall({ right, missed }: Pick<Quality, 'right' | 'missed'>): number {
  return right + missed.length === 0 ? 1 : right / (right + missed.length);
}
