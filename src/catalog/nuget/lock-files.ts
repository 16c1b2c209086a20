import type { ImageFile } from '../catalog.ts';
import { asArray, asObject, asText, DocumentError, entriesOf, readJson, readXml } from '../document.ts';
import { type NugetReading, packageOf } from './deps.ts';

/**
 * Adds what a lock file of NuGet names, `packages.lock.json` version 1 or 2:
 *
 *   {"version": 1, "dependencies": {framework: {name: {"type": "Direct" | "Transitive" | "CentralTransitive" | "Project",
 *     "requested": range, "resolved": version, "contentHash": …, "dependencies": {name: range}}}}}
 *
 * A framework with a runtime identifier behind `/` has only what it has besides.
 */
export function addLockFile(file: ImageFile, { gatherer, spell }: NugetReading): void {
  const frameworks = asObject(asObject(readJson(file.bytes))?.['dependencies']);
  if (frameworks === undefined) throw new DocumentError('corrupt', 'A lock file of NuGet has no dependencies');
  const purls = new Map<string, Map<string, string>>();
  const needs: (readonly [string, string, unknown])[] = [];
  for (const [framework, list] of Object.entries(frameworks)) {
    const known = new Map<string, string>();
    purls.set(framework, known);
    for (const [name, value] of entriesOf(list)) {
      const entry = asObject(value) ?? {};
      const type = asText(entry['type'])?.toLowerCase();
      // A project of the same solution is built, not got from anywhere, and has no version here.
      if (type === 'project') continue;
      const integrity = asText(entry['contentHash']);
      const purl = gatherer.add(
        {
          ...packageOf(spell(name), asText(entry['resolved']) ?? '', 'locked'),
          usage: type === 'direct' ? { direct: true } : {},
          metadata: integrity === undefined ? {} : { integrity },
        },
        file,
      );
      if (purl === undefined) continue;
      known.set(name.toLowerCase(), purl);
      needs.push([framework, purl, entry['dependencies']]);
    }
  }
  for (const [framework, from, dependencies] of needs) {
    const base = purls.get(framework.split('/', 1)[0] ?? '');
    for (const [name] of entriesOf(dependencies)) {
      const to = purls.get(framework)?.get(name.toLowerCase()) ?? base?.get(name.toLowerCase());
      if (to !== undefined) gatherer.relate('depends-on', from, to);
    }
  }
}

/** Adds what `packages.config` names: `<packages><package id="…" version="…" developmentDependency="true"/>…`. */
export function addPackagesConfig(file: ImageFile, { gatherer, spell }: NugetReading): void {
  const roots = asArray(readXml(file.bytes)['packages']);
  if (roots === undefined) throw new DocumentError('corrupt', 'A packages.config has no packages');
  for (const entry of roots.flatMap((root) => asArray(asObject(root)?.['package']) ?? [])) {
    const { '@id': id, '@version': version, '@developmentDependency': dev } = asObject(entry) ?? {};
    const isDev = asText(dev)?.toLowerCase() === 'true';
    gatherer.add(
      {
        ...packageOf(spell(asText(id) ?? ''), asText(version) ?? '', 'locked'),
        usage: { direct: true, ...(isDev ? { scope: 'dev' } : {}) },
      },
      file,
    );
  }
}

/**
 * Adds the versions that `Directory.Packages.props` sets for a solution: `<Project><ItemGroup><PackageVersion
 * Include="…" Version="…"/>`, with `$(Name)` for a property of the same file. Ranges are no versions and are told.
 */
export function addCentralVersions(file: ImageFile, { gatherer, spell }: NugetReading): void {
  const projects = asArray(readXml(file.bytes)['Project']);
  if (projects === undefined) throw new DocumentError('corrupt', 'A Directory.Packages.props has no project');
  const properties = new Map<string, string>();
  const items: unknown[] = [];
  for (const project of projects.map(asObject)) {
    for (const group of asArray(project?.['PropertyGroup']) ?? [])
      for (const [name, values] of entriesOf(group)) {
        const text = asText(asArray(values)?.[0]);
        if (text !== undefined) properties.set(name, text);
      }
    for (const group of (asArray(project?.['ItemGroup']) ?? []).map(asObject))
      for (const name of ['PackageVersion', 'GlobalPackageReference']) items.push(...(asArray(group?.[name]) ?? []));
  }
  for (const item of items.map(asObject)) {
    const name = asText(item?.['@Include']);
    // An update changes an entry of another file.
    if (name === undefined) continue;
    const written = asText(item?.['@Version']) ?? asText(asArray(item?.['Version'])?.[0]) ?? '';
    const version = written.replace(/\$\(([\w.-]+)\)/g, (whole, key: string) => properties.get(key) ?? whole);
    const exact = /^\[?(\d[\w.+-]*)\]?$/.exec(version)?.[1];
    if (exact === undefined)
      gatherer.problem('unsupported', 'A package has no exact version', file, `${name} ${written}`);
    else gatherer.add({ ...packageOf(spell(name), exact, 'locked'), usage: { direct: true } }, file);
  }
}
