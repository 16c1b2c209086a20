import type { ImageFile } from '../catalog.ts';
import { bindingOf } from './marker.ts';
import type { PythonPackages } from './packages.ts';
import { folderOf, kindOf, lastOf, resolvePath } from './paths.ts';
import { type RequirementsEntry, readRequirements } from './requirements-file.ts';

interface Listed {
  readonly file: ImageFile;
  readonly entries: readonly RequirementsEntry[];
  /** Paths that it includes (`-r`). */
  readonly includes: readonly string[];
  /** Paths of constraints (`-c`). */
  readonly constraints: readonly string[];
}

type Pinned = Extract<RequirementsEntry, { kind: 'requirement' }>;

/**
 * Adds what files of requirements pin. A file that another includes is read once, as itself: a dev file's needs are the
 * application's when a file of the application includes it. What constraints pin is needed where a file that uses them
 * asks for it, and else may be missing.
 */
export function addRequirements(into: PythonPackages, files: readonly ImageFile[]): void {
  const lists = new Map<string, Listed>();
  for (const file of files) {
    const kind = kindOf(file.path);
    if (kind === 'requirements' || kind === 'constraints') lists.set(file.path, readList(into, file));
  }
  const constraining = new Set([...lists.values()].flatMap(({ constraints }) => constraints));
  const isConstraint = (path: string): boolean => kindOf(path) === 'constraints' || constraining.has(path);
  const tops = [...lists.keys()].filter((path) => !isConstraint(path) && !isForDevelopment(path));
  const needed = reachable(lists, tops, Number.POSITIVE_INFINITY);
  for (const [path, list] of lists) {
    checkIncluded(into, list, lists);
    const scope = isConstraint(path) && !needed.has(path) ? 'optional' : needed.has(path) ? undefined : 'dev';
    addEntries(into, list, scope, pinsFor(lists, path));
  }
}

function readList(into: PythonPackages, file: ImageFile): Listed {
  const { entries, faults } = readRequirements(file.bytes);
  const [fault] = faults;
  if (fault !== undefined) {
    const more = faults.length > 1 ? `; ${faults.length - 1} or more others` : '';
    into.problem('corrupt', 'Lines are no requirements', file, `${fault}${more}`);
  }
  const paths = (kind: 'include' | 'constrain'): string[] =>
    entries.flatMap((entry) => (entry.kind === kind ? (resolvePath(folderOf(file.path), entry.path) ?? []) : []));
  return { file, entries, includes: paths('include'), constraints: paths('constrain') };
}

const developmentWords: ReadonlySet<string> = new Set([
  'dev',
  'develop',
  'development',
  'doc',
  'docs',
  'lint',
  'test',
  'testing',
  'tests',
  'typing',
]);

/** By custom the name of a file says what it is for: `requirements-dev.txt`, `requirements/test.txt`. */
function isForDevelopment(path: string): boolean {
  return lastOf(path)
    .toLowerCase()
    .split(/[-_.]/)
    .some((word) => developmentWords.has(word));
}

function reachable(lists: ReadonlyMap<string, Listed>, starts: readonly string[], limit: number): ReadonlySet<string> {
  const seen = new Set(starts);
  for (const path of seen) {
    if (seen.size >= limit) break;
    for (const next of lists.get(path)?.includes ?? []) if (lists.has(next)) seen.add(next);
  }
  return seen;
}

/** Text that pip takes from the network is no file of the image. */
function checkIncluded(into: PythonPackages, list: Listed, lists: ReadonlyMap<string, Listed>): void {
  const missing = [...list.includes, ...list.constraints].find((path) => !lists.has(path));
  if (missing === undefined) return;
  into.problem('unreadable', 'A list of requirements includes another that is not there', list.file, missing);
}

/** Lists of constraints that one list uses. */
const maximumConstraints = 100;

/** Versions that the constraints of a file, and of those it includes, allow. */
function pinsFor(lists: ReadonlyMap<string, Listed>, path: string): (name: string) => Pinned | undefined {
  let pins: Map<string, Pinned> | undefined;
  return (name) => {
    pins ??= new Map(
      [...reachable(lists, lists.get(path)?.constraints ?? [], maximumConstraints)]
        .flatMap((constraint) => lists.get(constraint)?.entries ?? [])
        .flatMap((entry) => (entry.kind === 'requirement' ? [[entry.requirement.name, entry] as const] : [])),
    );
    return pins.get(name);
  };
}

function addEntries(
  into: PythonPackages,
  { file, entries }: Listed,
  listScope: 'dev' | 'optional' | undefined,
  pinFor: (name: string) => Pinned | undefined,
): void {
  const purls = new Map<string, string>();
  const listed = new Set(entries.flatMap((entry) => (entry.kind === 'requirement' ? [entry.requirement.name] : [])));
  for (const entry of entries) {
    if (entry.kind === 'elsewhere') into.versionless(entry.text, file);
    if (entry.kind !== 'requirement') continue;
    const { name, url, marker } = entry.requirement;
    const version = entry.requirement.version ?? pinFor(name)?.requirement.version;
    if (version === undefined) {
      into.versionless(name, file);
      continue;
    }
    const scope = listScope ?? (bindingOf(marker) === 'never' ? 'optional' : undefined);
    // Who is not in the list is the project.
    const direct = entry.direct || entry.askers.some((asker) => !listed.has(asker));
    const [integrity, second] = entry.hashes;
    const purl = into.add(
      {
        name,
        version,
        presence: 'locked',
        usage: { ...(direct ? { direct: true } : {}), ...(scope === undefined ? {} : { scope }) },
        metadata: {
          // One of several files would be a guess.
          ...(integrity === undefined || second !== undefined ? {} : { integrity }),
          ...(url === undefined ? {} : { origin: url }),
        },
      },
      file,
    );
    if (purl !== undefined) purls.set(name, purl);
  }
  for (const entry of entries) {
    if (entry.kind !== 'requirement') continue;
    const to = purls.get(entry.requirement.name);
    for (const asker of entry.askers) {
      const from = purls.get(asker);
      if (from !== undefined && to !== undefined) into.relate('depends-on', from, to, listScope);
    }
  }
}
