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

/** Fields of a package's record that tell who built it. */
export interface Signs {
  readonly version: string;
  readonly maintainer?: string | undefined;
}

interface Builder extends Pick<Row, 'name' | 'on' | 'except'> {
  readonly byVersion: RegExp | undefined;
  readonly byMaintainer: RegExp | undefined;
}

const rows: readonly Row[] = table;
const builders: readonly Builder[] = rows.map(({ name, on, except, version, maintainer }) => ({
  name,
  ...(on && { on }),
  ...(except && { except }),
  byVersion: version === undefined ? undefined : new RegExp(version, 'u'),
  byMaintainer: maintainer === undefined ? undefined : new RegExp(maintainer, 'u'),
}));
/** Nearly no maintainer tells anything: one test finds that out. */
const anyMaintainer = new RegExp(rows.flatMap(({ maintainer }) => maintainer ?? []).join('|'), 'u');
/** Every sign in a version has such letters, and most versions have none. */
const word = /[a-z]{3}/;

/**
 * Who built a package of that distribution, where it is surely not the distribution. Anyone may maintain a package of
 * Debian, and a rebuild keeps its maintainer, so most packages of others can't be told: then nothing is said.
 */
export function thirdParties(distro: Distro | undefined): (signs: Signs) => string | undefined {
  if (distro === undefined) return () => undefined;
  const here = builders.filter(({ on, except }) => (on?.includes(distro.id) ?? true) && !except?.includes(distro.id));
  const byVersion = memo((version) => here.find((one) => one.byVersion?.test(version))?.name);
  const byMaintainer = memo((maintainer) =>
    anyMaintainer.test(maintainer) ? here.find((one) => one.byMaintainer?.test(maintainer))?.name : undefined,
  );
  return ({ version, maintainer }) =>
    (word.test(version) ? byVersion(version) : undefined) ??
    (maintainer === undefined ? undefined : byMaintainer(maintainer));
}

function memo(answer: (text: string) => string | undefined): (text: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (text) => {
    if (!known.has(text)) known.set(text, answer(text));
    return known.get(text);
  };
}
