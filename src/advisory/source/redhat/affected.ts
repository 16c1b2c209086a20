import type { Affected, Severity } from '../../advisory.ts';
import { rangesBelow } from './fixes.ts';
import releases from './releases.json' with { type: 'json' };
import { withoutRepetition, withoutSilence } from './repetition.ts';
import { severityOf } from './severity.ts';
import type { Statement } from './statements.ts';

/** Releases for which a product that does not say upon which it is laid may have been built, where not known better. */
const RELEASES: readonly number[] = [7, 8, 9, 10];
const KNOWN: ReadonlyMap<string, readonly number[]> = new Map(Object.entries(releases));

/** What is said of one name in one line of builds. */
interface Subject {
  readonly statements: Statement[];
  readonly major: number;
}

/** The statements of a document, united where they are the same for several products and architectures. */
export function affectedIn(statements: readonly Statement[]): readonly Affected[] {
  const united = new Map<string, { readonly entry: Affected; readonly products: Set<string> }>();
  for (const subject of subjectsOf(withoutSilence(withoutRepetition(statements))).values()) {
    const product = subject.statements[0]?.component.platform.cpe ?? '';
    for (const entry of entriesOf(subject)) {
      const key = JSON.stringify(entry);
      const known = united.get(key);
      if (known) known.products.add(product);
      else united.set(key, { entry, products: new Set([product]) });
    }
  }
  return [...united.values(), ...afterMaintenance(united)].map(({ entry, products }) => ({
    ...entry,
    qualifiers: { ...entry.qualifiers, products: [...products].toSorted() },
  }));
}

type United = ReadonlyMap<string, { readonly entry: Affected; readonly products: ReadonlySet<string> }>;

/**
 * What only the extended life cycle fixes is open in the release itself, whose maintenance has ended: nothing else is
 * said of it, and silence would read as safe.
 */
function afterMaintenance(united: United): { readonly entry: Affected; readonly products: Set<string> }[] {
  const spoken = new Set<string>();
  for (const { entry, products } of united.values())
    for (const product of products) spoken.add(`${product} ${subjectOf(entry)}`);
  return [...united.values()].flatMap(({ entry, products }) =>
    [...products].flatMap((product) => {
      const major = /:rhel_els:(\d+)$/.exec(product)?.[1];
      const main = `cpe:/o:redhat:enterprise_linux:${major}`;
      if (major === undefined || entry.status !== 'affected' || spoken.has(`${main} ${subjectOf(entry)}`)) return [];
      const note = `fixed for Extended Life Cycle Support only${entry.note === undefined ? '' : `: ${entry.note}`}`;
      return { entry: { ...entry, fixState: 'end-of-life' as const, note }, products: new Set([main]) };
    }),
  );
}

function subjectOf({ appliesTo, package: name, qualifiers }: Affected): string {
  return `${appliesTo} ${name} ${qualifiers?.module ?? ''}`;
}

/** Statements by release, name, module and product. */
function subjectsOf(statements: readonly Statement[]): ReadonlyMap<string, Subject> {
  const subjects = new Map<string, Subject>();
  for (const statement of statements) {
    const { name, kind, module = '', platform } = statement.component;
    for (const major of releasesOf(statement)) {
      const key = `${major} ${kind} ${name} ${module} ${platform.cpe}`;
      const known = subjects.get(key);
      if (known) known.statements.push(statement);
      else subjects.set(key, { statements: [statement], major });
    }
  }
  return subjects;
}

/** What is laid upon a release says which, or its builds do. */
function releasesOf({ component: { platform, version } }: Statement): readonly number[] {
  const major = platform.major ?? Number(/\.el(\d+)/.exec(version ?? '')?.[1] ?? Number.NaN);
  if (!Number.isNaN(major)) return [major];
  return KNOWN.get(platform.cpe.split(':')[3] ?? '') ?? RELEASES;
}

function entriesOf({ statements, major }: Subject): readonly Affected[] {
  const entries: Affected[] = [];
  const fixed = statements.filter(({ status }) => status === 'fixed');
  for (const same of byArchitecture(fixed)) entries.push(fixedEntry(same, major));
  const isAlone = statements.every(({ status }) => status === 'not-affected');
  for (const statement of statements) {
    const { status, fixState } = statement;
    if (status === 'fixed' || (status === 'not-affected' && !isAlone)) continue;
    entries.push({ ...baseOf(statement, major), status, fixState, ...noteOf(statement.note) });
  }
  return entries;
}

/** More than there are: such a document is none that tells them apart. */
const MOST_ARCHITECTURES = 32;

interface Builds {
  readonly versions: readonly string[];
  readonly architectures: readonly string[];
  readonly statements: readonly Statement[];
}

/** Builds of architectures that have the same versions are together; builds for every architecture are of each. */
function byArchitecture(fixed: readonly Statement[]): readonly Builds[] {
  const groups = Map.groupBy(fixed, ({ component: { architecture = 'noarch' } }) => architecture);
  const everywhere = groups.get('noarch') ?? [];
  if (groups.size > MOST_ARCHITECTURES) return [{ versions: versionsOf(fixed), architectures: [], statements: fixed }];
  if (groups.size > 1) groups.delete('noarch');
  const alike = new Map<string, { versions: readonly string[]; architectures: string[]; statements: Statement[] }>();
  for (const [architecture, own] of groups) {
    const statements = architecture === 'noarch' ? own : [...own, ...everywhere];
    const versions = versionsOf(statements);
    const key = JSON.stringify(versions);
    const known = alike.get(key);
    if (known) {
      known.architectures.push(architecture);
      known.statements.push(...statements);
    } else alike.set(key, { versions, architectures: [architecture], statements: [...statements] });
  }
  return Array.from(alike.values(), ({ architectures, ...same }) => ({
    ...same,
    // What is said of every architecture that there is needs none.
    architectures: alike.size === 1 ? [] : architectures.toSorted(),
  }));
}

function versionsOf(statements: readonly Statement[]): readonly string[] {
  return [...new Set(statements.map(({ component }) => component.version ?? ''))].toSorted();
}

function fixedEntry({ versions, architectures, statements }: Builds, major: number): Affected {
  const [first] = statements;
  if (first === undefined) throw new RangeError('builds without a statement');
  const ranges = versions.includes('') ? undefined : rangesBelow(versions);
  const base = baseOf(first, major);
  const note = [...new Set(statements.flatMap((one) => one.note ?? []))].toSorted().slice(0, 4).join(', ');
  if (ranges === undefined) return { ...base, status: 'undetermined', note: 'fixed in a version that can not be read' };
  return {
    ...base,
    status: 'affected',
    ranges,
    fixState: 'fixed',
    ...noteOf(note),
    qualifiers: { ...base.qualifiers, ...(architectures.length === 0 ? {} : { architectures }) },
  };
}

function baseOf({ component, impact }: Statement, major: number): Affected {
  const { name, kind, module } = component;
  const severity: Severity | undefined = impact === undefined ? undefined : severityOf(impact);
  // Modules came with RHEL 8: what names none is of none.
  const stream = module ?? (major < 8 ? undefined : '');
  return {
    ecosystem: `Red Hat:${major}`,
    package: name,
    appliesTo: kind,
    status: 'affected',
    ranges: [],
    fixState: 'unknown',
    ...(severity === undefined ? {} : { severity }),
    qualifiers: stream === undefined ? {} : { module: stream },
  };
}

function noteOf(note: string | undefined): Pick<Affected, 'note'> {
  return note === undefined || note === '' ? {} : { note };
}
