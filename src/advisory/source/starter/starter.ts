// The embedded starter set: flaws that are well known or exploited, for images scanned with no database and no network.
// The data is starter.json; tools/starter/verify.ts checks every statement of it against the distributions' own records.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Advisory, Affected, Reference, Severity } from '../../advisory.ts';

/** What vouches for one statement. */
export interface StarterEvidence {
  /**
   * `debian-changelog`: the entry of `fixed` is the first of that release's line that names the flaw (or has `words`);
   * `debian-advisory`: the DSA or DLA `ref` gives `fixed`; `alpine-secdb`: the release's secdb has it under `fixed`, or
   * under `0` when not affected; `almalinux-osv`: the record `ref` gives `fixed`;
   * `upstream-range`: the release never had a version as new as the first flawed one, `ref`.
   */
  readonly kind: 'debian-changelog' | 'debian-advisory' | 'alpine-secdb' | 'almalinux-osv' | 'upstream-range';
  readonly ref?: string;
  /** What the changelog says instead of the identifier. */
  readonly words?: string;
}

/** What is known of some packages in some releases: the same fixed version for all, or not affected. */
export interface StarterStatement {
  readonly ecosystems: readonly string[];
  readonly packages: readonly string[];
  readonly status?: 'not-affected';
  /** First flawed version; absent when all before `fixed` are. */
  readonly introduced?: string;
  readonly fixed?: string;
  readonly evidence: StarterEvidence;
}

/** One flaw as starter.json holds it. */
export interface StarterFlaw {
  readonly id: string;
  readonly title: string;
  readonly severity?: Severity;
  /** True when it is in CISA's catalogue of exploited flaws of 25 August 2025. */
  readonly exploited?: true;
  readonly references?: readonly string[];
  readonly affected: readonly StarterStatement[];
}

/** What the set holds, for the report to say. */
export interface StarterInfo {
  /** Number of flaws. */
  readonly entries: number;
  /** ISO 8601 date of the distributions' records that it was checked against: flaws of later days are not in it. */
  readonly asOf: string;
  /** Ecosystems that it says anything of, sorted. */
  readonly ecosystems: readonly string[];
  /** `sha256:…` of the data file. */
  readonly digest: string;
}

interface StarterFile {
  readonly asOf: string;
  readonly flaws: readonly StarterFlaw[];
}

const catalogue = 'https://www.cisa.gov/known-exploited-vulnerabilities-catalog';

let loaded: { readonly file: StarterFile; readonly digest: string } | undefined;

function load(): { readonly file: StarterFile; readonly digest: string } {
  if (loaded === undefined) {
    const bytes = readFileSync(new URL('./starter.json', import.meta.url));
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    loaded = { file: JSON.parse(bytes.toString('utf8')) as StarterFile, digest };
  }
  return loaded;
}

/** The flaws with their evidence, as the data file has them; read on first use. */
export function starterFlaws(): readonly StarterFlaw[] {
  return load().file.flaws;
}

/** Size, date and reach of the set. */
export function starterInfo(): StarterInfo {
  const { file, digest } = load();
  const ecosystems = new Set(file.flaws.flatMap((flaw) => flaw.affected.flatMap((statement) => statement.ecosystems)));
  return { entries: file.flaws.length, asOf: file.asOf, ecosystems: [...ecosystems].toSorted(), digest };
}

/** The set as advisories, one per flaw, in the order of their identifiers. */
export function starterAdvisories(): readonly Advisory[] {
  return starterFlaws().map((flaw) => ({
    id: flaw.id,
    aliases: [],
    covers: [],
    summary: flaw.title,
    severities: flaw.severity === undefined ? [] : [flaw.severity],
    affected: flaw.affected.flatMap(spread),
    references: references(flaw),
  }));
}

function spread(statement: StarterStatement): Affected[] {
  return statement.ecosystems.flatMap((ecosystem) =>
    statement.packages.map((name) => ({
      ecosystem,
      package: name,
      appliesTo: ecosystem.startsWith('AlmaLinux:') ? ('binary' as const) : ('source' as const),
      ...(statement.fixed === undefined
        ? { status: 'not-affected' as const, ranges: [], fixState: 'unknown' as const }
        : {
            status: 'affected' as const,
            ranges: [
              {
                type: 'ecosystem' as const,
                events: [{ introduced: statement.introduced ?? '0' }, { fixed: statement.fixed }],
              },
            ],
            fixState: 'fixed' as const,
          }),
    })),
  );
}

function references(flaw: StarterFlaw): Reference[] {
  const said = (prefix: string): boolean =>
    flaw.affected.some((statement) => statement.ecosystems.some((ecosystem) => ecosystem.startsWith(prefix)));
  const notices = new Set(flaw.affected.flatMap(errata));
  return [
    ...(flaw.references ?? []).map((url) => ({ type: 'advisory' as const, url })),
    { type: 'web', url: `https://nvd.nist.gov/vuln/detail/${flaw.id}` },
    ...(said('Debian:')
      ? [{ type: 'web' as const, url: `https://security-tracker.debian.org/tracker/${flaw.id}` }]
      : []),
    ...(said('Alpine:') ? [{ type: 'web' as const, url: `https://security.alpinelinux.org/vuln/${flaw.id}` }] : []),
    ...[...notices].map((url) => ({ type: 'advisory' as const, url })),
    ...(flaw.exploited === true ? [{ type: 'report' as const, url: catalogue }] : []),
  ];
}

/** Pages of the AlmaLinux notices that a statement rests on. */
function errata({ ecosystems, evidence }: StarterStatement): string[] {
  if (evidence.kind !== 'almalinux-osv' || evidence.ref === undefined) return [];
  const page = `${evidence.ref.replace(':', '-')}.html`;
  return ecosystems.map((ecosystem) => `https://errata.almalinux.org/${ecosystem.slice('AlmaLinux:'.length)}/${page}`);
}
