import type { Usage } from '../../inventory/inventory.ts';
import type { ImageFile } from '../catalog.ts';
import type { Gatherer } from '../gather.ts';
import { readBill } from './cyclone-dx.ts';
import { descriptorFolder, readPomProperties } from './descriptor.ts';
import { readGradleLock } from './gradle.ts';
import type { Project, Resolved } from './project.ts';
import { componentSighting, sightingOf } from './sighting.ts';

/** A descriptor of Maven outside an archive: of an artifact that was unpacked. */
export function addDescriptor(gathered: Gatherer, file: ImageFile): void {
  const told = readPomProperties(file.bytes);
  if (file.bytes.at(-1) !== 0x0a) gathered.problem('corrupt', 'A descriptor of an artifact ends within a line', file);
  if (told.group === '' || told.artifact === '' || told.version === '')
    gathered.problem('corrupt', 'A descriptor of an artifact lacks its coordinates', file);
  else gathered.add(sightingOf({ ...told, classifier: '', by: 'pom.properties' }, 'installed'), file);
}

/** A bill of materials: it only names what may be there. */
export function addBill(gathered: Gatherer, file: ImageFile): void {
  for (const component of readBill(file.bytes)) gathered.add(componentSighting(component, 'locked'), file);
}

/** A lock file of Gradle. */
export function addGradleLock(gathered: Gatherer, file: ImageFile): void {
  const build = file.path.endsWith('buildscript-gradle.lockfile');
  const { dependencies, whole } = readGradleLock(file.bytes, oldLock(file.path));
  if (!whole) gathered.problem('corrupt', 'A lock file of Gradle ends within a line', file);
  for (const { dev, ...coordinates } of dependencies) {
    const usage = dev || build ? ({ scope: 'dev' } as const) : undefined;
    gathered.add(sightingOf({ ...coordinates, classifier: '', by: 'gradle.lockfile' }, 'locked', usage), file);
  }
}

/** A project's model: itself and the dependencies it names. */
export function addProject(
  gathered: Gatherer,
  { file, pom: { licenses } }: Project,
  { group, artifact, version, dependencies }: Resolved,
): void {
  const whole = group !== '' && artifact !== '' && version !== '' && !`${group}${artifact}${version}`.includes('${');
  if (descriptorFolder(file.path) !== undefined) {
    const own = { group, artifact, version, classifier: '', by: 'pom.xml' };
    if (whole) gathered.add({ ...sightingOf(own, 'installed'), licenses }, file);
    else gathered.problem('corrupt', 'A descriptor of an artifact lacks its coordinates', file);
    return;
  }
  const own = { group, artifact, version, classifier: '', by: 'pom.xml' };
  const root = whole ? gathered.add({ ...sightingOf(own, 'locked', { root: true }), licenses }, file) : undefined;
  const untold: string[] = [];
  for (const one of dependencies) {
    if (one.type === 'pom' || one.scope === 'import') continue;
    if (!one.told) {
      untold.push(`${one.group}:${one.artifact}`);
      continue;
    }
    // What is provided comes with the server or is needed only to build; it does not come with the project.
    const dev = one.scope === 'test' || one.scope === 'provided';
    const scope: Usage['scope'] | undefined = dev ? 'dev' : one.optional ? 'optional' : undefined;
    const usage: Usage = scope ? { direct: true, scope } : { direct: true };
    const added = gathered.add(sightingOf({ ...one, by: 'pom.xml' }, 'locked', usage), file);
    if (root !== undefined && added !== undefined) gathered.relate('depends-on', root, added, scope);
  }
  if (untold.length > 0)
    gathered.problem(
      'unsupported',
      'Versions of dependencies are told by no file of the image',
      file,
      `${untold.length}: ${untold.slice(0, 5).join(', ')}`,
      false,
    );
  else if (!whole && dependencies.length === 0)
    gathered.problem('corrupt', 'A project has neither a name nor dependencies', file);
}

/** The configuration that a lock file of Gradle before 6 is for: `gradle/dependency-locks/<configuration>.lockfile`. */
export function oldLock(path: string): string | undefined {
  return /(?:^|\/)dependency-locks\/([^/]+)\.lockfile$/.exec(path)?.[1];
}
