import rows from './ecosystems.json' with { type: 'json' };

interface Row {
  readonly id: string;
  /** The os-release field that `pattern` looks at; `VERSION_ID` or the release number known for the codename if absent. */
  readonly field?: string;
  readonly pattern?: string;
  /** `$1`, `$2` stand for the groups of `pattern`. */
  readonly ecosystem?: string;
  /** Why there is no ecosystem. */
  readonly because?: string;
}

/** What is asked of the table. */
export interface Release {
  readonly id: string;
  readonly like: readonly string[];
  /** `VERSION_ID` or what is known to stand for it. */
  readonly number?: string | undefined;
  /** Fields by their os-release names. */
  readonly fields: ReadonlyMap<string, string>;
}

/** The OSV ecosystem of a release, or why it has none. */
export type EcosystemAnswer =
  | { readonly kind: 'named'; readonly ecosystem: string }
  | { readonly kind: 'nameless'; readonly because: string };

const table: readonly Row[] = rows;

/**
 * Looks up the OSV ecosystem (OSV schema, "Defined Ecosystems") of a release. A derivative is never taken for what it
 * is like: its packages and versions are its own.
 */
export function osvEcosystem(release: Release): EcosystemAnswer {
  const ofDistro = table.filter((row) => row.id === release.id);
  for (const row of ofDistro) {
    const subject = row.field === undefined ? release.number : release.fields.get(row.field);
    const match = new RegExp(row.pattern ?? '', 'u').exec(subject ?? '');
    if (match && row.ecosystem !== undefined) {
      return { kind: 'named', ecosystem: row.ecosystem.replace(/\$(\d)/g, (_, group) => match[Number(group)] ?? '') };
    }
    if (match && row.because !== undefined) {
      return { kind: 'nameless', because: row.because };
    }
  }
  if (ofDistro.length > 0) {
    return {
      kind: 'nameless',
      because: `${release.id} without a release that is known: ${release.number ?? 'none said'}`,
    };
  }
  const like = release.like.join(' ');
  return {
    kind: 'nameless',
    because: like === '' ? `${release.id} is not known` : `${release.id} is like ${like}, but its packages are its own`,
  };
}
