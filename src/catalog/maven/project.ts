import type { ImageFile } from '../catalog.ts';
import type { Pom, PomDependency } from './pom.ts';

/** A project's model with the file it was read from. */
export interface Project {
  readonly file: ImageFile;
  readonly pom: Pom;
}

/** A dependency with its version, or without when the image's files do not tell it. */
export interface ResolvedDependency extends PomDependency {
  readonly told: boolean;
}

/** A project with what its parents give filled in. */
export interface Resolved {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  readonly dependencies: readonly ResolvedDependency[];
}

/** Parents of parents. */
const maximumParents = 50;
const maximumExpansions = 20;

/** Finds the projects among all of an image's. */
export function projectResolver(projects: readonly Project[]): (project: Project) => Resolved {
  const byPath = new Map(projects.map((project) => [project.file.path, project]));
  const byName = new Map(projects.map((project) => [`${project.pom.group}:${project.pom.artifact}`, project]));
  const parentOf = ({ file, pom: { parent } }: Project): Project | undefined => {
    if (parent === undefined) return undefined;
    const folder = file.path.slice(0, file.path.lastIndexOf('/') + 1);
    const beside = byPath.get(resolved(folder, parent.relativePath ?? '../pom.xml'));
    const isIt = (candidate: Project | undefined): boolean => candidate?.pom.artifact === parent.artifact;
    if (isIt(beside)) return beside;
    return byName.get(`${parent.group}:${parent.artifact}`);
  };
  return (project) => {
    const lineage: Project[] = [];
    for (let at: Project | undefined = project; at && lineage.length < maximumParents; at = parentOf(at)) {
      if (lineage.includes(at)) break;
      lineage.push(at);
    }
    return resolve(lineage);
  };
}

/** The first is the project, its parents follow. */
function resolve(lineage: readonly Project[]): Resolved {
  const properties = new Map<string, string>();
  const managed = new Map<string, PomDependency>();
  for (const { pom } of lineage) {
    for (const [key, value] of pom.properties) if (!properties.has(key)) properties.set(key, value);
  }
  const [own] = lineage;
  const { group = '', artifact = '', version = '' } = own?.pom ?? {};
  const builtIn: readonly (readonly [string, string | undefined])[] = [
    ['groupId', group],
    ['artifactId', artifact],
    ['version', version],
    ['parent.version', own?.pom.parent?.version],
    ['parent.groupId', own?.pom.parent?.group],
  ];
  for (const [key, value] of builtIn) {
    for (const name of [`project.${key}`, `pom.${key}`]) if (value) properties.set(name, value);
  }
  const fill = (text: string): string => filled(text, properties);
  for (const { pom } of lineage) {
    for (const one of pom.managed) {
      const key = keyOf(one, fill);
      if (!managed.has(key)) managed.set(key, one);
    }
  }
  const dependencies = new Map<string, ResolvedDependency>();
  for (const { pom } of lineage) {
    for (const one of pom.dependencies) {
      const key = keyOf(one, fill);
      if (dependencies.has(key)) continue;
      const management = managed.get(key);
      const full = { ...one, group: fill(one.group), artifact: fill(one.artifact) };
      const wanted = fill(one.version || management?.version || '');
      const told = isVersion(wanted) && !`${full.group}${full.artifact}`.includes('${');
      dependencies.set(key, { ...full, version: wanted, scope: fill(one.scope || management?.scope || ''), told });
    }
  }
  return {
    group: fill(group),
    artifact: fill(artifact),
    version: fill(version),
    dependencies: [...dependencies.values()],
  };
}

function keyOf({ group, artifact, type, classifier }: PomDependency, fill: (text: string) => string): string {
  return `${fill(group)}:${fill(artifact)}:${type}:${classifier}`;
}

/** A range or a name for the newest is none. `[1.0]` is exactly that one. */
function isVersion(text: string): boolean {
  return text !== '' && !/[$\s[\](),]/.test(text) && text !== 'LATEST' && text !== 'RELEASE';
}

/** `${name}` replaced as far as properties tell, and not for ever. */
function filled(text: string, properties: ReadonlyMap<string, string>): string {
  let result = text;
  for (let count = 0; count < maximumExpansions && result.includes('${') && result.length < 2000; count++) {
    const next = result.replace(/\$\{([^{}]+)\}/g, (whole, name: string) => properties.get(name) ?? whole);
    if (next === result) break;
    result = next;
  }
  return result.replace(/^\[([^,[\]()]+)\]$/, '$1');
}

function resolved(folder: string, relative: string): string {
  const parts: string[] = [];
  for (const part of `${folder}${relative}`.slice(0, 4096).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const path = parts.join('/');
  return path.endsWith('.xml') ? path : `${path}/pom.xml`;
}
