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

interface Builder extends Pick<Row, 'name' | 'on' | 'except'> {
  readonly byVendor: RegExp | undefined;
  readonly byRelease: RegExp | undefined;
  readonly byRepository: RegExp | undefined;
}

const builders: readonly Builder[] = rows.map(({ vendor, release, repository, ...row }) => ({
  ...row,
  byVendor: pattern(vendor),
  byRelease: pattern(release),
  byRepository: pattern(repository),
}));
/** Nearly no release tells anything: one test finds that out. */
const anyRelease = new RegExp(rows.flatMap(({ release }) => release ?? []).join('|'), 'iu');

/**
 * Who built a package of that distribution, where it is surely not the distribution. An unknown vendor says nothing: a
 * package that is wrongly a third party's would be judged by nobody.
 */
export function thirdParties(distro: Distro | undefined): (signs: Signs) => string | undefined {
  if (distro === undefined) return () => undefined;
  const here = builders.filter((builder) => isFor(builder, distro.id));
  const byVendor = memo((vendor) => here.find((one) => one.byVendor?.test(vendor))?.name);
  const byRepository = memo((repository) => here.find((one) => one.byRepository?.test(repository))?.name);
  return ({ vendor, release, repository }) => {
    const told = anyRelease.test(release) ? here.find((one) => one.byRelease?.test(release))?.name : undefined;
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

function isFor({ on, except }: Builder, id: string): boolean {
  return (on !== 'enterprise' || enterprise.has(id)) && !except?.includes(id);
}

function pattern(source: string | undefined): RegExp | undefined {
  return source === undefined ? undefined : new RegExp(source, 'iu');
}
