import type { ArchiveFacts, Coordinates, Descriptor } from './facts.ts';
import { type FileName, readFileName, readRepositoryPath, stemOf } from './file-name.ts';
import { groupOf } from './group.ts';

/** An artifact that an archive is or has in it. */
export interface Identity extends Coordinates {
  /** `tests`, `linux-x86_64`; empty for the main archive of an artifact. */
  readonly classifier: string;
  /** What it was told from. */
  readonly by: string;
  /** Absent where it is certain. A group that cannot be told is empty. */
  readonly certainty?: 'likely' | 'guessed';
}

/** What an archive is, if that can be told, and what else was put into it. */
export interface Identities {
  readonly own?: Identity;
  readonly contained: readonly { readonly identity: Identity; readonly descriptor: Descriptor }[];
}

/**
 * Who an archive at a path is: by the descriptor that Maven left in it and that fits its name; else by where a repository
 * keeps it, its manifest, its name. Other descriptors are of what was shaded into it.
 */
export function identify(facts: ArchiveFacts, path: string): Identities {
  const usable = facts.descriptors.filter(({ group, artifact, version }) => group && artifact && version);
  const name = readFileName(path, statedVersions(facts));
  const descriptor = ownDescriptor(usable, facts, path, name);
  const contained = usable
    .filter((other) => other !== descriptor && !isSame(other, descriptor))
    .map((other) => ({ identity: { ...coordinates(other), classifier: '', by: 'pom.properties' }, descriptor: other }));
  const own = descriptor ? fromDescriptor(descriptor, path) : withoutDescriptor(facts, path, name);
  return own === undefined ? { contained } : { own, contained };
}

function isSame(a: Descriptor, b: Descriptor | undefined): boolean {
  return b !== undefined && a.group === b.group && a.artifact === b.artifact && a.version === b.version;
}

function coordinates({ group, artifact, version }: Coordinates): Coordinates {
  return { group, artifact, version };
}

function fromDescriptor(descriptor: Descriptor, path: string): Identity {
  const { artifact } = descriptor;
  const stem = stemOf(path);
  const version = versionOf(descriptor, stem);
  const at = stem.indexOf(`${artifact}-${version}-`);
  const classifier = at < 0 ? '' : stem.slice(at + artifact.length + version.length + 2);
  const by = descriptor.path.endsWith('.xml') ? 'pom.xml' : 'pom.properties';
  return { ...coordinates(descriptor), version, classifier: /^[\w.-]{1,60}$/.test(classifier) ? classifier : '', by };
}

/** Some are built from one project for several releases of Java, which only the file's name tells: `9.4.0.jre8`. */
function versionOf({ artifact, version }: Descriptor, stem: string): string {
  const rest = stem.startsWith(`${artifact}-${version}`) ? stem.slice(artifact.length + version.length + 1) : '';
  return `${version}${/^[.]jre\d+(?=-|$)/.exec(rest)?.[0] ?? ''}`;
}

/** Of several that fit equally, none but the one that the name begins with. */
function ownDescriptor(
  descriptors: readonly Descriptor[],
  facts: ArchiveFacts,
  path: string,
  name: FileName,
): Descriptor | undefined {
  const stem = stemOf(path);
  const fits = descriptors.map((one) => fitOf(one, descriptors.length === 1, facts, stem, name));
  const best = Math.max(0, ...fits);
  const those = descriptors.filter((_, index) => best > 0 && fits[index] === best);
  if (best <= 2 && those.some((one) => !isSame(one, those[0]))) return undefined;
  const texts = [facts.manifest['Bundle-SymbolicName'], facts.manifest['Implementation-Vendor-Id']];
  return those.find(({ group }) => texts.some((text) => text?.startsWith(group))) ?? those[0];
}

