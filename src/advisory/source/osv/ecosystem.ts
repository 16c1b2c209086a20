import table from './ecosystems.json' with { type: 'json' };

/** How one ecosystem's OSV database is to be read. */
export interface Ecosystem {
  /** Without release: `AlmaLinux`, `Rocky Linux`, `npm`. */
  readonly name: string;
  readonly lists: 'disclosures' | 'fixes';
  /** What its package names are names of. */
  readonly appliesTo: 'source' | 'binary';
  /** Whether builds of RPM module streams stand among its versions. */
  readonly modular: boolean;
  /** Whether some fixes are only to be had of a paid service, which has an ecosystem of its own there. */
  readonly services: boolean;
  /** Whether records name the packages of a module that have the flaw (`ecosystem_specific.imports`). */
  readonly imports: boolean;
}

interface Row {
  readonly lists?: string;
  readonly appliesTo?: string;
  readonly modular?: boolean;
  readonly services?: boolean;
  readonly imports?: boolean;
}

const ECOSYSTEMS: ReadonlyMap<string, Ecosystem> = new Map(
  Object.entries<Row>(table).map(([name, row]) => [
    name,
    {
      name,
      lists: row.lists === 'fixes' ? 'fixes' : 'disclosures',
      appliesTo: row.appliesTo === 'source' ? 'source' : 'binary',
      modular: row.modular === true,
      services: row.services === true,
      imports: row.imports === true,
    },
  ]),
);

/**
 * The OSV database of an ecosystem, whose release (`:9`) is left aside; undefined when OSV publishes none. `appliesTo` is
 * what the data show: AlmaLinux names binary packages although the schema's text says source.
 */
export function ecosystemNamed(ecosystem: string): Ecosystem | undefined {
  const colon = ecosystem.indexOf(':');
  return ECOSYSTEMS.get(colon < 0 ? ecosystem : ecosystem.slice(0, colon));
}

/**
 * The ecosystem under which a record is kept. A repository behind the name (`Packagist:https://packages.drupal.org/8`,
 * `Maven:https://maven.google.com`) is left out: an image seldom tells which one a package came from, and a record that
 * is kept where nobody asks would be lost.
 */
export function withoutRepository(ecosystem: string): string {
  const colon = ecosystem.indexOf(':');
  return colon >= 0 && /^https?:\/\//i.test(ecosystem.slice(colon + 1)) ? ecosystem.slice(0, colon) : ecosystem;
}

/** All that OSV publishes, by name. */
export function allEcosystems(): readonly Ecosystem[] {
  return [...ECOSYSTEMS.values()];
}
