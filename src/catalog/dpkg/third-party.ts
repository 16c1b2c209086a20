import type { Distro } from '../../distro/distro.ts';
import table from './third-parties.json' with { type: 'json' };

/** A row of the table: a package is that builder's when its version or maintainer says so. */
interface Row {
  readonly name: string;
  /** Only on these distributions; on all if absent. */
  readonly on?: readonly string[];
  /** Distributions that build such packages themselves. */
  readonly except?: readonly string[];
  readonly version?: string;
  readonly maintainer?: string;
}

const rows: readonly Row[] = table;

/** Fields of a package's record that tell who built it. */
export interface Signs {
  readonly version: string;
  readonly maintainer?: string | undefined;
}

interface Builder {
  readonly name: string;
  readonly version: RegExp | undefined;
  readonly maintainer: RegExp | undefined;
}

/**
 * Who built a package of that distribution, where it is surely not the distribution. Anyone may maintain a package of
 * Debian, and a rebuild keeps its maintainer, so most packages of others can't be told: then nothing is said.
 */
export function thirdParties(distro: Distro | undefined): (signs: Signs) => string | undefined {
  if (distro === undefined) return () => undefined;
  const builders = rows
    .filter(({ on, except }) => (on?.includes(distro.id) ?? true) && !except?.includes(distro.id))
    .map(builderOf);
  const byVersion = memo((version) => builders.find((one) => one.version?.test(version))?.name);
  const byMaintainer = memo((maintainer) => builders.find((one) => one.maintainer?.test(maintainer))?.name);
  // Nearly no version tells anything: one test finds that out.
  const anyVersion = new RegExp(rows.flatMap(({ version }) => version ?? []).join('|'), 'u');
  return ({ version, maintainer }) => {
    const told = anyVersion.test(version) ? byVersion(version) : undefined;
    return told ?? (maintainer === undefined ? undefined : byMaintainer(maintainer));
  };
}

function memo(answer: (text: string) => string | undefined): (text: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (text) => {
    if (!known.has(text)) known.set(text, answer(text));
    return known.get(text);
  };
}

function builderOf({ name, version, maintainer }: Row): Builder {
  return { name, version: pattern(version), maintainer: pattern(maintainer) };
}

function pattern(source: string | undefined): RegExp | undefined {
  return source === undefined ? undefined : new RegExp(source, 'u');
}
