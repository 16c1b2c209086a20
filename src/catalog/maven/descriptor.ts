import type { ZipMember } from '../../internal/zip.ts';
import { DocumentError } from '../document.ts';
import type { Descriptor } from './facts.ts';
import { readProperties } from './java-text.ts';
import { readPom } from './pom.ts';

/** The files that describe one artifact, by their folder. */
export type DescriptorFiles = Map<string, { properties?: ZipMember; pom?: ZipMember }>;

const maximumDescriptors = 5000;
const maximumBytes = 4 << 20;
const maximumLicenses = 20;
/** Stands for the folders beyond the limit. */
const beyond = '';
const wantedKeys: ReadonlySet<string> = new Set(['groupId', 'artifactId', 'version']);

/** Notes an entry `…META-INF/maven/<group>/<artifact>/pom.properties` or `pom.xml`; others are left alone. */
export function descriptorPath(files: DescriptorFiles, member: ZipMember): void {
  const folder = descriptorFolder(member.name);
  if (folder === undefined) return;
  if (files.size >= maximumDescriptors && !files.has(folder)) {
    files.set(beyond, { properties: member });
    return;
  }
  const known = files.get(folder) ?? {};
  if (member.name.endsWith('.xml')) known.pom ??= member;
  else known.properties ??= member;
  files.set(folder, known);
}

/** The folder of a path `…META-INF/maven/<group>/<artifact>/<file>`; `undefined` for others. */
export function descriptorFolder(path: string): string | undefined {
  const folder = path.slice(0, path.lastIndexOf('/'));
  return /(?:^|\/)META-INF\/maven\/[^/]+\/[^/]+$/.test(folder) ? folder : undefined;
}

/** Group, artifact and version of a `pom.properties`; empty where it has none. */
export function readPomProperties(bytes: Uint8Array): { group: string; artifact: string; version: string } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const found = readProperties(text, wantedKeys);
  const get = (key: string): string => usable(found.get(key));
  return { group: get('groupId'), artifact: get('artifactId'), version: get('version') };
}

/** Reads descriptors; the project's model, where it is, for what the properties leave open. */
export function readDescriptors(
  files: DescriptorFiles,
  guarded: <T>(member: ZipMember, read: (bytes: Uint8Array) => T, limit: number) => T | undefined,
): Descriptor[] {
  const found: Descriptor[] = [];
  for (const [folder, { properties, pom }] of files) {
    if (folder === beyond) {
      if (properties) guarded(properties, refuse, maximumBytes);
      continue;
    }
    const told = properties && guarded(properties, readPomProperties, maximumBytes);
    let { group = '', artifact = '', version = '' } = told ?? {};
    let licenses: readonly string[] = [];
    if (pom && (group === '' || artifact === '' || version === '')) {
      const model = guarded(pom, readPom, maximumBytes);
      group ||= usable(model?.group);
      artifact ||= usable(model?.artifact);
      version ||= usable(model?.version);
      licenses = model?.licenses.slice(0, maximumLicenses) ?? [];
    }
    const [byGroup = '', byArtifact = ''] = folder.split('/').slice(-2);
    found.push({
      path: (properties ?? pom)?.name.slice(0, 512) ?? folder,
      group: group || byGroup,
      artifact: artifact || byArtifact,
      version,
      ...(licenses.length > 0 && { licenses }),
    });
  }
  return found;
}

function refuse(): never {
  throw new DocumentError('too-large', `there are more than ${maximumDescriptors} artifacts in it`);
}

/** A text in which nothing was left to be filled in. */
function usable(text: string | undefined): string {
  return text === undefined || /[$@{}\s]/.test(text) ? '' : text;
}
