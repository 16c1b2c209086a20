import table from './repository-ecosystems.json' with { type: 'json' };

interface Row {
  /** Of the distribution. */
  readonly ecosystem: string;
  /** Name of a repository to the package manager. */
  readonly repository: string;
  /** Ecosystem of its packages, `$1` for the group of `repository`. */
  readonly named: string;
}

const rows: readonly Row[] = table;

/**
 * The ecosystem of a package that was installed from this repository: that of the distribution, unless the repository has
 * notices of its own on packages of the same names.
 */
export function repositoryEcosystem(ecosystem: string, repository: string | undefined): string {
  for (const row of repository === undefined ? [] : rows) {
    const match = new RegExp(row.repository, 'u').exec(repository ?? '');
    if (match && new RegExp(row.ecosystem, 'u').test(ecosystem)) return row.named.replace('$1', () => match[1] ?? '');
  }
  return ecosystem;
}
