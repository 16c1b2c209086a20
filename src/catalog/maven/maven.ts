import type { Cataloger, ImageFile } from '../catalog.ts';
import { gather } from '../gather.ts';
import { addArchives } from './archives.ts';
import { readBill } from './cyclone-dx.ts';
import { descriptorFolder, readPomProperties } from './descriptor.ts';
import { readGradleLock } from './gradle.ts';
import { jarExtractor } from './jar-extractor.ts';
import { readPom } from './pom.ts';
import { type Project, projectResolver, type Resolved } from './project.ts';
import { componentSighting, sightingOf } from './sighting.ts';

const names: ReadonlySet<string> = new Set([
  'pom.xml',
  'pom.properties',
  'gradle.lockfile',
  'buildscript-gradle.lockfile',
]);

/**
 * Catalogs Java: archives and what is within them, descriptors unpacked on disk, projects of Maven, lock files of Gradle,
 * and the bills of materials that Spring Boot puts beside.
 */
export const maven: Cataloger = {
  id: 'maven',
  needs: [],
  selects(path) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (names.has(name)) return name !== 'pom.properties' || descriptorFolder(path) !== undefined;
    if (name.endsWith('.lockfile')) return oldLock(path) !== undefined;
    return name.endsWith('.cdx.json') && /(?:^|\/)META-INF\/sbom\/[^/]+$/.test(path);
  },
  catalog({ files }) {
    const gathered = gather('maven');
    const described = new Set<string>();
    for (const { path } of files) {
      const folder = path.endsWith('/pom.properties') ? descriptorFolder(path) : undefined;
      if (folder !== undefined) described.add(folder);
    }
    const projects: Project[] = [];
    for (const file of files) {
      gathered.read(file, () => {
        if (file.extractor === jarExtractor.id) addArchives(gathered, file);
        else if (file.path.endsWith('/pom.properties')) addDescriptor(file);
        else if (file.path.endsWith('.json')) addBill(file);
        else if (file.path.endsWith('.lockfile')) addLock(file);
        else if (!described.has(descriptorFolder(file.path) ?? '')) projects.push({ file, pom: readPom(file.bytes) });
      });
    }
    const resolve = projectResolver(projects);
    for (const project of projects) gathered.read(project.file, () => addProject(project, resolve(project)));
    return gathered.result();

    function addDescriptor(file: ImageFile): void {
      const told = readPomProperties(file.bytes);
      if (told.group === '' || told.artifact === '' || told.version === '')
        gathered.problem('corrupt', 'A descriptor of an artifact lacks its coordinates', file);
      else gathered.add(sightingOf({ ...told, classifier: '', by: 'pom.properties' }, 'installed'), file);
    }

    function addBill(file: ImageFile): void {
      for (const component of readBill(file.bytes)) gathered.add(componentSighting(component, 'locked'), file);
    }

    function addLock(file: ImageFile): void {
      const build = file.path.endsWith('buildscript-gradle.lockfile');
      for (const { dev, ...coordinates } of readGradleLock(file.bytes, oldLock(file.path))) {
        const usage = dev || build ? ({ scope: 'dev' } as const) : undefined;
        gathered.add(sightingOf({ ...coordinates, classifier: '', by: 'gradle.lockfile' }, 'locked', usage), file);
      }
    }

    function addProject({ file }: Project, { group, artifact, version, dependencies }: Resolved): void {
      const whole =
        group !== '' && artifact !== '' && version !== '' && !`${group}${artifact}${version}`.includes('${');
      if (descriptorFolder(file.path) !== undefined) {
        if (whole)
          gathered.add(sightingOf({ group, artifact, version, classifier: '', by: 'pom.xml' }, 'installed'), file);
        else gathered.problem('corrupt', 'A descriptor of an artifact lacks its coordinates', file);
        return;
      }
      const own = { group, artifact, version, classifier: '', by: 'pom.xml' };
      const root = whole ? gathered.add(sightingOf(own, 'locked', { root: true }), file) : undefined;
      const untold: string[] = [];
      for (const one of dependencies) {
        if (one.type === 'pom' || one.scope === 'import') continue;
        if (!one.told) {
          untold.push(`${one.group}:${one.artifact}`);
          continue;
        }
        // What is provided comes with the server or is needed only to build; it does not come with the project.
        const dev = one.scope === 'test' || one.scope === 'provided';
        const scope = dev ? 'dev' : one.optional ? 'optional' : undefined;
        const usage = { direct: true, ...(scope && { scope }) } as const;
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
  },
};

/** The configuration that a lock file of Gradle before 6 is for: `gradle/dependency-locks/<configuration>.lockfile`. */
function oldLock(path: string): string | undefined {
  return /(?:^|\/)dependency-locks\/([^/]+)\.lockfile$/.exec(path)?.[1];
}
