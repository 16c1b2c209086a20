import type { ArchiveFacts } from './facts.ts';
import wellKnown from './well-known.json' with { type: 'json' };

/** The group of an artifact that no descriptor names, and what it was told from. */
export interface Group {
  readonly group: string;
  readonly by: string;
  readonly certainty: 'likely' | 'guessed';
}

interface Known {
  readonly pattern: string;
  readonly group: string;
  readonly evidence: readonly string[];
  /** Only versions before this one. */
  readonly before: readonly number[] | undefined;
}

const known: readonly Known[] = wellKnown.map(([pattern, group, evidence, before]) => ({
  pattern: pattern ?? '',
  group: group ?? '',
  evidence: evidence?.split('|') ?? [],
  before: before === undefined ? undefined : numbersOf(before),
}));
const knownNames: ReadonlyMap<string, readonly Known[]> = Map.groupBy(
  known.filter(({ pattern }) => !pattern.endsWith('*')),
  ({ pattern }) => pattern,
);
/** The longer pattern says more. */
const knownPrefixes: readonly Known[] = known
  .filter(({ pattern }) => pattern.endsWith('*'))
  .map((row) => ({ ...row, pattern: row.pattern.slice(0, -1) }))
  .toSorted((a, b) => b.pattern.length - a.pattern.length);

/** Owners of so many groups that their name alone tells none. */
const broad: ReadonlySet<string> = new Set([
  'com.sun',
  'com.google',
  'com.oracle',
  'org.apache',
  'org.codehaus',
  'org.eclipse',
  'org.glassfish',
  'org.jboss',
  'org.objectweb',
  'org.osgi',
  'org.springframework',
  'net.sf',
  'net.sourceforge',
  'com.github',
  'io.github',
  'com.ibm',
  'com.microsoft',
  'com.fasterxml',
]);

/**
 * Concludes the group of an artifact, the surest way first: a well-known artifact of which the archive has the classes or
 * modules; `group#artifact;version` as a title; a vendor's identifier beside the artifact as title; a bundle's name of
 * group and artifact; then guesses from the vendor and from the packages of the classes.
 */
export function groupOf(facts: ArchiveFacts, artifact: string, version: string): Group | undefined {
  const attributes = facts.manifest;
  const title = attributes['Implementation-Title'] ?? '';
  const row = knownOf(facts, artifact, version);
  if (row) return { group: row.group, by: 'well-known artifact', certainty: 'likely' };
  const ivy = /^([\w.-]+)#[\w.-]+;/.exec(title)?.[1];
  if (ivy !== undefined) return { group: ivy, by: 'manifest', certainty: 'likely' };
  const vendor = groupLike(attributes['Implementation-Vendor-Id']);
  const plain = artifact.replace(/_(?:2\.\d+|3)$/, '');
  if (vendor !== undefined && title === plain) return { group: vendor, by: 'manifest', certainty: 'likely' };
  const bundle = bundleName(facts);
  if (plain.includes('-') && bundle.endsWith(`.${plain}`)) {
    const group = groupLike(bundle.slice(0, -plain.length - 1));
    if (group !== undefined) return { group, by: 'manifest', certainty: 'likely' };
  }
  return guessed(facts, artifact, vendor);
}

/** The well-known artifact that it is: of that name, and with what its archives have. */
function knownOf(facts: ArchiveFacts, artifact: string, version: string): Known | undefined {
  const numbers = numbersOf(version);
  const fits = ({ before, evidence }: Known): boolean =>
    (before === undefined || isBefore(numbers, before)) && evidence.some((start) => shows(facts, start));
  return (
    knownNames.get(artifact)?.find(fits) ?? knownPrefixes.find((row) => artifact.startsWith(row.pattern) && fits(row))
  );
}

function numbersOf(version: string): number[] {
  return version.split(/[^\d]+/, 4).map(Number);
}

function isBefore(version: readonly number[], other: readonly number[]): boolean {
  const at = other.findIndex((number, index) => number !== (version[index] ?? 0));
  return at >= 0 && (version[at] ?? 0) < (other[at] ?? 0);
}

const namingAttributes = [
  'Automatic-Module-Name',
  'Bundle-SymbolicName',
  'Extension-Name',
  'Implementation-Title',
  'Implementation-Vendor',
  'Implementation-Vendor-Id',
] as const;

function shows({ packages, manifest }: ArchiveFacts, start: string): boolean {
  return (
    packages.some((name) => isBelow(name, start)) ||
    namingAttributes.some((attribute) => isBelow(manifest[attribute] ?? '', start))
  );
}

function isBelow(name: string, start: string): boolean {
  return name.startsWith(start) && /^(?:[.\-#;:]|$)/.test(name.slice(start.length));
}

function guessed(facts: ArchiveFacts, artifact: string, vendor: string | undefined): Group | undefined {
  if (vendor !== undefined && facts.packages.some((name) => isBelow(name, vendor)))
    return { group: vendor, by: 'manifest', certainty: 'guessed' };
  const bundle = bundleName(facts);
  const prefix = bundle.endsWith(`.${artifact}`) ? groupLike(bundle.slice(0, -artifact.length - 1)) : undefined;
  if (prefix !== undefined) return { group: prefix, by: 'manifest', certainty: 'guessed' };
  const [first = ''] = artifact.toLowerCase().split(/[-_.]/);
  const root = commonPackage(facts.packages);
  const at = root.findIndex((part, index) => index > 0 && part.toLowerCase() === first);
  if (at > 0) return { group: root.slice(0, at + 1).join('.'), by: 'class packages', certainty: 'guessed' };
  const start = facts.manifest['Start-Class'];
  const application = start?.includes('.') ? start.slice(0, start.lastIndexOf('.')) : undefined;
  return application === undefined ? undefined : { group: application, by: 'start class', certainty: 'guessed' };
}

function commonPackage(packages: readonly string[]): string[] {
  const [first = '', ...others] = packages.map((name) => name.split('.'));
  if (first === '') return [];
  const end = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  return end < 0 ? first : first.slice(0, end);
}

function bundleName({ manifest }: ArchiveFacts): string {
  return (manifest['Bundle-SymbolicName'] ?? '').split(';', 1)[0]?.trim() ?? '';
}

function groupLike(text: string | undefined): string | undefined {
  return text !== undefined && /^[a-z][\w-]*(?:\.[a-z][\w-]*)+$/.test(text) && !broad.has(text) ? text : undefined;
}
