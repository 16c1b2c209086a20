import { packageNameKey } from '../advisory/package-name.ts';
import { ecosystemNamed } from '../advisory/source/osv/ecosystem.ts';
import { readRecord } from '../advisory/source/osv/record.ts';
import type { StoredEntry } from '../database/database.ts';
import type { Fix, Verdict } from '../finding/finding.ts';
import type { Package } from '../inventory/inventory.ts';
import type { VersionScheme } from '../version/version.ts';
import { matchPackages } from './match.ts';

const layer = { index: 0, diffId: '' };
const source = { name: 'osv', url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' };

function packageOf(ecosystem: string, name: string, version: string): Package {
  const purl = `pkg:x/${version}`;
  const where = [{ path: '/lock', layer }];
  const rest = { type: 'x', kind: 'binary', licenses: [], foundBy: 'x', metadata: { kind: 'language' } } as const;
  return { id: purl, name, version, ecosystem, purl, locations: where, ...rest };
}

/**
 * The record as our reader has it: the entries on a package, as the database would give them, but for the operating systems
 * that they are limited to, which the schema's evaluation does not look at.
 */
export function entriesOf(record: unknown, ecosystem: string, name: string): readonly StoredEntry[] {
  const read = ecosystemNamed(ecosystem);
  const advisory = read && readRecord(record, [read]);
  if (typeof advisory !== 'object') return [];
  const { id, aliases, covers } = advisory;
  const key = packageNameKey(ecosystem, name);
  return advisory.affected
    .filter((one) => one.ecosystem === ecosystem && packageNameKey(ecosystem, one.package) === key)
    .map((one): StoredEntry => {
      const { systems: _systems, ...qualifiers } = one.qualifiers ?? {};
      return { ...one, id, aliases, covers, feed: 1, source, qualifiers };
    });
}

/** What is made of one version. */
export interface Judged {
  readonly verdict: Verdict;
  readonly fix?: Fix;
}

/** What is made of each version by all that the record says: `affected` before `unknown`. */
export function judgeAll(
  versions: readonly string[],
  entries: readonly StoredEntry[],
  ecosystem: string,
  scheme: VersionScheme,
): ReadonlyMap<string, Judged> {
  const lookup = (_: string, __: string, to: string): readonly StoredEntry[] =>
    entries.filter(({ appliesTo }) => appliesTo === to);
  const packages = versions.map((version) => packageOf(ecosystem, 'tool', version));
  const { packages: matched } = matchPackages(packages, { lookup }, new Map([['x', scheme]]));
  const judged = new Map<string, Judged>(versions.map((version) => [version, { verdict: 'not-affected' }]));
  for (const { package: found, matches } of matched) {
    const said = matches.find((one) => one.verdict === 'affected') ?? matches.find((one) => one.verdict === 'unknown');
    if (said) judged.set(found.version, said);
  }
  return judged;
}
