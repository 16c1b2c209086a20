// Checks the starter set's statements against feed snapshots in a folder laid out as FOLDER/<host>/<path>.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StarterFlaw, StarterStatement } from '../../src/advisory/source/starter/starter.ts';
import { zipEntries } from '../../src/internal/zip.ts';

/** What a check found: how many statements the source speaks of, and where it says something else. */
export interface Outcome {
  readonly checked: number;
  readonly disagreements: readonly string[];
}

interface OsvRecord {
  readonly id: string;
  readonly related?: readonly string[];
  readonly upstream?: readonly string[];
  readonly affected?: readonly {
    readonly package: { readonly ecosystem: string; readonly name: string };
    readonly ranges?: readonly { readonly events: readonly { readonly fixed?: string }[] }[];
  }[];
}

interface Secdb {
  readonly packages: readonly {
    readonly pkg: { readonly name: string; readonly secfixes: Readonly<Record<string, readonly string[]>> };
  }[];
}

type Tracker = Readonly<
  Record<string, Readonly<Record<string, { readonly releases: Readonly<Record<string, { fixed_version?: string }>> }>>>
>;

/** Every AlmaLinux statement: the records that name flaw and package give its fixed version and no other. */
export function checkAlmaLinux(feeds: string, flaws: readonly StarterFlaw[]): Outcome {
  const archive = readFileSync(join(feeds, 'osv-vulnerabilities.storage.googleapis.com/AlmaLinux/all.zip'));
  const wanted = new Set(flaws.map((flaw) => flaw.id));
  const said = new Map<string, Map<string, Set<string>>>();
  for (const entry of zipEntries(archive)) {
    if (!entry.name.endsWith('.json')) continue;
    const record = JSON.parse(Buffer.from(entry.bytes).toString('utf8')) as OsvRecord;
    for (const id of new Set([...(record.related ?? []), ...(record.upstream ?? [])])) {
      if (wanted.has(id)) noteRecord(said, id, record);
    }
  }
  return each(flaws, 'almalinux-osv', (flaw, statement, ecosystem, name) => {
    const fixed = said.get(`${flaw.id} ${ecosystem} ${name}`) ?? new Map<string, Set<string>>();
    if (fixed.size !== 1 || !fixed.has(statement.fixed ?? '')) return `the records say ${[...fixed.keys()].join(', ')}`;
    return fixed.get(statement.fixed ?? '')?.has(statement.evidence.ref ?? '') === true
      ? undefined
      : 'another record says so';
  });
}

function noteRecord(said: Map<string, Map<string, Set<string>>>, id: string, record: OsvRecord): void {
  for (const { package: named, ranges } of record.affected ?? []) {
    for (const { fixed } of (ranges ?? []).flatMap((range) => range.events)) {
      if (fixed === undefined || fixed.includes('.module_el')) continue;
      const key = `${id} ${named.ecosystem} ${named.name}`;
      const versions = said.get(key) ?? new Map<string, Set<string>>();
      versions.set(fixed, (versions.get(fixed) ?? new Set<string>()).add(record.id));
      said.set(key, versions);
    }
  }
}

/** Every Alpine statement: the release's secdb lists the flaw for the package under its fixed version and no other. */
export function checkAlpine(feeds: string, flaws: readonly StarterFlaw[]): Outcome {
  const said = new Map<string, Set<string>>();
  const releases = new Set(flaws.flatMap((flaw) => flaw.affected.flatMap((statement) => statement.ecosystems)));
  for (const ecosystem of releases) {
    for (const repository of ecosystem.startsWith('Alpine:') ? ['main', 'community'] : []) {
      const path = join(feeds, 'secdb.alpinelinux.org', ecosystem.slice(7), `${repository}.json`);
      if (!existsSync(path)) continue;
      for (const { pkg } of (JSON.parse(readFileSync(path, 'utf8')) as Secdb).packages) {
        for (const [version, lines] of Object.entries(pkg.secfixes)) {
          for (const id of lines.flatMap((line) => line.split(' '))) {
            const key = `${id} ${ecosystem} ${pkg.name}`;
            said.set(key, (said.get(key) ?? new Set()).add(version));
          }
        }
      }
    }
  }
  return each(flaws, 'alpine-secdb', (flaw, statement, ecosystem, name) => {
    const versions = [...(said.get(`${flaw.id} ${ecosystem} ${name}`) ?? [])];
    return versions.length === 1 && versions[0] === (statement.fixed ?? '0')
      ? undefined
      : `secdb says ${versions.join(', ')}`;
  });
}

/** Every Debian statement that the security tracker's data covers has the fixed version that it has. */
export function checkDebian(feeds: string, flaws: readonly StarterFlaw[]): Outcome {
  const path = join(feeds, 'security-tracker.debian.org/tracker/data/json');
  const tracker = JSON.parse(readFileSync(path, 'utf8')) as Tracker;
  const codenames: Readonly<Record<string, string>> = { '11': 'bullseye', '12': 'bookworm', '13': 'trixie' };
  let covered = 0;
  const { disagreements } = each(flaws, undefined, (flaw, statement, ecosystem, name) => {
    if (!ecosystem.startsWith('Debian:')) return undefined;
    const release = codenames[ecosystem.slice(7)] ?? '';
    const fixed = tracker[name]?.[flaw.id]?.releases[release]?.fixed_version;
    if (fixed === undefined) return statement.evidence.kind === 'debian-advisory' ? 'the tracker has none' : undefined;
    covered += 1;
    return fixed === statement.fixed ? undefined : `the tracker says ${fixed}`;
  });
  return { checked: covered, disagreements };
}

/** Calls `judge` for each flaw, ecosystem and package whose evidence is of `kind` (`undefined`: any kind). */
export function each(
  flaws: readonly StarterFlaw[],
  kind: StarterStatement['evidence']['kind'] | undefined,
  judge: (flaw: StarterFlaw, statement: StarterStatement, ecosystem: string, name: string) => string | undefined,
): Outcome {
  let checked = 0;
  const disagreements: string[] = [];
  for (const flaw of flaws) {
    for (const statement of flaw.affected) {
      if (kind !== undefined && statement.evidence.kind !== kind) continue;
      for (const ecosystem of statement.ecosystems) {
        for (const name of statement.packages) {
          checked += 1;
          const objection = judge(flaw, statement, ecosystem, name);
          const ours = statement.fixed ?? 'not affected';
          if (objection !== undefined) disagreements.push(`${flaw.id} ${ecosystem} ${name} ${ours}: ${objection}`);
        }
      }
    }
  }
  return { checked, disagreements };
}
