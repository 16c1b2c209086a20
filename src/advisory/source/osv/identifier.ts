import table from './identifiers.json' with { type: 'json' };

/** What the prefix of a record's identifier says of the record. */
export interface IdentifierKind {
  /** A notice about an update, which may fix several flaws; otherwise the record is one flaw. */
  readonly notice: boolean;
  /** A notice that is no security matter unless it names a CVE. */
  readonly notSecurity: boolean;
  /** Its summary begins with Red Hat's impact word. */
  readonly impact: boolean;
  /** The package itself is malicious (OpenSSF). */
  readonly malware: boolean;
  /** Who speaks. */
  readonly by: string;
}

const NOTICES: ReadonlySet<string> = new Set(table.notices);
const NOT_SECURITY: ReadonlySet<string> = new Set(table.notSecurity);
const IMPACT: ReadonlySet<string> = new Set(table.impact);
const BY: ReadonlyMap<string, string> = new Map(Object.entries(table.by));

/** Tells by the prefix: one word (`GHSA-…`), or two (`SUSE-SU-…`). */
export function identifierKind(id: string): IdentifierKind {
  const [one = '', second = ''] = id.split('-', 2);
  const two = `${one}-${second}`;
  const prefix = NOTICES.has(two) ? two : one;
  return {
    notice: NOTICES.has(prefix),
    notSecurity: NOT_SECURITY.has(prefix),
    impact: IMPACT.has(prefix),
    malware: prefix === 'MAL',
    by: BY.get(prefix) ?? prefix.toLowerCase(),
  };
}

/** Other names of the record's flaw, and the flaws that it covers when it is a notice. */
export interface OtherNames {
  readonly aliases: readonly string[];
  readonly covers: readonly string[];
}

const CVE = /^(?:[A-Za-z]+-)?(CVE-\d{4}-\d{4,})$/;

/**
 * Sorts the names that a record gives (OSV schema 1.7, `aliases`, `upstream`, `related`). Of a notice, or where `upstream`
 * names several CVEs, the CVEs are what it covers; `related` counts for notices only, and where a notice has no names the
 * CVEs in the addresses of its references do. Otherwise `upstream` (`UBUNTU-CVE-…` of `CVE-…`) is the same flaw.
 */
export function otherNames(record: Readonly<Record<string, unknown>>, notice: boolean): OtherNames {
  const upstream = texts(record['upstream']);
  const named = [...texts(record['aliases']), ...upstream];
  if (!notice && cvesIn(upstream).size < 2) return { aliases: [...new Set(named)], covers: [] };
  const covers = cvesIn(notice ? [...named, ...texts(record['related'])] : upstream);
  if (covers.size === 0) for (const cve of cvesInReferences(record['references'])) covers.add(cve);
  return { aliases: [...new Set(named.filter((name) => !CVE.test(name)))], covers: [...covers] };
}

function cvesIn(names: readonly string[]): Set<string> {
  const cves = new Set<string>();
  for (const name of names) {
    const cve = CVE.exec(name)?.[1];
    if (cve !== undefined) cves.add(cve);
  }
  return cves;
}

function cvesInReferences(references: unknown): Set<string> {
  const text = JSON.stringify(references) ?? '';
  return new Set(text.match(/\bCVE-\d{4}-\d{4,19}\b/g) ?? []);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string' && item !== '') : [];
}
