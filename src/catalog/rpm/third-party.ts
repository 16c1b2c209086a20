import type { Distro } from '../../distro/distro.ts';
import table from './third-parties.json' with { type: 'json' };

/** A row of the table; a package is that builder's when its vendor or release says so. */
interface Row {
  readonly name: string;
  /** Only on these distributions; on all if absent. */
  readonly on?: string;
  /** Distributions whose own vendor it is. */
  readonly except?: readonly string[];
  /** Patterns without regard to case. */
  readonly vendor?: string;
  readonly release?: string;
  /** Tells only of a package without a vendor: anyone may give a repository any name. */
  readonly repository?: string;
}

/** What tells who built a package. */
export interface Signs {
  readonly vendor?: string | undefined;
  readonly release: string;
  readonly repository?: string | undefined;
}

const rows: readonly Row[] = table.builders;
const enterprise: ReadonlySet<string> = new Set(table.enterprise);

interface Builder {
  readonly name: string;
  readonly vendor: RegExp | undefined;
  readonly release: RegExp | undefined;
  readonly repository: RegExp | undefined;
}

/**
 * Who built a package of that distribution, where it is surely not the distribution. An unknown vendor says nothing: a
 * package that is wrongly a third party's would be judged by nobody.
 */
export function thirdParties(distro: Distro | undefined): (signs: Signs) => string | undefined {
  if (distro === undefined) return () => undefined;
  const builders = rows.filter((row) => isFor(row, distro.id)).map(builderOf);
  // Nearly no release tells anything: one test finds that out.
  const anyRelease = new RegExp(rows.flatMap(({ release }) => release ?? []).join('|'), 'iu');
  const byVendor = memo((vendor) => builders.find((one) => one.vendor?.test(vendor))?.name);
  const byRepository = memo((repository) => builders.find((one) => one.repository?.test(repository))?.name);
  return ({ vendor, release, repository }) => {
    const told = anyRelease.test(release) ? builders.find((one) => one.release?.test(release))?.name : undefined;
    if (told !== undefined || vendor !== undefined) return told ?? byVendor(vendor ?? '');
    return repository === undefined ? undefined : byRepository(repository);
  };
}

function memo(answer: (text: string) => string | undefined): (text: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (text) => {
    if (!known.has(text)) known.set(text, answer(text));
    return known.get(text);
  };
}

function isFor({ on, except }: Row, id: string): boolean {
  return (on !== 'enterprise' || enterprise.has(id)) && !except?.includes(id);
}

function builderOf({ name, vendor, release, repository }: Row): Builder {
  return { name, vendor: pattern(vendor), release: pattern(release), repository: pattern(repository) };
}

function pattern(source: string | undefined): RegExp | undefined {
  return source === undefined ? undefined : new RegExp(source, 'iu');
}
