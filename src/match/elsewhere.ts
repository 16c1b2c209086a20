import type { Package } from '../inventory/inventory.ts';
import rows from './elsewhere.json' with { type: 'json' };

/** Flaws of a source whose code is not in some of the packages that are built from it. */
interface Row {
  readonly ecosystems: readonly string[];
  /** Name; a `*` stands for anything. */
  readonly source: string;
  /** Names; a `*` stands for anything. */
  readonly packages: readonly string[];
  /** Only these; all when absent. */
  readonly flaws?: readonly string[];
  readonly because: string;
  /** Where that can be seen. */
  readonly evidence: string;
}

interface Rule extends Omit<Row, 'source' | 'packages'> {
  readonly sources: RegExp;
  readonly packages: RegExp;
}

const rules: readonly Rule[] = rows.map(({ source, packages, ...row }: Row) => {
  return { ...row, sources: named([source]), packages: named(packages) };
});

/** A few rules and thousands of packages: each source is looked for once. */
const ofSource = new Map<string, readonly Rule[]>();

/** Why a flaw of its source (by CVE) is not in this package; `undefined` where it may be. */
export function elsewhere(found: Package, flaw: string): string | undefined {
  const source = found.source?.name ?? found.name;
  const candidates = ofSource.get(source) ?? rules.filter(({ sources }) => sources.test(source));
  ofSource.set(source, candidates);
  return candidates.find((rule) => speaksOf(rule, found, flaw))?.because;
}

function speaksOf({ ecosystems, packages, flaws }: Rule, { name, ecosystem = '' }: Package, flaw: string): boolean {
  const [publisher = ''] = ecosystem.split(':');
  return ecosystems.includes(publisher) && (flaws?.includes(flaw) ?? true) && packages.test(name);
}

function named(patterns: readonly string[]): RegExp {
  const texts = patterns.map((pattern) => pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'));
  return new RegExp(`^(?:${texts.join('|')})$`);
}