function fitOf(one: Descriptor, only: boolean, { manifest }: ArchiveFacts, stem: string, name: FileName): number {
  const { group, artifact, version } = one;
  const names = [artifact, `${group}.${artifact}`];
  if (names.some((text) => stem.startsWith(`${text}-${version}`))) return 4;
  if (names.includes(stem) || names.includes(name.artifact)) return 3;
  const told = [
    manifest['Implementation-Title'],
    manifest['Bundle-SymbolicName']?.split(';')[0],
    manifest['Artifact-Id'],
  ];
  if (told.some((text) => text === artifact || text === `${group}.${artifact}`)) return 2;
  if (name.version !== '') return name.version === version && only ? 2 : 0;
  return only ? 1 : 0;
}

function withoutDescriptor(facts: ArchiveFacts, path: string, name: FileName): Identity | undefined {
  if (!facts.classes && /sources$|javadoc$/.test(name.classifier)) return undefined;
  const stored = readRepositoryPath(path);
  if (stored) return { ...stored, classifier: name.classifier, by: 'repository path', certainty: 'likely' };
  const plugin = jenkinsPlugin(facts);
  if (plugin) return plugin;
  const version = name.version || manifestVersion(facts);
  const artifact = artifactOf(facts, name);
  if (version === '' || artifact === '' || /[\s:]/.test(`${artifact}${version}`)) return undefined;
  const dotted = dottedName(facts, artifact, version);
  const group = dotted ?? groupOf(facts, artifact, version);
  const stated = manifestVersion(facts);
  const agrees =
    name.version === '' || stated === '' || stated.startsWith(name.version) || name.version.startsWith(stated);
  return {
    group: group?.group ?? '',
    artifact: dotted?.artifact ?? artifact,
    version,
    classifier: name.classifier,
    by: group?.by ?? (name.version === '' ? 'manifest' : 'file name'),
    certainty: agrees ? (group?.certainty ?? 'guessed') : 'guessed',
  };
}

/** `org.springframework.spring-core-5.3.31.jar`, as Quarkus and sbt write it: group and artifact in the name. */
function dottedName(
  facts: ArchiveFacts,
  name: string,
  version: string,
): (ReturnType<typeof groupOf> & { artifact: string }) | undefined {
  for (let at = name.indexOf('.'); at > 0; at = name.indexOf('.', at + 1)) {
    const [group, artifact] = [name.slice(0, at), name.slice(at + 1)];
    const told = groupOf(facts, artifact, version);
    // The name of a bundle is no witness for where it is to be cut.
    const witness = told?.by === 'well-known artifact' || !facts.manifest['Bundle-SymbolicName']?.startsWith(name);
    if (told?.group === group && told.certainty === 'likely' && witness) return { ...told, artifact, by: 'file name' };
  }
  return undefined;
}

function jenkinsPlugin({ manifest }: ArchiveFacts): Identity | undefined {
  const version = /^[^\s(]+/.exec(manifest['Plugin-Version'] ?? '')?.[0];
  const artifact = manifest['Artifact-Id'] ?? manifest['Short-Name'] ?? manifest['Extension-Name'] ?? '';
  if (version === undefined || !/^[\w.-]+$/.test(artifact)) return undefined;
  const group = manifest['Group-Id'];
  const certainty = group === undefined ? 'guessed' : 'likely';
  return { group: group ?? 'org.jenkins-ci.plugins', artifact, version, classifier: '', by: 'manifest', certainty };
}

/** The name of the file where that has a version, for such names are Maven's; else a title that may be an artifact's. */
function artifactOf({ manifest }: ArchiveFacts, name: FileName): string {
  if (name.version !== '') return name.artifact;
  const title = manifest['Artifact-Id'] ?? manifest['Implementation-Title'] ?? '';
  return /^[a-z][a-z\d]*(?:[-_][\w.]+)*$/.test(title) ? title : name.artifact;
}

function manifestVersion(facts: ArchiveFacts): string {
  return statedVersions(facts)[0] ?? '';
}

function statedVersions({ manifest }: ArchiveFacts): string[] {
  const texts = [manifest['Implementation-Version'], manifest['Bundle-Version'], manifest['Specification-Version']];
  return texts.flatMap((text) => /^v?(\d[\w.+-]*)/.exec(text ?? '')?.[1]?.replace(/-release-\d+$/, '') ?? []);
}
