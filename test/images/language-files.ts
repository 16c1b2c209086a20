// Small files of package managers of languages, and of Debian's, for tests that need versions of their own choice.
import { createHash } from 'node:crypto';
import { zipFile } from '../../src/internal/testdata/zip-file.ts';
import type { TarEntry } from './tar.ts';

/** An installed module of Node.js. */
export function nodeModule(folder: string, name: string, version: string): TarEntry {
  return { name: `${folder}/node_modules/${name}/package.json`, body: JSON.stringify({ name, version }) };
}

/** A package that npm's lock file names. */
export interface LockedModule {
  readonly version: string;
  readonly dev?: true;
}

/** npm's lock file (version 3) of the application `app`, which asks for all of them itself. */
export function npmLock(folder: string, modules: Readonly<Record<string, LockedModule>>): TarEntry {
  const ofScope = (dev: boolean): Record<string, string> =>
    Object.fromEntries(
      Object.entries(modules)
        .filter(([, module]) => (module.dev === true) === dev)
        .map(([name, { version }]) => [name, version]),
    );
  const root = { name: 'app', version: '1.0.0', dependencies: ofScope(false), devDependencies: ofScope(true) };
  const packages = Object.entries(modules).map(([name, module]) => [`node_modules/${name}`, module]);
  const lock = { name: 'app', version: '1.0.0', lockfileVersion: 3, packages: { '': root, ...fromEntries(packages) } };
  return { name: `${folder}/package-lock.json`, body: JSON.stringify(lock) };
}

function fromEntries(entries: readonly (readonly unknown[])[]): Record<string, unknown> {
  return Object.fromEntries(entries.map(([key, value]) => [String(key), value]));
}

/** Metadata of an installed distribution of Python. */
export function pythonPackage(folder: string, name: string, version: string): TarEntry {
  return {
    name: `${folder}/${name.replaceAll('-', '_')}-${version}.dist-info/METADATA`,
    body: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
  };
}

/** A jar with Maven's descriptor. */
export function jar(path: string, group: string, artifact: string, version: string): TarEntry {
  return archive(path, {
    'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\r\n\r\n',
    [`META-INF/maven/${group}/${artifact}/pom.properties`]: `groupId=${group}\nartifactId=${artifact}\nversion=${version}\n`,
  });
}

/** A ZIP archive. */
export function archive(path: string, files: Readonly<Record<string, string>>): TarEntry {
  return {
    name: path,
    body: zipFile(Object.entries(files).map(([name, text]) => ({ name, bytes: Buffer.from(text) }))),
  };
}

/** A module that NuGet's lock file names. */
export function nugetLock(folder: string, packages: Readonly<Record<string, string>>): TarEntry {
  const dependencies = Object.fromEntries(
    Object.entries(packages).map(([name, resolved]) => [
      name,
      { type: 'Direct', requested: `[${resolved}, )`, resolved },
    ]),
  );
  return {
    name: `${folder}/packages.lock.json`,
    body: JSON.stringify({ version: 1, dependencies: { 'net8.0': dependencies } }),
  };
}

/** `os-release` of Debian 12. */
export const debian12: TarEntry = {
  name: 'etc/os-release',
  body: 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
};

/** A package of Debian and the files that it brings. */
export interface DebianPackageSpec {
  readonly name: string;
  readonly version: string;
  readonly source?: string;
  readonly files: readonly TarEntry[];
  /** Leaves the list of digests out, as old packages do. */
  readonly noDigests?: boolean;
}

/** What dpkg leaves of installed packages: its status, its lists, and their files. */
export function dpkgInstalled(packages: readonly DebianPackageSpec[]): TarEntry[] {
  const status = packages.map(
    ({ name, version, source = name }) =>
      `Package: ${name}\nStatus: install ok installed\nArchitecture: all\nSource: ${source}\nVersion: ${version}\n\n`,
  );
  return [
    { name: 'var/lib/dpkg/status', body: status.join('') },
    ...packages.flatMap(({ name, files, noDigests }): TarEntry[] => [
      { name: `var/lib/dpkg/info/${name}.list`, body: ['/.', ...files.map((file) => `/${file.name}`), ''].join('\n') },
      ...(noDigests ? [] : [{ name: `var/lib/dpkg/info/${name}.md5sums`, body: files.map(md5sumLine).join('') }]),
      ...files,
    ]),
  ];
}

function md5sumLine({ name, body }: TarEntry): string {
  return `${createHash('md5')
    .update(body ?? '')
    .digest('hex')}  ${name}\n`;
}
