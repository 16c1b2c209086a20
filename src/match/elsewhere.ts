import type { Package } from '../inventory/inventory.ts';
import rows from './elsewhere.json' with { type: 'json' };

/** Flaws of a source whose code is not in some of the packages that are built from it. */
interface Row {
  readonly ecosystems: readonly string[];
  readonly source: string;
  /** Names; a `*` at the end stands for anything. */
  readonly packages: readonly string[];
  /** Only these; all when absent. */
  readonly flaws?: readonly string[];
  readonly because: string;
}

const bySource: ReadonlyMap<string, readonly Row[]> = Map.groupBy<string, Row>(rows, ({ source }) => source);

/** Why a flaw of its source (by CVE) is not in this package; `undefined` where it may be. */
export function elsewhere(found: Package, flaw: string): string | undefined {
  const candidates = bySource.get(found.source?.name ?? found.name);
  return candidates?.find((row) => speaksOf(row, found, flaw))?.because;
}

function speaksOf(row: Row, { name, ecosystem = '' }: Package, flaw: string): boolean {
  const [publisher = ''] = ecosystem.split(':');
  const named = row.packages.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
  return named && row.ecosystems.includes(publisher) && (row.flaws?.includes(flaw) ?? true);
}
