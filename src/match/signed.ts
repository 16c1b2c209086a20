import type { Package } from '../inventory/inventory.ts';
import rows from './signed.json' with { type: 'json' };

/** A source that signs what another built; advisories speak of that one alone. */
interface Row {
  readonly ecosystem: string;
  readonly source: string;
  /** `$1` stands for a group of `source`. */
  readonly of: string;
  /** What to replace in the version, and by what: a native package has no revision, thus no hyphen. */
  readonly version: string;
  readonly unsigned: string;
  /** Where that can be seen. */
  readonly evidence: string;
}

const rules = rows.map((row: Row) => ({ ...row, sources: new RegExp(row.source), versions: new RegExp(row.version) }));

/**
 * The source that was signed to make a package, with its version: `linux` 6.1.170-3 of `linux-signed-amd64` 6.1.170+3.
 * Undefined for all others.
 */
export function unsignedSource({ source, name, version, ecosystem = '' }: Package): Package['source'] {
  const signed = source ?? { name, version };
  // Most packages are none.
  if (!signed.name.includes('signed')) return undefined;
  const [publisher] = ecosystem.split(':');
  const rule = rules.find((row) => row.ecosystem === publisher && row.sources.test(signed.name));
  if (rule === undefined) return undefined;
  return {
    name: signed.name.replace(rule.sources, rule.of),
    version: signed.version.replace(rule.versions, rule.unsigned),
  };
}
