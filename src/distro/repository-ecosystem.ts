import table from './repository-ecosystems.json' with { type: 'json' };

interface Row {
  /** Of the distribution. */
  readonly ecosystem: string;
  /** Name of a repository to the package manager. */
  readonly repository?: string;
  /** Who built the package, where that is not the distribution. */
  readonly builder?: string;
  /** Ecosystem of its packages, `$1` for the group of `repository`, else of `ecosystem`. */
  readonly named: string;
}

const rows: readonly Row[] = table;

/** What is known of where a package came from. */
export interface PackageOrigin {
  readonly repository?: string | undefined;
  readonly builder?: string | undefined;
}

/**
 * The ecosystem of a package that was installed from this repository or built by somebody else: that of the distribution,
 * unless its packages have notices of their own.
 */
export function repositoryEcosystem(ecosystem: string, { repository, builder }: PackageOrigin): string {
  if (repository === undefined && builder === undefined) return ecosystem;
  for (const row of rows) {
    const release = new RegExp(row.ecosystem, 'u').exec(ecosystem);
    if (release === null) continue;
    const asked = row.repository === undefined || repository === undefined ? undefined : repository;
    const match = asked === undefined ? undefined : new RegExp(row.repository ?? '', 'u').exec(asked);
    if (match) return row.named.replace('$1', () => match[1] ?? release[1] ?? '');
    if (row.builder !== undefined && row.builder === builder) return row.named.replace('$1', () => release[1] ?? '');
  }
  return ecosystem;
}
