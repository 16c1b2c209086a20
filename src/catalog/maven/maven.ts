import type { Cataloger } from '../catalog.ts';
import { programExtractor } from '../executable/program.ts';
import { gather } from '../gather.ts';
import { addArchives } from './archives.ts';
import { descriptorFolder } from './descriptor.ts';
import { jarExtractor } from './jar-extractor.ts';
import { addBill, addDescriptor, addGradleLock, addProject, oldLock } from './manifest-files.ts';
import { addNativeImage } from './native-image.ts';
import { readPom } from './pom.ts';
import { type Project, projectResolver } from './project.ts';

const names: ReadonlySet<string> = new Set([
  'pom.xml',
  'pom.properties',
  'gradle.lockfile',
  'buildscript-gradle.lockfile',
]);

/**
 * Catalogs Java: archives and what is within them, programs that GraalVM made, descriptors unpacked on disk, projects of
 * Maven, lock files of Gradle, and the bills of materials that Spring Boot puts beside.
 */
export const maven: Cataloger = {
  id: 'maven',
  needs: [],
  endings: ['xml', 'properties', 'lockfile', 'json'],
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
        else if (file.extractor === programExtractor) addNativeImage(gathered, file);
        else if (file.path.endsWith('/pom.properties')) addDescriptor(gathered, file);
        else if (file.path.endsWith('.json')) addBill(gathered, file);
        else if (file.path.endsWith('.lockfile')) addGradleLock(gathered, file);
        else if (!described.has(descriptorFolder(file.path) ?? '')) projects.push({ file, pom: readPom(file.bytes) });
      });
    }
    const resolve = projectResolver(projects);
    for (const project of projects) gathered.read(project.file, () => addProject(gathered, project, resolve(project)));
    return gathered.result();
  },
};
