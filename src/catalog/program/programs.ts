import table from './programs.json' with { type: 'json' };

/** How advisories know a program. */
export interface ProgramNames {
  readonly ecosystem: string;
  /** `vendor:product` of CPE; absent where the ecosystem knows it by its own name. */
  readonly knownAs?: readonly string[];
}

/** A text in a program's file that tells its version. */
export interface VersionText {
  /** Bytes that are looked for; `pattern` is tried around each occurrence. */
  readonly anchor: Buffer;
  /** Global, on bytes as Latin-1; its first group is the version. */
  readonly pattern: RegExp;
}

/** What a file may be, by its name. */
export interface Candidate {
  readonly name: string;
  readonly texts: readonly VersionText[];
  /** Whether such files may well not tell their version: a library has it, or the file is of another product. */
  readonly partly: boolean;
}

/**
 * A row of the table. `files` are base names, or patterns where they begin with `^`; `$1` in `texts` is what the pattern's
 * group is in the name.
 */
interface Row {
  readonly name: string;
  readonly files: readonly string[];
  readonly texts: readonly { readonly anchor: string; readonly pattern: string }[];
  readonly ecosystem?: string;
  readonly knownAs?: readonly string[];
  readonly partly?: boolean;
}

const rows: readonly Row[] = table;
const exact = Map.groupBy(
  rows.flatMap((row) => row.files.filter((file) => !file.startsWith('^')).map((file) => ({ file, row }))),
  ({ file }) => file,
);
const patterns = rows.flatMap((row) =>
  row.files.filter((file) => file.startsWith('^')).map((file) => ({ pattern: new RegExp(file), row })),
);
const byName: ReadonlyMap<string, ProgramNames> = new Map(rows.map((row) => [row.name, namesIn(row)]));

function namesIn({ ecosystem = 'CPE', knownAs }: Row): ProgramNames {
  return knownAs === undefined ? { ecosystem } : { ecosystem, knownAs };
}

/** The programs that a file of that path may be, as far as its name tells. */
export function candidatesFor(path: string): readonly Candidate[] {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return [
    ...(exact.get(base) ?? []).map(({ row }) => candidateOf(row, '')),
    ...patterns.flatMap(({ pattern, row }) => {
      const found = pattern.exec(base);
      return found === null ? [] : [candidateOf(row, found[1] ?? '')];
    }),
  ];
}

/** By which names advisories speak of a program of the table. */
export function namesOf(name: string): ProgramNames | undefined {
  return byName.get(name);
}

function candidateOf({ name, texts, partly = false }: Row, part: string): Candidate {
  return {
    name,
    partly,
    texts: texts.map(({ anchor, pattern }) => ({
      anchor: Buffer.from(anchor.replace('$1', part), 'latin1'),
      pattern: new RegExp(pattern.replace('$1', part.replaceAll('.', String.raw`\.`)), 'g'),
    })),
  };
}
